/* SPDX-License-Identifier: MIT */
/*
 * See plugins.h.
 */
#include "plugins.h"

#include "locate.h"
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define PLUGIN_FILE "babeltrace-plugin-allocspan.so"

const bt_plugin *aspan_plugins_find(const char *name)
{
	const bt_plugin *plugin = NULL;

	if (bt_plugin_find(name, BT_TRUE, BT_TRUE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin) !=
	    BT_PLUGIN_FIND_STATUS_OK) {
		bt_current_thread_clear_error();
		aspan_terminal_error("babeltrace2's plugin '%s' is missing: install the package "
				     "libbabeltrace2-0",
				     name);
	}
	return plugin;
}

int aspan_plugins_find_ours(const bt_plugin_set **ours)
{
	char *directory, *path;
	int result = aspan_locate_plugin_directory(&directory);

	if (asprintf(&path, "%s/" PLUGIN_FILE, directory ? directory : "?") < 0) {
		free(directory);
		return -ENOMEM;
	}
	free(directory);
	if (!result && bt_plugin_find_all_from_file(path, BT_TRUE, ours) !=
			       BT_PLUGIN_FIND_ALL_FROM_FILE_STATUS_OK) {
		result = -ENOENT;
	}
	if (result) {
		aspan_terminal_error("cannot load %s: 'allocspan doctor' says more", path);
		bt_current_thread_clear_error();
	}
	free(path);
	return result;
}

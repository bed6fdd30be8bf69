/* SPDX-License-Identifier: MIT */
/*
 * `allocspan doctor`: the libraries that are preloaded, what they need, and the babeltrace2 plugin.
 *
 * The loader is asked for all of them at once, as it would be when a command is recorded. Real paths are
 * shown, because their names end with the version.
 */
#include "doctor.h"
#include "locate.h"

#include <babeltrace2/babeltrace.h>

#include <stdlib.h>
#include <string.h>

#define PLUGIN "allocspan"

static const struct {
	const char *name;
	const char *remedy;
} libraries[] = {
	{ "liballocspan-preload.so", NULL },
	{ "liballocspan.so", NULL },
	{ "liballocspan-tp.so", NULL },
	{ "liblttng-ust.so.1", "install Debian's liblttng-ust1" },
	{ "liblttng-ust-fork.so.1", "install Debian's liblttng-ust1" },
	{ "liblttng-ust-fd.so.1", "install Debian's liblttng-ust1" },
};

#define LIBRARY_COUNT (sizeof(libraries) / sizeof(libraries[0]))

/* Our own are named by their path, as `record` does. */
static char *get_full_name(size_t i)
{
	char *path;

	if (libraries[i].remedy) {
		return strdup(libraries[i].name);
	}
	aspan_locate_library(libraries[i].name, &path);
	return path;
}

static void tell_library(struct aspan_doctor *doctor, size_t i, const char *full_name,
			 const char *path)
{
	const char *name = libraries[i].name;

	if (path) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, name, "%s", path);
	} else if (libraries[i].remedy) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, name, "not found; %s",
				  libraries[i].remedy);
	} else {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, name,
				  "%s cannot be loaded; build or install allocspan as a whole",
				  full_name ? full_name : name);
	}
}

void aspan_doctor_check_libraries(struct aspan_doctor *doctor)
{
	char *full_names[LIBRARY_COUNT], *paths[LIBRARY_COUNT] = { NULL };
	const char *names[LIBRARY_COUNT];

	for (size_t i = 0; i < LIBRARY_COUNT; i++) {
		full_names[i] = get_full_name(i);
		names[i] = full_names[i] ? full_names[i] : libraries[i].name;
	}
	aspan_locate_preloads(names, LIBRARY_COUNT, paths);
	for (size_t i = 0; i < LIBRARY_COUNT; i++) {
		tell_library(doctor, i, full_names[i], paths[i]);
		free(full_names[i]);
		free(paths[i]);
	}
}

static const bt_plugin *load_plugin(const char *directory)
{
	const bt_plugin_set *plugins = NULL;
	const bt_plugin *found = NULL;
	uint64_t count;

	if (bt_plugin_find_all_from_dir(directory, BT_FALSE, BT_FALSE, &plugins) !=
	    BT_PLUGIN_FIND_ALL_FROM_DIR_STATUS_OK) {
		bt_current_thread_clear_error();
		return NULL;
	}
	count = bt_plugin_set_get_plugin_count(plugins);
	for (uint64_t i = 0; i < count && !found; i++) {
		const bt_plugin *plugin = bt_plugin_set_borrow_plugin_by_index_const(plugins, i);

		if (strcmp(bt_plugin_get_name(plugin), PLUGIN) == 0) {
			found = plugin;
			bt_plugin_get_ref(found);
		}
	}
	bt_plugin_set_put_ref(plugins);
	return found;
}

void aspan_doctor_check_plugin(struct aspan_doctor *doctor)
{
	const bt_plugin *plugin = NULL;
	char *directory;

	if (aspan_locate_plugin_directory(&directory) == 0) {
		plugin = load_plugin(directory);
	}
	if (plugin) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, "babeltrace2 plugin",
				  "%s; for the babeltrace2 command: --plugin-path=%s",
				  bt_plugin_get_path(plugin), directory);
	} else {
		aspan_doctor_tell(
			doctor, ASPAN_DOCTOR_FAIL, "babeltrace2 plugin",
			"no plugin 'allocspan' in %s; build or install allocspan as a whole",
			directory ? directory : "its directory");
	}
	bt_plugin_put_ref(plugin);
	free(directory);
}

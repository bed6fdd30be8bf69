/* SPDX-License-Identifier: MIT */
/*
 * The plugins of babeltrace2 that graphs of ours are made of.
 */
#ifndef ASPAN_CLI_PLUGINS_H
#define ASPAN_CLI_PLUGINS_H

#include <babeltrace2/babeltrace.h>

/* One of babeltrace2's own, with a reference for the caller; NULL, and the reason has been printed. */
const bt_plugin *aspan_plugins_find(const char *name);

/* Ours, the first of a set with a reference for the caller. 0; or negative errno, and the reason has been printed. */
int aspan_plugins_find_ours(const bt_plugin_set **ours);

#endif

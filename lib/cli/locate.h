/* SPDX-License-Identifier: MIT */
/*
 * Where the parts of allocspan and of LTTng are.
 *
 * The parts of allocspan are found relative to the command's own file, so that the build tree, an
 * installation and a moved installation work alike. What belongs to the system is asked of the
 * dynamic loader itself, without running a line of it.
 */
#ifndef ASPAN_CLI_LOCATE_H
#define ASPAN_CLI_LOCATE_H

/* The file of this command. The caller frees *path. 0 or negative errno. */
int aspan_locate_self(char **path);

/*
 * The file NAME in allocspan's library directory, for example "liballocspan-preload.so". The
 * caller frees *path, which is set also for -ENOENT, to say where it was looked for.
 */
int aspan_locate_library(const char *name, char **path);

/*
 * The directory of the babeltrace2 plugin; as above. It is empty in a build without the plugin.
 */
int aspan_locate_plugin_directory(char **path);

/*
 * The file that the dynamic loader takes for each name of a library, absolute or a soname, if they are
 * preloaded together into a program. The caller frees each paths[i]; NULL: it could not be loaded.
 */
int aspan_locate_preloads(const char *const names[], unsigned int count, char *paths[]);

/*
 * The file that execvp() would run for this command. The caller frees *path, which may be set also if there
 * is none: -ENOENT or -EACCES.
 */
int aspan_locate_program(const char *command, char **path);

#endif

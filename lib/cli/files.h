/* SPDX-License-Identifier: MIT */
/*
 * Temporary directories.
 */
#ifndef ASPAN_CLI_FILES_H
#define ASPAN_CLI_FILES_H

/* $TMPDIR, or /tmp if that is unset or too long for the sockets that may be put there. */
const char *aspan_files_temporary_parent(void);

/* Makes a new directory there. The caller frees *path and removes the directory. 0 or negative errno. */
int aspan_files_make_temporary(char **path);

/* Removes a directory and what is in it, as far as that is allowed; follows no links. */
void aspan_files_remove_tree(const char *path);

/* Removes the empty directories in a directory, and those that become empty, but not itself. */
void aspan_files_prune(const char *path);

#endif

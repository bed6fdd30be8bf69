/* SPDX-License-Identifier: MIT */
/*
 * Folders of a recording in places that everybody writes to, which the next recording deletes if theirs was killed.
 *
 * A folder belongs to the user, is closed to others, and is locked (flock) as long as the process lives that made it, whatever
 * ends that. So a folder of this user that can be locked is a dead one's.
 */
#ifndef ASPAN_CLI_LOCKED_FOLDER_H
#define ASPAN_CLI_LOCKED_FOLDER_H

#include <stdbool.h>

/*
 * Makes PARENT/PREFIXxxxxxx and locks it. The caller frees *path, and keeps *fd, which holds the lock. 0, or negative errno and
 * nothing is made.
 */
int aspan_locked_folder_make(const char *parent, const char *prefix, char **path, int *fd);

/*
 * Deletes the user's folders PARENT/PREFIX... whose makers are dead. `end` is called before with each; NULL: there is nothing to
 * end.
 */
void aspan_locked_folder_delete_dead(const char *parent, const char *prefix,
				     void (*end)(const char *path));

/* Deletes the folder at `path`, which is open as `fd`, with what is in it. */
void aspan_locked_folder_delete(int fd, const char *path);

typedef void aspan_locked_folder_visit(int folder, const char *name, void *data);

/* Calls `visit` for each entry of an open folder. */
void aspan_locked_folder_visit_entries(int folder, aspan_locked_folder_visit *visit, void *data);

#endif

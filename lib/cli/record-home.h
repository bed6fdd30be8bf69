/* SPDX-License-Identifier: MIT */
/*
 * The home of a session daemon of our own: a temporary folder with its sockets, its log and its pid.
 *
 * If the recording is killed, the kernel ends its daemon. Should that not come to an end, the next recording of the user ends it, and
 * deletes its home.
 */
#ifndef ASPAN_CLI_RECORD_HOME_H
#define ASPAN_CLI_RECORD_HOME_H

/* Ends the daemons of recordings that were killed, and deletes their homes. */
void aspan_record_home_clean_up(void);

/* Makes one. The caller frees *path, and keeps *fd, which holds its lock. 0, or negative errno and nothing is made. */
int aspan_record_home_make(char **path, int *fd);

/* Deletes it. */
void aspan_record_home_delete(const char *path, int fd);

#endif

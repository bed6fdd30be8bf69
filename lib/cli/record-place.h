/* SPDX-License-Identifier: MIT */
/*
 * Root's one place for a session daemon, /var/run/lttng, where recordings must share it.
 *
 * LTTng 2.13 allows root one daemon there. It can be hidden in a mount namespace (record-daemon.c), but not in an ordinary
 * container. There, recordings share the daemon that the first of them starts, and the last ends it.
 *
 * A file there is locked shared by each recording as long as it runs, and exclusively by who starts or ends the daemon; it
 * holds the pid of a daemon that a recording started, and is empty if that is somebody else's. The kernel
 * releases the locks of a recording that is killed.
 */
#ifndef ASPAN_CLI_RECORD_PLACE_H
#define ASPAN_CLI_RECORD_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#define ASPAN_ROOT_RUN_DIRECTORY "/var/run/lttng"

/*
 * Joins the recordings there. *must_start says that none runs: then nobody else comes in until
 * aspan_record_place_open(). The file, or negative errno.
 */
int aspan_record_place_join(bool *must_start);

/* After must_start: lets the others in, to the daemon with this pid; 0 if it could not be started. */
void aspan_record_place_open(int place, pid_t daemon_pid);

/* Whether a recording has ever shared a daemon there. */
bool aspan_record_place_exists(void);

/*
 * Whether this is the last recording there: gives the daemon's pid if it is to be ended, and then lets nobody in until
 * aspan_record_place_close(); otherwise 0.
 */
pid_t aspan_record_place_leave(int place);

/* Closes the file; `is_ended`: the daemon was ended. */
void aspan_record_place_close(int place, bool is_ended);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The process of a session daemon of our own.
 */
#ifndef ASPAN_CLI_RECORD_DAEMON_PROCESS_H
#define ASPAN_CLI_RECORD_DAEMON_PROCESS_H

#include "record-daemon.h"

/* Starts it, with daemon->directory as its home, and returns when it takes commands. Prints what failed; negative errno. */
int aspan_daemon_process_start(struct aspan_record_daemon *daemon, const char *program);

/* Ends it and waits for that; kills it if it takes too long, which is soon if it is not `is_able` to end in order. */
void aspan_daemon_process_end(pid_t pid, bool is_able);

#endif

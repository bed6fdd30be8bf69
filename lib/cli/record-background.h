/* SPDX-License-Identifier: MIT */
/*
 * Recorded processes that go on when the command has ended: daemons, jobs in the background.
 */
#ifndef ASPAN_CLI_RECORD_BACKGROUND_H
#define ASPAN_CLI_RECORD_BACKGROUND_H

#include "record-gather.h"
#include "record-watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct aspan_background_process {
	pid_t pid; /* as we see it; or, if that is not known, as it sees itself */
	bool is_elsewhere; /* in a PID namespace of its own */
	char name[64];
};

/* Those that ran when it was looked last. */
struct aspan_record_background {
	struct aspan_background_process *processes;
	size_t process_count;
	size_t process_capacity;
	const struct aspan_record_gather *gather;
	struct aspan_record_watch *watch;
};

/*
 * Finds them by their ledgers, which the kernel knows to be in use, and by /proc. Both stay the caller's. End it with
 * aspan_record_background_fini().
 */
void aspan_record_background_init(struct aspan_record_background *background,
				  const struct aspan_record_gather *gather,
				  struct aspan_record_watch *watch);

/*
 * Waits until none is left, and says so if that takes a moment; SIGINT, SIGTERM, SIGHUP or SIGQUIT end the wait. *daemon_pid
 * and `look` are as in aspan_record_command_wait(); a negative result of `look` ends the wait, too.
 */
void aspan_record_background_wait(struct aspan_record_background *background, pid_t *daemon_pid,
				  int (*look)(void *data), void *data);

/* Looks once more, and prints those that still run; `can_wait`: --wait would help. */
void aspan_record_background_tell(struct aspan_record_background *background, bool can_wait);

void aspan_record_background_fini(struct aspan_record_background *background);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Whether LTTng's daemons live that a recording needs: the session daemon and its consumer daemons.
 */
#ifndef ASPAN_CLI_RECORD_DAEMONS_H
#define ASPAN_CLI_RECORD_DAEMONS_H

#include "record-fault.h"
#include "record-proc.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* For 64-bit and 32-bit programs. */
#define ASPAN_CONSUMERS_MAX 4

struct aspan_record_consumer {
	pid_t pid;
	uint64_t start_ticks;
};

struct aspan_record_daemons {
	const pid_t *
		child; /* the session daemon if it is our child: becomes 0 when it was reaped; else NULL */
	pid_t pid; /* of the session daemon; 0: not known */
	uint64_t start_ticks; /* if it is not our child */
	struct aspan_record_consumer consumers[ASPAN_CONSUMERS_MAX];
	size_t consumer_count;
	uint64_t kills; /* for lack of memory, before */
};

/*
 * When the session runs. `child`: the pid of a session daemon that is our child, which whoever reaps it sets to 0; it stays the
 * caller's. NULL: it is another's.
 */
void aspan_record_daemons_init(struct aspan_record_daemons *daemons, const pid_t *child);

/* Notes those that have ended. */
void aspan_record_daemons_look(struct aspan_record_daemons *daemons,
			       struct aspan_record_faults *faults);

#endif

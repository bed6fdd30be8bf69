/* SPDX-License-Identifier: MIT */
/*
 * Watches what a recording stands on, and notes what fails: the daemons, the directory of the trace, the room for buffers.
 */
#ifndef ASPAN_CLI_RECORD_HEALTH_H
#define ASPAN_CLI_RECORD_HEALTH_H

#include "record-buffers.h"
#include "record-daemon.h"
#include "record-daemons.h"
#include "record-disk.h"
#include "record-fault.h"
#include "record-output.h"

#include <stdbool.h>
#include <stdint.h>

struct aspan_record_health {
	struct aspan_record_faults faults;
	struct aspan_record_daemons daemons;
	struct aspan_record_disk disk;
	const char *log_home; /* of a daemon of our own; NULL: it is another's */
	bool has_daemon; /* when it was looked at last */
	uint64_t next_look_ns;
};

/* When the session runs. What it points to stays the caller's. End it with aspan_record_health_fini(). */
void aspan_record_health_init(struct aspan_record_health *health,
			      const struct aspan_record_daemon *daemon,
			      const struct aspan_record_output *output);

/* Looks, if it is time for that or the daemon has just ended, and gives the time of the next look: CLOCK_MONOTONIC. */
uint64_t aspan_record_health_look(struct aspan_record_health *health, uint64_t now_ns);

/* When all data should be on disk, and the daemon has not been ended yet: looks a last time. */
void aspan_record_health_finish(struct aspan_record_health *health,
				const struct aspan_record_buffers *buffers);

void aspan_record_health_fini(struct aspan_record_health *health);

#endif

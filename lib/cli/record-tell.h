/* SPDX-License-Identifier: MIT */
/*
 * What a recording says at its end: how many events were recorded and lost, where the trace is, who was killed, who was not
 * recorded, why there is nothing in it, and what to type next.
 */
#ifndef ASPAN_CLI_RECORD_TELL_H
#define ASPAN_CLI_RECORD_TELL_H

#include "record-ends.h"
#include "record-fault.h"
#include "record-options.h"
#include "record-watch.h"
#include "salvage-trace.h"

#include <stdint.h>

struct aspan_record_result {
	const char *directory; /* as the user would type it */
	const char *absolute_directory;
	const char *program; /* the command's file */
	const struct aspan_record_options *options;
	uint64_t buffers_bytes; /* of all CPUs, of a process or a user */
	uint64_t discarded_events;
	const struct aspan_record_ends *ends;
	const struct aspan_salvaged *salvaged;
	const struct aspan_record_watch *watch;
	struct aspan_record_faults *faults;
	pid_t pid; /* the command's */
	int status; /* how it ended, as from waitpid() */
};

/* Reads the trace; Ctrl-C skips that. That it cannot be read is added to the faults. */
void aspan_record_tell(const struct aspan_record_result *result);

#endif

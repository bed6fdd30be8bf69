/* SPDX-License-Identifier: MIT */
/*
 * A progress line on stderr, for a person who waits longer than a second.
 */
#ifndef ASPAN_CLI_REPORT_PROGRESS_H
#define ASPAN_CLI_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct aspan_report_progress {
	bool is_wanted;
	bool is_shown; /* a line stands on the terminal */
	uint64_t start_ns; /* of reading, on CLOCK_MONOTONIC */
	uint64_t next_ns; /* when the line is due, as above */
	int64_t begin_ns, end_ns; /* of the trace; 0 and 0 if unknown */
};

void aspan_report_progress_begin(struct aspan_report_progress *progress);

/* Shows how many events were read, and up to which time of the trace, if a line is due. */
void aspan_report_progress_update(struct aspan_report_progress *progress, uint64_t event_count,
				  uint64_t trace_ns);

/* Takes the line away. */
void aspan_report_progress_end(struct aspan_report_progress *progress);

#endif

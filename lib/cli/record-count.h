/* SPDX-License-Identifier: MIT */
/*
 * What is in a trace, by counting its events with libbabeltrace2.
 */
#ifndef ASPAN_CLI_RECORD_COUNT_H
#define ASPAN_CLI_RECORD_COUNT_H

#include <stdint.h>

struct aspan_record_counts {
	uint64_t events; /* of any kind */
	uint64_t allocations; /* with what packed events hold, which may be frees, too */
	uint64_t packed_records; /* allocations and frees in packed events */
	uint64_t missing_records; /* between packed events of the same thread: they are numbered */
	uint64_t groups; /* registered */
};

/* 0; -EINTR if the user would not wait; -EIO if the trace cannot be read. A directory without a trace has no events. */
int aspan_record_count(const char *directory, struct aspan_record_counts *counts);

#endif

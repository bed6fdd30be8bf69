/* SPDX-License-Identifier: MIT */
/*
 * What is in a trace, by counting its events with libbabeltrace2.
 */
#ifndef ASPAN_CLI_RECORD_COUNT_H
#define ASPAN_CLI_RECORD_COUNT_H

#include <stddef.h>
#include <stdint.h>

#define ASPAN_RECORD_MISUSES 16

struct aspan_record_misuse {
	char what[32]; /* as the event says */
	uint64_t count; /* 0: not used */
};

/* How many allocations and frees of a process made no event. */
struct aspan_record_loss {
	int32_t vpid;
	uint64_t start_ns;
	uint64_t count;
};

/* A process that said that it began. */
struct aspan_record_begin {
	int32_t vpid;
	uint64_t start_ns;
};

struct aspan_record_counts {
	uint64_t events; /* of any kind */
	uint64_t allocations; /* with what packed events hold, which may be frees, too */
	uint64_t packed_records; /* allocations and frees in packed events */
	uint64_t missing_records; /* between packed events of the same thread: they are numbered */
	uint64_t groups; /* registered */
	uint64_t misuse_count;
	struct aspan_record_misuse misuses[ASPAN_RECORD_MISUSES]; /* by kind */
	struct aspan_record_loss *losses; /* by the `process_end` of those that lost something */
	size_t loss_count;
	size_t loss_capacity;
	struct aspan_record_begin *begins; /* by `process_begin` */
	size_t begin_count;
	size_t begin_capacity;
	size_t end_count; /* of events `process_end` */
};

/*
 * 0; -EINTR if the user would not wait; -EMFILE if it has too many streams, and then it prints so; -EIO if it cannot be
 * read. A directory without a trace has no events.
 * End it with aspan_record_counts_fini() in any case.
 */
int aspan_record_count(const char *directory, struct aspan_record_counts *counts);

void aspan_record_counts_fini(struct aspan_record_counts *counts);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Reads what waited to be recorded in a process that ended (layout-rings.h), thread by thread.
 *
 * As in reader.h, nothing in the ledger is trusted, and memory and time are bounded by what the file really holds.
 */
#ifndef ASPAN_LEDGER_WAITING_H
#define ASPAN_LEDGER_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger-error.h"

/* Whose it is, and the clocks' relation. */
struct aspan_waiting_process {
	int32_t vpid;
	uint64_t pid_ns;
	uint64_t start_ns;
	uint64_t start_realtime_ns; /* CLOCK_REALTIME at start_ns */
};

struct aspan_waiting_group {
	uint64_t id;
	const char *tags;
};

/* An allocation or a free that waits in a ring. */
struct aspan_waiting_record {
	uint64_t time_ns; /* CLOCK_MONOTONIC; never before that of the record before */
	uint64_t address;
	uint64_t size_bytes;
	uint64_t ip; /* 0: unknown */
	uint64_t span_id; /* 0: none */
	uint32_t group; /* the owner: its index in the thread's groups */
	uint32_t current_group; /* the active one: its index plus 1; 0: none */
	uint8_t kind; /* enum aspan_trace_kind */
	bool is_free;
};

/* What waits of one thread: records that are encoded (tp/packed-format.md), and then those of its ring. */
struct aspan_waiting_thread {
	int32_t vtid;
	const char *name;
	uint64_t record_index; /* of the first record */
	/* Those that are encoded. The bytes may have more than these; nothing of them is checked. */
	uint64_t encoded_count;
	uint64_t begin_ns;
	uint64_t begin_span_id;
	const char *encoded_groups;
	size_t encoded_groups_bytes;
	const unsigned char *encoded_records;
	size_t encoded_records_bytes;
	/* Those of the ring. */
	const struct aspan_waiting_record *records;
	size_t record_count;
	const struct aspan_waiting_group *groups;
	size_t group_count;
};

/* What it is given is good until it returns; 0, or negative errno to stop with. */
typedef int aspan_waiting_take(void *data, const struct aspan_waiting_process *process,
			       const struct aspan_waiting_thread *thread);

/*
 * Gives each thread of which something waits. A copy that was made of a running process's ledger has nothing that waits: the process
 * itself records it. 0; what `take` returned; or, with a line in *error, a negative errno as in reader.h.
 */
int aspan_ledger_read_waiting(const char *path, aspan_waiting_take *take, void *data,
			      struct aspan_ledger_error *error);

/* The same of an open file. */
int aspan_ledger_read_waiting_fd(int file, const char *name, aspan_waiting_take *take, void *data,
				 struct aspan_ledger_error *error);

#endif

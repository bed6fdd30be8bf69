/* SPDX-License-Identifier: MIT */
/*
 * The threads that made packed records, each with what waits of it, and the processes they are of.
 *
 * Threads live as long as the table, and do not move. Memory grows with threads and processes.
 */
#ifndef ASPAN_ANALYSIS_PACKED_THREADS_H
#define ASPAN_ANALYSIS_PACKED_THREADS_H

#include "events.h"
#include "id-map.h"
#include "packed-decode.h"
#include "packed-payload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_packed_thread {
	struct aspan_origin origin; /* without a name: each event tells one */
	uint32_t next_of_key; /* another thread with the same key, or NONE */
	bool is_begun; /* next_index is known */
	uint64_t next_index; /* the record_index of the next event, if nothing is lost */
	uint64_t last_index,
		last_begin_ns; /* of the last event: one that comes twice is known by them */
	struct aspan_packed_payload *first, **last_link; /* a queue; cursor reads the first */
	struct aspan_packed_cursor cursor;
	/*
	 * Records that have been decoded: enough for what they need to be fetched from memory until it is their turn. NULL
	 * while nothing waits.
	 */
	struct aspan_packed_record *batch;
	uint32_t batch_next, batch_count; /* the current one is the one before batch_next */
	int batch_result; /* what follows the batch: 1: more; 0: the end; or an error */
	uint64_t time_ns; /* when it was made, by the trace's clock */
	uint64_t lost_count; /* to be told before it */
};

struct aspan_packed_process {
	struct aspan_origin origin;
	uint32_t next_of_key;
	uint64_t
		first_ns; /* its first packed record, by the trace's clock; UINT64_MAX: it has none */
	uint64_t offset_ns; /* what makes times of records times of the trace; wraps */
	bool has_begun; /* in the trace: its threads' records are all later */
};

struct aspan_packed_threads {
	struct aspan_packed_thread **threads;
	size_t thread_count, thread_capacity;
	struct aspan_id_map thread_map;
	struct aspan_packed_thread *last_found;
	struct aspan_packed_process *processes;
	size_t process_count, process_capacity;
	struct aspan_id_map process_map;
};

/* An all-zero table is an empty one. */
void aspan_packed_threads_fini(struct aspan_packed_threads *threads);

/* Gives the thread of an event, which has vpid, vtid and namespace. 0 or -ENOMEM. */
int aspan_packed_threads_find(struct aspan_packed_threads *threads,
			      const struct aspan_origin *origin,
			      struct aspan_packed_thread **found);

/* A process is in a trace, whose times are those of records plus offset_ns. 0 or -ENOMEM. */
int aspan_packed_threads_note_process(struct aspan_packed_threads *threads,
				      const struct aspan_origin *origin, uint64_t offset_ns);

/* A process that was noted begins in its trace: each of its threads begins with record 0. */
void aspan_packed_threads_note_begin(struct aspan_packed_threads *threads,
				     const struct aspan_origin *origin);

/* Whether the first record of this thread is number 0. */
bool aspan_packed_threads_begins(const struct aspan_packed_threads *threads,
				 const struct aspan_packed_thread *thread);

/*
 * The process of what was salvaged: the last one with that vpid and namespace that another trace of the host has. NULL if there
 * is none.
 */
const struct aspan_packed_process *
aspan_packed_threads_find_home(const struct aspan_packed_threads *threads,
			       const struct aspan_origin *origin);

/* A process has a packed record made at time_ns; so has the trace, for events that do not tell their process. 0 or -ENOMEM. */
int aspan_packed_threads_note_record(struct aspan_packed_threads *threads,
				     const struct aspan_origin *origin, uint64_t time_ns,
				     uint64_t offset_ns);

/* When the first packed record of a process, or of a trace for an origin without vpid, was made; UINT64_MAX: there is none. */
uint64_t aspan_packed_threads_get_first_ns(const struct aspan_packed_threads *threads,
					   const struct aspan_origin *origin);

#endif

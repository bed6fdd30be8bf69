/* SPDX-License-Identifier: MIT */
/*
 * The answers about one thing, whatever it is: a group, a tag's value, a span, a thread, a place, or everything.
 *
 * All of it but the peak adds up: the numbers of the rows of a breakdown sum to those of everything, in every
 * breakdown. Counts are those of the window.
 */
#ifndef ASPAN_ANALYSIS_NUMBERS_H
#define ASPAN_ANALYSIS_NUMBERS_H

#include "events.h"
#include "histogram.h"

#include <stdbool.h>
#include <stdint.h>

/* Blocks and their bytes. */
struct aspan_blocks {
	uint64_t count;
	uint64_t bytes;
};

/* Blocks that realloc() changed: a chain is one block through all its sizes. */
struct aspan_growth {
	uint64_t step_count; /* realloc() calls that changed the size */
	uint64_t grow_count; /* those of them to a larger one */
	uint64_t moved_count; /* those of them that changed the address */
	uint64_t copied_bytes; /* what moving copied: the smaller of both sizes */
	/* The chain with the most steps; one that lives when the trace ends counts. */
	uint64_t longest_step_count;
	uint64_t longest_first_bytes;
	uint64_t longest_last_bytes;
};

struct aspan_numbers {
	struct aspan_counts counts; /* with what only checkpoints tell */
	struct aspan_counts lost; /* that part of `counts` */
	struct aspan_blocks unsure_frees; /* so many more may be freed, and so many less live */
	struct aspan_blocks live; /* at the end */
	uint64_t peak_live_bytes;
	uint64_t peak_time_ns; /* when it was first reached */
	uint64_t bytes_at_total_peak; /* what was held when everything together was at its peak */
	struct aspan_blocks foreign_frees; /* while another group, or none, was active */
	struct aspan_blocks other_thread_frees; /* on another thread than that which allocated */
	struct aspan_blocks temporary; /* `struct aspan_questions` says what that is */
	/* Allocated in the window and alive at its end; those older than the window are only in `live`. */
	struct aspan_blocks never_freed;
	uint64_t
		oldest_never_freed_ns; /* when the oldest of them was allocated; 0: there is none */
	struct aspan_histogram sizes; /* of the allocations, in bytes */
	struct aspan_histogram lifetimes; /* of the blocks that were freed, in ns */
	struct aspan_growth growth;
	/* Live, peak, never freed and what depends on them are exact; else they are estimates. */
	bool is_certain;
	bool has_exact_counts; /* it is proved that no allocation and no free is missing in `counts` */
	bool has_exact_live; /* and in `live` */
	bool has_exact_never_freed; /* and in `never_freed` */
	bool is_doubtful; /* something shows that `counts` may be too low */
	bool is_from_ledger; /* a process's ledger tells a part of counts and live */
};

void aspan_numbers_fini(struct aspan_numbers *numbers);

/* Adds what adds up; the peak stays as it is. 0 or -ENOMEM. */
int aspan_numbers_add(struct aspan_numbers *sum, const struct aspan_numbers *part);

void aspan_growth_add(struct aspan_growth *sum, const struct aspan_growth *part);

#endif

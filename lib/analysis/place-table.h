/* SPDX-License-Identifier: MIT */
/*
 * Places: where blocks were allocated, down to all that somebody asked for, and what is known of each.
 *
 * A place is a group, a node of span paths, a thread, a call site and a call stack. What nobody asked for is NONE in all of
 * them (of stacks, the root), so that there are no more places than questions need. A block remembers the number of its place.
 *
 * Each group has an unseen place, which stands for what events of blocks do not tell (report.h). Blocks that come and go
 * there are in sums only.
 */
#ifndef ASPAN_ANALYSIS_PLACE_TABLE_H
#define ASPAN_ANALYSIS_PLACE_TABLE_H

#include "call-tree.h"
#include "events.h"
#include "group.h"
#include "histogram.h"
#include "id-map.h"
#include "numbers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASPAN_PLACE_NONE UINT32_MAX

struct aspan_place_key {
	uint32_t group, node, thread, callsite;
	uint32_t stack; /* its last frame is the call site; CALL_ROOT: not known */
	bool is_unseen;
};

struct aspan_place {
	struct aspan_place_key key;
	uint32_t next_of_hash;
	struct aspan_live live; /* of an unseen place it may be below zero */
	struct aspan_counts counts;
	struct aspan_blocks foreign_frees;
	struct aspan_blocks other_thread_frees;
	struct aspan_blocks temporary;
	/* Of processes that are gone, as their blocks are forgotten. */
	struct aspan_blocks never_freed;
	uint64_t oldest_never_freed_ns;
	struct aspan_histogram sizes, lifetimes;
	struct aspan_growth growth;
};

struct aspan_place_table {
	struct aspan_place *places;
	size_t place_count, place_capacity;
	struct aspan_id_map by_hash;
};

/* An all-zero table is an empty one. */
void aspan_place_table_fini(struct aspan_place_table *table);

/* 0, 1 if the place is new, or -ENOMEM. Adding one moves the array. */
int aspan_place_table_find(struct aspan_place_table *table, const struct aspan_place_key *key,
			   uint32_t *place);

/* A block of this place that was allocated at this time will never be freed. */
void aspan_place_note_never_freed(struct aspan_place *place, uint64_t size_bytes,
				  uint64_t alloc_ns);

/* Counting begins anew; what lives stays. */
void aspan_place_clear(struct aspan_place *place);

#endif

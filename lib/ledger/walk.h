/* SPDX-License-Identifier: MIT */
/*
 * The counts of a ledger by slot, summed up over groups and threads, with what is being moved counted once.
 *
 * A ledger of a process that ended is walked once. A living one is walked twice, first for what was freed, then for what was
 * allocated: a block's allocation is counted before its free can be, so the second walk has all that the first one needs.
 */
#ifndef ASPAN_LEDGER_WALK_H
#define ASPAN_LEDGER_WALK_H

#include "account.h"
#include "image.h"
#include "layout.h"
#include "sections.h"

enum aspan_ledger_walk_what {
	ASPAN_LEDGER_WALK_FREES = 1,
	ASPAN_LEDGER_WALK_ALLOCS = 2,
	ASPAN_LEDGER_WALK_ALL = 3,
};

struct aspan_ledger_slot {
	uint64_t generation; /* these as in struct aspan_ledger_group */
	uint64_t id;
	uint64_t tags;
	uint64_t tags_bytes;
	struct aspan_account_counts counts;
};

/* The slots of one segment, whose place in the directory is `index`. */
struct aspan_ledger_segment_slots {
	uint64_t index;
	struct aspan_ledger_slot of[ASPAN_LEDGER_SEGMENT_GROUPS];
};

struct aspan_ledger_walk {
	struct aspan_ledger_image *image; /* borrowed */
	struct aspan_ledger_transfer transfer; /* as it was before */
	struct aspan_ledger_segment_slots **segments; /* those that are there, by index */
	size_t segment_count, segment_capacity;
	struct aspan_account_counts
		strays; /* of threads, in slots of segments that are not there */
	uint64_t thread_count;
	bool has_changed; /* between two walks, so that neither is of use */
	bool has_overflow; /* a sum was larger than any number */
};

/* Reads TRANSFER. 0 or negative errno. */
int aspan_ledger_walk_init(struct aspan_ledger_walk *walk, struct aspan_ledger_image *image,
			   const struct aspan_ledger_sections *sections);

void aspan_ledger_walk_fini(struct aspan_ledger_walk *walk);

/* Adds what is asked for. `what` 0 only looks whether the groups are those that they were. 0 or negative errno. */
int aspan_ledger_walk_groups(struct aspan_ledger_walk *walk,
			     const struct aspan_ledger_section *groups, unsigned int what);
int aspan_ledger_walk_threads(struct aspan_ledger_walk *walk,
			      const struct aspan_ledger_section *threads, unsigned int what);

/* Adds; tells in the walk where a number is too large. */
void aspan_ledger_walk_add(struct aspan_ledger_walk *walk, struct aspan_account_counts *to,
			   const struct aspan_account_counts *counts);

/* Adds what is asked for. */
void aspan_ledger_walk_add_part(struct aspan_ledger_walk *walk, struct aspan_account_counts *to,
				const struct aspan_account_counts *counts, unsigned int what);

/* The segment of this index; NULL if it is not there. */
struct aspan_ledger_segment_slots *aspan_ledger_walk_find(const struct aspan_ledger_walk *walk,
							  uint64_t index);

/* What groups counted that are not there any more. */
struct aspan_account_counts aspan_ledger_walk_sum_retired(struct aspan_ledger_walk *walk);

/* What counts as before + moved. */
struct aspan_account_counts aspan_ledger_walk_sum_moved(struct aspan_ledger_walk *walk);

/* Whether the slot's group, which is there, is being moved into `retired`. */
static inline bool aspan_ledger_walk_is_retiring(const struct aspan_ledger_walk *walk,
						 uint64_t slot)
{
	return walk->transfer.kind == ASPAN_LEDGER_TRANSFER_GROUP && walk->transfer.slot == slot;
}

/* Whether a thread's counts of this slot are being moved to the group. */
static inline bool aspan_ledger_walk_is_receiving(const struct aspan_ledger_walk *walk,
						  uint64_t slot)
{
	return walk->transfer.kind == ASPAN_LEDGER_TRANSFER_THREAD && walk->transfer.slot == slot;
}

#endif

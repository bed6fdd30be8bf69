/* SPDX-License-Identifier: MIT */
/*
 * What is known of one group of one process, and how that is put together from an imperfect trace.
 *
 * The big picture. A group's live bytes are
 *
 *	live(t) = base + allocated(t) - freed(t)
 *
 * where `allocated` and `freed` add up the events seen, and `base` is what the events do not tell: the blocks
 * that lived before the trace began, and what lost events would have told.
 *
 * - The group is registered in the trace, or its process began there, and nothing was lost: base is 0, and every number is
 *   exact.
 *   Checkpoints (`group_stats`) are ignored: they may be ahead of or behind events of other threads.
 * - The group is older than the trace, and nothing was lost: base is constant. The last checkpoint gives
 *   it, as it is the quietest (process exit). As the peak of allocated - freed is kept without the base,
 *   the peak is exact too. Without a checkpoint, the frees of blocks never seen allocated are a lower bound of base.
 * - Events were lost: each checkpoint gives a new base. What was the peak so far is folded into a maximum, and the
 *   new base counts from there on. Live and peak are then good estimates, and are not certain.
 *
 * A free that was lost is inferred where its address is given out again. That was some time after it, and a checkpoint
 * may lie between: one that knows of it already. So the inferred free of a block that is older than the last checkpoint
 * is counted only if no free was lost before that checkpoint. Else it is unsure, until the next checkpoint knows. At the
 * end, `free_count` is then at least so, and what lives at most. A process that exits leaves nothing unsure: a group that
 * changed after its last checkpoint gets one more, so what has none did not change, and the unsure frees were before it.
 *
 * Invariant: no result is negative, and no free is counted twice, whatever the trace says.
 */
#ifndef ASPAN_ANALYSIS_GROUP_H
#define ASPAN_ANALYSIS_GROUP_H

#include "block-map.h"
#include "events.h"

#include <stdbool.h>
#include <stdint.h>

static inline struct aspan_live aspan_live_subtract(const struct aspan_live *a,
						    const struct aspan_live *b)
{
	return (struct aspan_live){
		.count = (int64_t) ((uint64_t) a->count - (uint64_t) b->count),
		.bytes = (int64_t) ((uint64_t) a->bytes - (uint64_t) b->bytes),
	};
}

struct aspan_group {
	uint64_t id;
	uint32_t process; /* index in the model */
	uint32_t next_of_id; /* another group of the process with this id and other tags, or NONE */
	char *tags; /* as in the trace */
	char *name; /* NULL if only the tags tell it */
	uint32_t next_of_process; /* another group of the process, or NONE */
	bool is_registered; /* in the trace */
	bool is_whole; /* its whole life is in the trace: it is registered there, or its process began there */
	bool is_released; /* by its last token; interned again, it is registered again */

	struct aspan_counts seen;
	uint64_t foreign_free_count;
	/* Frees of blocks that were not seen allocated. */
	struct aspan_live orphans;
	/* Frees that only the address, given out again, tells of; they are in `seen`, but for those that are unsure. */
	uint64_t inferred_free_count;
	struct aspan_live inferred; /* those of them that are in `seen` */
	/* Frees of blocks that the parent of this forked process allocated; not in `seen`, as it never held them. */
	struct aspan_counts inherited_frees;
	/* Inferred frees of which it is not known on which side of the last checkpoint they were. */
	struct aspan_live unsure;

	bool has_checkpoint;
	uint32_t
		checkpoint_count; /* may wrap: blocks only tell by it whether there was one since */
	struct aspan_counts checkpoint; /* the last */
	uint64_t checkpoint_ns;
	struct aspan_counts first_offset, offset; /* checkpoint minus seen */
	struct aspan_live base;

	/* The most that `allocated - freed` was since the base was last changed. */
	int64_t peak_above_base;
	uint64_t peak_above_base_ns;
	/* The peak before that. */
	int64_t folded_peak;
	uint64_t folded_peak_ns;
	/* The same without bases: what it is if it turns out that nothing was lost. */
	int64_t seen_peak;
	uint64_t seen_peak_ns;
	bool has_folds;

	/* What had been counted when the window began, frees of inherited blocks among it. */
	struct aspan_counts before_window, lost_before_window;

	/* What the ledger of its process says; with the frees of inherited blocks. */
	bool has_ledger;
	struct aspan_counts ledger;
	struct aspan_live ledger_live;
};

/* What a report says of a group. */
struct aspan_group_result {
	struct aspan_counts counts;
	struct aspan_counts lost; /* part of counts that only checkpoints tell of */
	/* So many more may be freed, and so many less live. */
	uint64_t unsure_free_count;
	uint64_t unsure_free_bytes;
	uint64_t live_count;
	uint64_t live_bytes;
	uint64_t peak_live_bytes;
	uint64_t peak_time_ns;
	bool is_certain; /* live and peak are exact */
	/* Told by the model, which knows the process: */
	bool is_from_ledger; /* counts and live are the ledger's */
	bool has_exact_counts; /* it is proved that no allocation and no free is missing */
	bool has_exact_live;
	bool has_exact_never_freed; /* all that lives was allocated in the trace, and that is exact */
	bool is_doubtful; /* counts may be too low */
};

void aspan_group_alloc(struct aspan_group *group, uint64_t size_bytes, uint64_t time_ns);
void aspan_group_free(struct aspan_group *group, uint64_t size_bytes, bool is_foreign);

/* The process of the group has begun: all that it counts is in the trace. */
void aspan_group_begin(struct aspan_group *group, bool is_forked);

/* A block is freed that the parent of this forked process allocated. */
void aspan_group_free_inherited(struct aspan_group *group, uint64_t size_bytes, bool is_foreign);

/* What events told or showed, with frees of inherited blocks. */
struct aspan_counts aspan_group_count_shown(const struct aspan_group *group);

/* What events told, without what was inferred, and with frees of inherited blocks. */
struct aspan_counts aspan_group_count_seen(const struct aspan_group *group);

/* How much the last checkpoint says that events have not told by now; 0 without one. */
struct aspan_counts aspan_group_count_missing(const struct aspan_group *group);

/* After aspan_group_free(): the block was not seen allocated. */
void aspan_group_note_orphan(struct aspan_group *group, uint64_t size_bytes, uint64_t time_ns,
			     bool has_losses);

/* A block that was seen allocated has been freed, and the event is missing; false: it is unsure, and in no sum. */
bool aspan_group_infer_free(struct aspan_group *group, const struct aspan_block *block);

void aspan_group_checkpoint(struct aspan_group *group, const struct aspan_counts *counts,
			    uint64_t time_ns, bool has_losses);

/* Counts, and the peak, are from here on. */
void aspan_group_begin_window(struct aspan_group *group, uint64_t time_ns);

struct aspan_group_result aspan_group_get_result(const struct aspan_group *group, bool has_losses);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What is known of one group of one process. The big picture is in group.h.
 *
 * Sums are unsigned and wrap, so that a hostile trace cannot cause undefined behaviour; differences are
 * taken of them as signed numbers.
 */
#include "group.h"

static struct aspan_live live_of(const struct aspan_counts *counts)
{
	return (struct aspan_live){
		.count = (int64_t) (counts->alloc_count - counts->free_count),
		.bytes = (int64_t) (counts->alloc_bytes - counts->free_bytes),
	};
}

static int64_t add(int64_t a, int64_t b)
{
	return (int64_t) ((uint64_t) a + (uint64_t) b);
}

static int64_t subtract(int64_t a, int64_t b)
{
	return (int64_t) ((uint64_t) a - (uint64_t) b);
}

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The lesser of something that may have happened, and its bound. */
static uint64_t lesser(int64_t value, uint64_t bound)
{
	return (uint64_t) value < bound ? (uint64_t) value : bound;
}

static uint64_t above_zero(int64_t value)
{
	return value > 0 ? (uint64_t) value : 0;
}

static struct aspan_counts subtract_counts(const struct aspan_counts *a,
					   const struct aspan_counts *b)
{
	return (struct aspan_counts){
		.alloc_count = a->alloc_count - b->alloc_count,
		.alloc_bytes = a->alloc_bytes - b->alloc_bytes,
		.free_count = a->free_count - b->free_count,
		.free_bytes = a->free_bytes - b->free_bytes,
	};
}

static struct aspan_counts add_counts(const struct aspan_counts *a, const struct aspan_counts *b)
{
	return (struct aspan_counts){
		.alloc_count = a->alloc_count + b->alloc_count,
		.alloc_bytes = a->alloc_bytes + b->alloc_bytes,
		.free_count = a->free_count + b->free_count,
		.free_bytes = a->free_bytes + b->free_bytes,
	};
}

void aspan_group_alloc(struct aspan_group *group, uint64_t size_bytes, uint64_t time_ns)
{
	int64_t live_bytes;

	group->seen.alloc_count++;
	group->seen.alloc_bytes += size_bytes;
	live_bytes = live_of(&group->seen).bytes;
	if (live_bytes > group->peak_above_base) {
		group->peak_above_base = live_bytes;
		group->peak_above_base_ns = time_ns;
	}
}

void aspan_group_free(struct aspan_group *group, uint64_t size_bytes, bool is_foreign)
{
	group->seen.free_count++;
	group->seen.free_bytes += size_bytes;
	group->foreign_free_count += is_foreign;
}

void aspan_group_free_inherited(struct aspan_group *group, uint64_t size_bytes, bool is_foreign)
{
	group->inherited_frees.free_count++;
	group->inherited_frees.free_bytes += size_bytes;
	group->foreign_free_count += is_foreign;
}

void aspan_group_begin(struct aspan_group *group, bool is_forked)
{
	group->is_whole = true;
	group->first_offset = (struct aspan_counts){ 0 };
	if (is_forked) {
		group->seen.free_count -= (uint64_t) group->orphans.count;
		group->seen.free_bytes -= (uint64_t) group->orphans.bytes;
		group->inherited_frees.free_count += (uint64_t) group->orphans.count;
		group->inherited_frees.free_bytes += (uint64_t) group->orphans.bytes;
		group->orphans = (struct aspan_live){ 0 };
	}
}

static void raise_folded_peak(struct aspan_group *group, int64_t peak, uint64_t time_ns)
{
	if (peak > group->folded_peak) {
		group->folded_peak = peak;
		group->folded_peak_ns = time_ns;
	}
}

/* Keeps the peak under the base that now ends. */
static void fold_peak(struct aspan_group *group, uint64_t time_ns)
{
	raise_folded_peak(group, add(group->base.bytes, group->peak_above_base),
			  group->peak_above_base_ns);
	if (group->peak_above_base > group->seen_peak) {
		group->seen_peak = group->peak_above_base;
		group->seen_peak_ns = group->peak_above_base_ns;
	}
	group->has_folds = true;
	group->peak_above_base = live_of(&group->seen).bytes;
	group->peak_above_base_ns = time_ns;
}

void aspan_group_note_orphan(struct aspan_group *group, uint64_t size_bytes, uint64_t time_ns,
			     bool has_losses)
{
	int64_t size = (int64_t) size_bytes;

	group->orphans.count++;
	group->orphans.bytes = add(group->orphans.bytes, size);
	if (!has_losses || group->has_checkpoint) {
		return;
	}
	/*
	 * Most likely its allocation was lost in a gap, and not before the trace. Until now it lived
	 * beside the others; that it did so earlier is not known.
	 */
	fold_peak(group, time_ns);
	group->base.count++;
	group->base.bytes = add(group->base.bytes, size);
	raise_folded_peak(group, add(add(group->base.bytes, group->peak_above_base), size),
			  time_ns);
}

void aspan_group_checkpoint(struct aspan_group *group, const struct aspan_counts *counts,
			    uint64_t time_ns, bool has_losses)
{
	struct aspan_live base;

	group->checkpoint = *counts;
	group->checkpoint_ns = time_ns;
	group->offset = subtract_counts(counts, &group->seen);
	if (!group->has_checkpoint && !group->is_whole) {
		group->first_offset = group->offset;
	}
	group->has_checkpoint = true;
	group->checkpoint_count++;
	group->unsure = (struct aspan_live){ 0 };
	if (group->is_whole && !has_losses) {
		return;
	}
	base = live_of(&group->offset);
	if (has_losses && base.bytes != group->base.bytes) {
		fold_peak(group, time_ns);
	}
	group->base = base;
}

/* What checkpoints know and events do not, of one counter since the trace began. */
static uint64_t missing(uint64_t offset, uint64_t first_offset)
{
	return above_zero((int64_t) (offset - first_offset));
}

static struct aspan_counts get_lost(const struct aspan_group *group)
{
	const struct aspan_counts *last = &group->offset;
	const struct aspan_counts *first = &group->first_offset;

	return (struct aspan_counts){
		.alloc_count = missing(last->alloc_count, first->alloc_count),
		.alloc_bytes = missing(last->alloc_bytes, first->alloc_bytes),
		.free_count = missing(last->free_count, first->free_count),
		.free_bytes = missing(last->free_bytes, first->free_bytes),
	};
}

struct aspan_counts aspan_group_count_shown(const struct aspan_group *group)
{
	return add_counts(&group->seen, &group->inherited_frees);
}

struct aspan_counts aspan_group_count_seen(const struct aspan_group *group)
{
	struct aspan_counts seen = aspan_group_count_shown(group);

	seen.free_count -= (uint64_t) group->inferred.count;
	seen.free_bytes -= (uint64_t) group->inferred.bytes;
	return seen;
}

struct aspan_counts aspan_group_count_missing(const struct aspan_group *group)
{
	const struct aspan_counts *told = &group->checkpoint;
	const struct aspan_counts *before = &group->first_offset;
	const struct aspan_counts *seen = &group->seen;

	if (!group->has_checkpoint) {
		return (struct aspan_counts){ 0 };
	}
	return (struct aspan_counts){
		.alloc_count = missing(told->alloc_count - before->alloc_count, seen->alloc_count),
		.alloc_bytes = missing(told->alloc_bytes - before->alloc_bytes, seen->alloc_bytes),
		.free_count = missing(told->free_count - before->free_count, seen->free_count),
		.free_bytes = missing(told->free_bytes - before->free_bytes, seen->free_bytes),
	};
}

/* Whether each free before the last checkpoint is in `seen`, where one of this block would be. */
static bool knows_frees_before_checkpoint(const struct aspan_group *group,
					  const struct aspan_block *block)
{
	bool begins_in_trace = group->is_whole || block->checkpoint_count > 0;

	return begins_in_trace && get_lost(group).free_count == 0;
}

bool aspan_group_infer_free(struct aspan_group *group, const struct aspan_block *block)
{
	group->inferred_free_count++;
	if (block->checkpoint_count == group->checkpoint_count ||
	    knows_frees_before_checkpoint(group, block)) {
		aspan_group_free(group, block->size_bytes, false);
		group->inferred.count++;
		group->inferred.bytes = add(group->inferred.bytes, (int64_t) block->size_bytes);
		return true;
	}
	group->unsure.count++;
	group->unsure.bytes = add(group->unsure.bytes, (int64_t) block->size_bytes);
	return false;
}

void aspan_group_begin_window(struct aspan_group *group, uint64_t time_ns)
{
	group->before_window = add_counts(&group->seen, &group->inherited_frees);
	group->lost_before_window = get_lost(group);
	group->foreign_free_count = 0;
	group->peak_above_base = live_of(&group->seen).bytes;
	group->peak_above_base_ns = time_ns;
	group->folded_peak = 0;
	group->folded_peak_ns = time_ns;
	group->seen_peak = 0;
	group->seen_peak_ns = time_ns;
}

static struct aspan_counts get_lost_in_window(const struct aspan_group *group)
{
	struct aspan_counts lost = get_lost(group);
	const struct aspan_counts *before = &group->lost_before_window;

	return (struct aspan_counts){
		.alloc_count = missing(lost.alloc_count, before->alloc_count),
		.alloc_bytes = missing(lost.alloc_bytes, before->alloc_bytes),
		.free_count = missing(lost.free_count, before->free_count),
		.free_bytes = missing(lost.free_bytes, before->free_bytes),
	};
}

/* Without losses a base that was taken from checkpoints on the way was none. */
static bool has_no_base(const struct aspan_group *group, bool has_losses)
{
	return group->is_whole && !has_losses;
}

/* The base at the end of the trace: never so low that blocks that were freed had not lived. */
static struct aspan_live get_base(const struct aspan_group *group, bool has_losses)
{
	struct aspan_live live = live_of(&group->seen);
	struct aspan_live base = group->base;

	if (has_no_base(group, has_losses)) {
		return (struct aspan_live){ .count = group->orphans.count,
					    .bytes = group->orphans.bytes };
	}
	if (has_losses) {
		if (group->has_checkpoint) {
			/* It came before the losses were known. */
			base = live_of(&group->offset);
		}
		base.count = greater(base.count, subtract(0, live.count));
		base.bytes = greater(base.bytes, subtract(0, live.bytes));
	} else {
		base.count = greater(base.count, group->orphans.count);
		base.bytes = greater(base.bytes, group->orphans.bytes);
	}
	return base;
}

/* The highest of what was held before the last base, and since. */
static void set_peak(const struct aspan_group *group, const struct aspan_live *base,
		     bool has_losses, struct aspan_group_result *result)
{
	bool is_seen = has_no_base(group, has_losses);
	int64_t folded = is_seen ? add(base->bytes, group->seen_peak) : group->folded_peak;
	int64_t highest = is_seen ? base->bytes : greater(base->bytes, group->base.bytes);
	int64_t peak = add(highest, group->peak_above_base);

	result->peak_live_bytes = above_zero(greater(peak, folded));
	result->peak_time_ns = peak >= folded ? group->peak_above_base_ns :
			       is_seen	      ? group->seen_peak_ns :
						group->folded_peak_ns;
}

struct aspan_group_result aspan_group_get_result(const struct aspan_group *group, bool has_losses)
{
	struct aspan_live base = get_base(group, has_losses);
	struct aspan_live live = live_of(&group->seen);
	struct aspan_counts seen = add_counts(&group->seen, &group->inherited_frees);
	struct aspan_group_result result = {
		.counts = subtract_counts(&seen, &group->before_window),
		.live_count = above_zero(add(base.count, live.count)),
		.live_bytes = above_zero(add(base.bytes, live.bytes)),
	};

	set_peak(group, &base, has_losses, &result);
	if (has_losses) {
		result.lost = get_lost_in_window(group);
		result.counts = add_counts(&result.counts, &result.lost);
		result.unsure_free_count = lesser(group->unsure.count, result.live_count);
		result.unsure_free_bytes = lesser(group->unsure.bytes, result.live_bytes);
	}
	result.is_certain = !has_losses &&
			    (group->is_whole ? group->orphans.count == 0 :
					       group->has_checkpoint && !group->has_folds);
	return result;
}

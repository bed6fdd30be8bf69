/* SPDX-License-Identifier: MIT */
/*
 * See ledger-groups.h. The order of stores is that of lib/ledger/layout.h, whose numbers comments refer to.
 */
#include "ledger-groups.h"

#include <stdatomic.h>
#include <string.h>

#include "ledger-memory.h"
#include "ledger.h"

#define FIRST_SEGMENT_COUNT 8

/* Protected by the lock. */
static uint64_t *directory;
static uint32_t segment_count;

static struct aspan_ledger_segment *segment_of(uint32_t slot)
{
	uint32_t index = slot >> ASPAN_LEDGER_SEGMENT_SHIFT;

	if (index >= segment_count) {
		return NULL;
	}
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the image has addresses */
	return (struct aspan_ledger_segment *) (uintptr_t) directory[index];
}

static struct aspan_ledger_group *entry_of(uint32_t slot)
{
	struct aspan_ledger_segment *segment = segment_of(slot);

	return segment ? &segment->groups[slot & (ASPAN_LEDGER_SEGMENT_GROUPS - 1)] : NULL;
}

bool aspan_ledger_has_place(uint32_t slot)
{
	return segment_of(slot);
}

struct aspan_ledger_group *aspan_ledger_find_group(uint32_t slot)
{
	struct aspan_ledger_group *group = entry_of(slot);

	return group && atomic_load_explicit(&group->id, memory_order_relaxed) ? group : NULL;
}

/* The directory with room for an index. False without memory. */
static bool extend_directory(uint32_t index)
{
	struct aspan_ledger_section *section = aspan_ledger_section(ASPAN_LEDGER_GROUPS);
	uint32_t count = segment_count ? segment_count : FIRST_SEGMENT_COUNT;
	uint64_t *grown;

	while (count <= index) {
		count *= 2;
	}
	grown = aspan_ledger_memory_alloc(count * sizeof(*grown));
	if (!grown) {
		return false;
	}
	if (directory) {
		memcpy(grown, directory, segment_count * sizeof(*grown));
	}
	/* The larger one holds whatever the smaller one did, so either size goes with it (ordering 3). */
	atomic_fetch_add_explicit(&section->generation, 1, memory_order_acq_rel);
	atomic_store_explicit(&section->address, (uintptr_t) grown, memory_order_release);
	atomic_store_explicit(&section->size_bytes, count * sizeof(*grown), memory_order_release);
	atomic_fetch_add_explicit(&section->generation, 1, memory_order_release);
	aspan_ledger_memory_free(directory, segment_count * sizeof(*grown));
	directory = grown;
	segment_count = count;
	return true;
}

static struct aspan_ledger_group *make_entry(uint32_t slot)
{
	uint32_t index = slot >> ASPAN_LEDGER_SEGMENT_SHIFT;
	struct aspan_ledger_segment *segment;

	if (!aspan_ledger_make() || (index >= segment_count && !extend_directory(index))) {
		return NULL;
	}
	if (!directory[index]) {
		segment = aspan_ledger_memory_alloc_for_ever(sizeof(*segment));
		atomic_signal_fence(memory_order_seq_cst);
		directory[index] = (uintptr_t) segment;
	}
	return entry_of(slot);
}

struct aspan_ledger_group *aspan_ledger_make_group(uint32_t slot, uint64_t id, const char *tags)
{
	struct aspan_ledger_group *group = aspan_ledger_find_group(slot);
	size_t bytes = strlen(tags);
	char *copy;

	if (group) {
		return group;
	}
	group = make_entry(slot);
	copy = group ? aspan_ledger_memory_alloc(bytes + 1) : NULL;
	if (!copy) {
		return NULL;
	}
	memcpy(copy, tags, bytes + 1);
	/* Not a group's before it has an id (ordering 2). */
	atomic_store_explicit(&group->tags, (uintptr_t) copy, memory_order_relaxed);
	atomic_store_explicit(&group->tags_bytes, bytes, memory_order_relaxed);
	atomic_store_explicit(&group->id, id, memory_order_release);
	return group;
}

void aspan_ledger_add_counters(struct aspan_ledger_plain_counts *sum,
			       const struct aspan_counters *counters)
{
	struct allocspan_stats stats = { 0 };

	aspan_counters_sum_frees(counters, &stats);
	aspan_counters_sum_allocs(counters, &stats);
	sum->alloc_count += stats.alloc_count;
	sum->alloc_bytes += stats.alloc_bytes;
	sum->free_count += stats.free_count;
	sum->free_bytes += stats.free_bytes;
}

static struct aspan_ledger_plain_counts plain_of(const struct aspan_counters *counters)
{
	struct aspan_ledger_plain_counts plain = { 0 };

	aspan_ledger_add_counters(&plain, counters);
	return plain;
}

static void begin_transfer(struct aspan_ledger_transfer *transfer,
			   enum aspan_ledger_transfer_kind kind)
{
	/* Ordering 4. */
	atomic_store_explicit(&transfer->kind, kind, memory_order_release);
	atomic_signal_fence(memory_order_seq_cst);
}

static void end_transfer(struct aspan_ledger_transfer *transfer)
{
	atomic_store_explicit(&transfer->kind, ASPAN_LEDGER_TRANSFER_NONE, memory_order_release);
}

void aspan_ledger_bequeath(uint32_t slot, struct aspan_counters *counters)
{
	struct aspan_ledger_group *group = aspan_ledger_find_group(slot);
	struct aspan_ledger_transfer *transfer;
	struct allocspan_stats stats = { 0 };

	if (!group) {
		return;
	}
	transfer = &aspan_ledger_memory_get()->transfer;
	transfer->slot = slot;
	transfer->counters = (uintptr_t) counters;
	transfer->moved = plain_of(counters);
	transfer->before = plain_of(aspan_ledger_shared(group));
	stats.alloc_count = transfer->moved.alloc_count;
	stats.alloc_bytes = transfer->moved.alloc_bytes;
	stats.free_count = transfer->moved.free_count;
	stats.free_bytes = transfer->moved.free_bytes;
	if (!stats.alloc_count && !stats.free_count) {
		return;
	}
	begin_transfer(transfer, ASPAN_LEDGER_TRANSFER_THREAD);
	aspan_counters_add_shared(aspan_ledger_shared(group), &stats);
	aspan_counters_clear(counters);
	end_transfer(transfer);
}

static void add_plain(struct aspan_ledger_plain_counts *sum,
		      const struct aspan_ledger_plain_counts *counts)
{
	sum->alloc_count += counts->alloc_count;
	sum->alloc_bytes += counts->alloc_bytes;
	sum->free_count += counts->free_count;
	sum->free_bytes += counts->free_bytes;
	sum->inherited_free_count += counts->inherited_free_count;
	sum->inherited_free_bytes += counts->inherited_free_bytes;
}

static void clear_entry(struct aspan_ledger_group *group)
{
	uint64_t tags = atomic_load_explicit(&group->tags, memory_order_relaxed);
	uint64_t bytes = atomic_load_explicit(&group->tags_bytes, memory_order_relaxed);

	atomic_store_explicit(&group->id, 0, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	atomic_store_explicit(&group->tags, 0, memory_order_relaxed);
	atomic_store_explicit(&group->tags_bytes, 0, memory_order_relaxed);
	aspan_counters_clear(aspan_ledger_shared(group));
	atomic_store_explicit(&group->inherited_free_count, 0, memory_order_relaxed);
	atomic_store_explicit(&group->inherited_free_bytes, 0, memory_order_relaxed);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the image has addresses */
	aspan_ledger_memory_free((void *) (uintptr_t) tags, bytes + 1);
}

void aspan_ledger_retire_group(uint32_t slot, const struct aspan_ledger_plain_counts *counted,
			       void (*clear)(uint32_t slot))
{
	struct aspan_ledger_group *group = aspan_ledger_find_group(slot);
	struct aspan_ledger_transfer *transfer;

	if (!group) {
		return;
	}
	transfer = &aspan_ledger_memory_get()->transfer;
	transfer->slot = slot;
	transfer->before = transfer->retired;
	transfer->moved = *counted;
	atomic_fetch_add_explicit(&group->generation, 1, memory_order_acq_rel);
	begin_transfer(transfer, ASPAN_LEDGER_TRANSFER_GROUP);
	clear(slot);
	clear_entry(group);
	add_plain(&transfer->retired, counted);
	transfer->retired_groups++;
	end_transfer(transfer);
	atomic_fetch_add_explicit(&group->generation, 1, memory_order_release);
}

void aspan_ledger_get_retired(struct aspan_ledger_plain_counts *counts)
{
	const struct aspan_ledger_image *image = aspan_ledger_memory_get();

	*counts = image ? image->transfer.retired : (struct aspan_ledger_plain_counts){ 0 };
}

void aspan_ledger_groups_after_fork(void)
{
	directory = NULL;
	segment_count = 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * See group-counts.h.
 */
#include "group-counts.h"

#include "group.h"
#include "inherited.h"
#include "ledger-groups.h"
#include "ledger.h"
#include "lock.h"
#include "thread.h"

static struct aspan_ledger_group *make_entry(const struct allocspan_token *group)
{
	return aspan_ledger_make_group(group->slot, group->view.id, group->tag_string);
}

/* A leaf of counters is for all slots of a segment: so all their groups have entries, or none has. */
static bool make_neighbours(uint32_t slot)
{
	uint32_t first = slot & ~(ASPAN_LEDGER_SEGMENT_GROUPS - 1);
	uint32_t limit = aspan_group_slot_limit();
	bool is_done = true;

	for (uint32_t i = first; i < first + ASPAN_LEDGER_SEGMENT_GROUPS && i < limit; i++) {
		if (aspan_slot_is_group(i) && aspan_group_of_slot(i)->state != ASPAN_GROUP_FREE) {
			is_done &= make_entry(aspan_group_of_slot(i)) != NULL;
		}
	}
	return is_done;
}

struct aspan_ledger_group *aspan_group_make_entry(uint32_t slot)
{
	if (!aspan_ledger_has_place(slot) && !make_neighbours(slot)) {
		return NULL;
	}
	return make_entry(aspan_group_of_slot(slot));
}

static void note_uncounted(void)
{
	atomic_fetch_add_explicit(&aspan_ledger_losses()->uncounted, 1, memory_order_relaxed);
}

void aspan_group_renew_entry(const struct allocspan_token *group)
{
	if (aspan_ledger_has_place(group->slot) && !make_entry(group)) {
		note_uncounted();
	}
}

void aspan_group_count_shared(uint32_t slot, const struct allocspan_stats *stats)
{
	struct aspan_lock lock = aspan_lock();
	struct aspan_ledger_group *entry = aspan_group_make_entry(slot);

	if (entry) {
		aspan_counters_add_shared(aspan_ledger_shared(entry), stats);
	} else {
		note_uncounted();
	}
	aspan_unlock(&lock);
}

void aspan_group_count_inherited_free(uint32_t slot, size_t size_bytes)
{
	struct aspan_lock lock = aspan_lock();
	struct aspan_ledger_group *entry = aspan_group_make_entry(slot);

	if (entry) {
		atomic_fetch_add_explicit(&entry->inherited_free_bytes, size_bytes,
					  memory_order_relaxed);
		atomic_fetch_add_explicit(&entry->inherited_free_count, 1, memory_order_release);
	} else {
		note_uncounted();
	}
	aspan_unlock(&lock);
}

/* The slot's counters in a thread's record, or NULL. */
static struct aspan_counters *counters_in(const struct aspan_thread_record *record, uint32_t slot)
{
	/* Pairs with the store in aspan_counter_table_extend(). */
	return aspan_counter_table_find(atomic_load_explicit(&record->table, memory_order_acquire),
					slot);
}

static void sum_entry(const struct aspan_ledger_group *entry, uint32_t slot,
		      struct aspan_ledger_plain_counts *counts)
{
	void (*const steps[])(const struct aspan_counters *, struct allocspan_stats *) = {
		/* All frees before all allocations: counters.h, ordering 3. */
		aspan_counters_sum_frees,
		aspan_counters_sum_allocs,
	};
	struct allocspan_stats stats = { 0 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		steps[i]((const struct aspan_counters *) &entry->ended, &stats);
		for (struct aspan_thread_record *record = aspan_thread_first_record(); record;
		     record = aspan_thread_next_record(record)) {
			struct aspan_counters *counters = counters_in(record, slot);

			if (counters) {
				steps[i](counters, &stats);
			}
		}
	}
	*counts = (struct aspan_ledger_plain_counts){
		.alloc_count = stats.alloc_count,
		.alloc_bytes = stats.alloc_bytes,
		.free_count = stats.free_count,
		.free_bytes = stats.free_bytes,
		.inherited_free_count =
			atomic_load_explicit(&entry->inherited_free_count, memory_order_acquire),
		.inherited_free_bytes =
			atomic_load_explicit(&entry->inherited_free_bytes, memory_order_relaxed),
	};
}

void aspan_group_count(const struct allocspan_token *group,
		       struct aspan_ledger_plain_counts *counts)
{
	const struct aspan_ledger_group *entry = aspan_ledger_find_group(group->slot);

	*counts = (struct aspan_ledger_plain_counts){ 0 };
	if (entry) {
		sum_entry(entry, group->slot, counts);
	}
}

static void add_table(struct aspan_ledger_plain_counts *sum,
		      const struct aspan_counter_table *table)
{
	for (uint32_t i = 0; table && i < table->leaf_count; i++) {
		const struct aspan_counter_leaf *leaf =
			atomic_load_explicit(&table->leaves[i], memory_order_acquire);

		for (uint32_t j = 0; leaf && j < ASPAN_COUNTERS_LEAF_SLOTS; j++) {
			aspan_ledger_add_counters(sum, &leaf->of[j]);
		}
	}
}

/* Not group by group: the work is what there is of counters, and not groups times threads. */
void aspan_group_count_all(struct aspan_ledger_plain_counts *sum)
{
	uint32_t limit = aspan_group_slot_limit();

	aspan_ledger_get_retired(sum);
	for (uint32_t slot = ASPAN_SLOT_ROOT; slot < limit; slot++) {
		const struct aspan_ledger_group *entry = aspan_ledger_find_group(slot);

		if (entry) {
			aspan_ledger_add_counters(sum,
						  (const struct aspan_counters *) &entry->ended);
			sum->inherited_free_count += atomic_load_explicit(
				&entry->inherited_free_count, memory_order_relaxed);
			sum->inherited_free_bytes += atomic_load_explicit(
				&entry->inherited_free_bytes, memory_order_relaxed);
		}
	}
	for (struct aspan_thread_record *record = aspan_thread_first_record(); record;
	     record = aspan_thread_next_record(record)) {
		add_table(sum, atomic_load_explicit(&record->table, memory_order_acquire));
	}
}

void aspan_group_sum(const struct allocspan_token *group, struct allocspan_stats *stats)
{
	struct aspan_ledger_plain_counts counts;

	aspan_group_count(group, &counts);
	*stats = (struct allocspan_stats){
		.alloc_count = counts.alloc_count,
		.alloc_bytes = counts.alloc_bytes,
		.free_count = counts.free_count,
		.free_bytes = counts.free_bytes,
	};
	aspan_counters_conclude(stats);
	if (aspan_group_is_inherited(group)) {
		aspan_inherited_add(group, &counts, stats);
	}
	stats->free_count += counts.inherited_free_count;
	stats->free_bytes += counts.inherited_free_bytes;
}

static void clear_in_threads(uint32_t slot)
{
	for (struct aspan_thread_record *record = aspan_thread_first_record(); record;
	     record = aspan_thread_next_record(record)) {
		struct aspan_counters *counters = counters_in(record, slot);

		if (counters) {
			aspan_counters_clear(counters);
		}
	}
}

void aspan_group_retire_counts(const struct allocspan_token *group)
{
	struct aspan_ledger_plain_counts counts;

	aspan_group_count(group, &counts);
	aspan_ledger_retire_group(group->slot, &counts, clear_in_threads);
}

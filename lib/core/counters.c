/* SPDX-License-Identifier: MIT */
/*
 * See counters.h.
 */
#include "counters.h"

#include "ledger-memory.h"

#define FIRST_LEAF_COUNT 8

void aspan_counters_add_shared(struct aspan_counters *counters, const struct allocspan_stats *stats)
{
	atomic_fetch_add_explicit(&counters->alloc_bytes, stats->alloc_bytes, memory_order_relaxed);
	atomic_fetch_add_explicit(&counters->alloc_count, stats->alloc_count, memory_order_relaxed);
	atomic_fetch_add_explicit(&counters->free_bytes, stats->free_bytes, memory_order_relaxed);
	/* Pairs with the acquire of aspan_counters_sum_frees() (ordering 2). */
	atomic_fetch_add_explicit(&counters->free_count, stats->free_count, memory_order_release);
}

void aspan_counters_sum_frees(const struct aspan_counters *counters, struct allocspan_stats *stats)
{
	/* Pair with the additions (ordering 2); the count first, since it is added last. */
	stats->free_count += atomic_load_explicit(&counters->free_count, memory_order_acquire);
	stats->free_bytes += atomic_load_explicit(&counters->free_bytes, memory_order_acquire);
}

void aspan_counters_sum_allocs(const struct aspan_counters *counters, struct allocspan_stats *stats)
{
	stats->alloc_count += atomic_load_explicit(&counters->alloc_count, memory_order_acquire);
	stats->alloc_bytes += atomic_load_explicit(&counters->alloc_bytes, memory_order_acquire);
}

static uint64_t subtract(uint64_t allocated, uint64_t freed)
{
	return allocated > freed ? allocated - freed : 0;
}

void aspan_counters_conclude(struct allocspan_stats *stats)
{
	/* After many forks inherited blocks are taken for the child's own (owner-map.h), and may be freed. */
	stats->live_blocks = subtract(stats->alloc_count, stats->free_count);
	stats->live_bytes = subtract(stats->alloc_bytes, stats->free_bytes);
}

void aspan_counters_clear(struct aspan_counters *counters)
{
	/* Ordered by the lock, and by the program when it hands the slot's next token to a thread. */
	atomic_store_explicit(&counters->alloc_count, 0, memory_order_relaxed);
	atomic_store_explicit(&counters->alloc_bytes, 0, memory_order_relaxed);
	atomic_store_explicit(&counters->free_count, 0, memory_order_relaxed);
	atomic_store_explicit(&counters->free_bytes, 0, memory_order_relaxed);
}

static size_t table_bytes(uint32_t leaf_count)
{
	return sizeof(struct aspan_counter_table) +
	       leaf_count * sizeof(_Atomic(struct aspan_counter_leaf *));
}

static struct aspan_counter_table *table_grow(struct aspan_counter_table *old, uint32_t index)
{
	uint32_t leaf_count = old ? old->leaf_count : FIRST_LEAF_COUNT;
	struct aspan_counter_table *table;

	while (leaf_count <= index) {
		leaf_count *= 2;
	}
	table = aspan_ledger_memory_alloc(table_bytes(leaf_count));
	if (!table) {
		return NULL;
	}
	table->leaf_count = leaf_count;
	table->replaced = old;
	for (uint32_t i = 0; old && i < old->leaf_count; i++) {
		/* Only this thread stores leaves, under the lock; relaxed suffices before publication. */
		atomic_store_explicit(&table->leaves[i],
				      atomic_load_explicit(&old->leaves[i], memory_order_relaxed),
				      memory_order_relaxed);
	}
	return table;
}

struct aspan_counters *aspan_counter_table_extend(_Atomic(struct aspan_counter_table *) *place,
						  uint32_t slot)
{
	struct aspan_counter_table *table = atomic_load_explicit(place, memory_order_relaxed);
	uint32_t index = slot >> ASPAN_COUNTERS_LEAF_SHIFT;
	struct aspan_counter_leaf *leaf;

	if (!table || index >= table->leaf_count) {
		table = table_grow(table, index);
		if (!table) {
			return NULL;
		}
		/* Read by the owner alone without the lock; a handler of it sees either table whole. */
		atomic_store_explicit(place, table, memory_order_release);
	}
	if (!atomic_load_explicit(&table->leaves[index], memory_order_relaxed)) {
		leaf = aspan_ledger_memory_alloc(sizeof(*leaf));
		if (!leaf) {
			return NULL;
		}
		/* Pairs with aspan_counter_table_find(). */
		atomic_store_explicit(&table->leaves[index], leaf, memory_order_release);
	}
	return aspan_counter_table_find(table, slot);
}

void aspan_counter_table_free(struct aspan_counter_table *table)
{
	for (uint32_t i = 0; table && i < table->leaf_count; i++) {
		/* The lock orders this after the owner's stores. */
		aspan_ledger_memory_free(
			atomic_load_explicit(&table->leaves[i], memory_order_relaxed),
			sizeof(struct aspan_counter_leaf));
	}
	while (table) {
		struct aspan_counter_table *replaced = table->replaced;

		aspan_ledger_memory_free(table, table_bytes(table->leaf_count));
		table = replaced;
	}
}

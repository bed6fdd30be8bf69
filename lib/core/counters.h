/* SPDX-License-Identifier: MIT */
/*
 * Per-group counters: each thread has its own, so that counting is a plain addition.
 *
 * The big picture
 * ---------------
 *
 *    thread record --> leaves[slot / 64] --> 64 x struct aspan_counters      one table a thread, grown as slots are met
 *
 *    a group's sum = its counters in every thread record + those of ended threads (in the group itself)
 *
 * Invariant: a thread's counters only grow, until the slot is reclaimed and they are zeroed with the lock held.
 *
 * Ordering
 * --------
 * 1. Only the owning thread adds. An addition is one instruction (x86-64) or an atomic one, so a signal handler that
 *    allocates between two instructions of the thread loses nothing.
 * 2. A free is counted after everything else that touches its group is done (release); reclaim.c reads the counts
 *    with acquire, and so touches the group only after the thread.
 * 3. Readers take all frees before all allocations: what is freed was allocated before, so live is never negative.
 * 4. Tables are replaced only by their owner with the lock held; old ones stay until the thread ends, since the
 *    owner's interrupted code may still read them.
 */
#ifndef ASPAN_CORE_COUNTERS_H
#define ASPAN_CORE_COUNTERS_H

#include <allocspan/token.h>

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "layout.h"

/* As in the ledger, where they are: lib/ledger/layout.h. */
struct aspan_counters {
	_Atomic uint64_t alloc_count;
	_Atomic uint64_t alloc_bytes;
	_Atomic uint64_t free_count;
	_Atomic uint64_t free_bytes;
};

#define ASPAN_COUNTERS_LEAF_SHIFT ASPAN_LEDGER_LEAF_SHIFT
#define ASPAN_COUNTERS_LEAF_SLOTS ASPAN_LEDGER_LEAF_SLOTS

struct aspan_counter_leaf {
	struct aspan_counters of[ASPAN_COUNTERS_LEAF_SLOTS];
};

/* The leaves of one thread, in a table that follows this header. */
struct aspan_counter_table {
	uint32_t leaf_count;
	struct aspan_counter_table
		*replaced; /* the smaller one before, kept until the thread ends */
	_Atomic(struct aspan_counter_leaf *) leaves[];
};

_Static_assert(sizeof(struct aspan_counters) == sizeof(struct aspan_ledger_counts) &&
		       offsetof(struct aspan_counters, alloc_bytes) ==
			       offsetof(struct aspan_ledger_counts, alloc_bytes) &&
		       offsetof(struct aspan_counters, free_count) ==
			       offsetof(struct aspan_ledger_counts, free_count) &&
		       offsetof(struct aspan_counters, free_bytes) ==
			       offsetof(struct aspan_ledger_counts, free_bytes),
	       "counters are in the ledger");
_Static_assert(sizeof(struct aspan_counter_leaf) == sizeof(struct aspan_ledger_leaf),
	       "leaves are in the ledger");
_Static_assert(sizeof(void *) != sizeof(uint64_t) ||
		       offsetof(struct aspan_counter_table, leaves) ==
			       offsetof(struct aspan_ledger_table, leaves),
	       "tables are in the ledger");

/* Adds on the owning thread (ordering 1 and 2). */
static inline void aspan_counter_add(_Atomic uint64_t *counter, uint64_t value)
{
#if defined(__x86_64__) && !ASPAN_THREAD_SANITIZER
	__asm__ volatile("addq %1, %0" : "+m"(*counter) : "er"(value) : "memory", "cc");
#else
	atomic_fetch_add_explicit(counter, value, memory_order_release);
#endif
}

static inline void aspan_counters_add_alloc(struct aspan_counters *counters, size_t size_bytes)
{
	aspan_counter_add(&counters->alloc_count, 1);
	aspan_counter_add(&counters->alloc_bytes, size_bytes);
}

/* The count comes last: it is what says that the thread is done with the block (ordering 2). */
static inline void aspan_counters_add_free(struct aspan_counters *counters, size_t size_bytes)
{
	aspan_counter_add(&counters->free_bytes, size_bytes);
	aspan_counter_add(&counters->free_count, 1);
}

/* For counters that threads share: those of ended threads. */
void aspan_counters_add_shared(struct aspan_counters *counters,
			       const struct allocspan_stats *stats);

/* Adds what is counted to `stats`, apart from what is live; the two steps of ordering 3. */
void aspan_counters_sum_frees(const struct aspan_counters *counters, struct allocspan_stats *stats);
void aspan_counters_sum_allocs(const struct aspan_counters *counters,
			       struct allocspan_stats *stats);

/* Sets what is live from what was summed. */
void aspan_counters_conclude(struct allocspan_stats *stats);

/* Zeroes counters that nobody adds to any more. */
void aspan_counters_clear(struct aspan_counters *counters);

/* The counters of a slot; NULL if the table has none yet. */
static inline struct aspan_counters *
aspan_counter_table_find(const struct aspan_counter_table *table, uint32_t slot)
{
	uint32_t index = slot >> ASPAN_COUNTERS_LEAF_SHIFT;
	struct aspan_counter_leaf *leaf;

	if (aspan_unlikely(!table || index >= table->leaf_count)) {
		return NULL;
	}
	/* Pairs with the store in aspan_counter_table_extend(). */
	leaf = atomic_load_explicit(&table->leaves[index], memory_order_acquire);
	if (aspan_unlikely(!leaf)) {
		return NULL;
	}
	return &leaf->of[slot & (ASPAN_COUNTERS_LEAF_SLOTS - 1)];
}

/*
 * Makes room for a slot in the table at `place`, which may be replaced by a larger one. Returns the counters,
 * or NULL without memory. Call on the owning thread with the lock held.
 */
struct aspan_counters *aspan_counter_table_extend(_Atomic(struct aspan_counter_table *) *place,
						  uint32_t slot);

/* Frees a table with all that it replaced. Call with the lock held. */
void aspan_counter_table_free(struct aspan_counter_table *table);

#endif

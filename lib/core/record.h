/* SPDX-License-Identifier: MIT */
/*
 * Recording: what happens when a block is allocated or freed. The door between the interposer and the core.
 *
 * The big picture
 * ---------------
 *
 *    malloc: real malloc --> aspan_record_wanted()? --> aspan_record_alloc(): owner map, counters [, events]
 *    free:   aspan_owner_word()? --> aspan_record_free_owned(): owner map, [events,] counters --> real free
 *
 * Invariants:
 * - a block has its owner in the map exactly while it is tracked and live;
 * - a block is counted as freed after everything else that touches its group (counters.h, ordering 2);
 * - a reader of the trace never sees an address allocated twice: frees are recorded before the real free, allocations after
 *   the real allocation.
 *
 * All of this runs inside malloc: no allocation, no lock but in the slow paths of a thread's or a leaf's first time,
 * `errno` kept. A signal handler may interrupt it anywhere and use the library.
 */
#ifndef ASPAN_CORE_RECORD_H
#define ASPAN_CORE_RECORD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "group-stack.h"
#include "owner-map.h"
#include "process.h"
#include "thread.h"
#include "trace-kind.h"

/* The slot of what no group owns: ASPAN_SLOT_ROOT while root tracking is on, else ASPAN_SLOT_NONE. */
extern ASPAN_PRIVATE _Atomic uint32_t aspan_record_default_slot;

/* The slot that owns what is allocated while a slot is active. */
static inline uint32_t aspan_record_slot_of(uint32_t active_slot)
{
	/* Relaxed: a switch that any thread may throw at any time. */
	return active_slot ? active_slot :
			     atomic_load_explicit(&aspan_record_default_slot, memory_order_relaxed);
}

/* The slot that owns what this thread allocates now. */
static inline uint32_t aspan_record_slot(const struct aspan_thread *thread)
{
	return aspan_record_slot_of(thread->active_slot);
}

/* Whether a new block of this thread may have to be tracked: all that malloc asks while no group is active. */
static inline bool aspan_record_wanted(void)
{
	return aspan_record_slot(&aspan_thread) != ASPAN_SLOT_NONE;
}

/* A block was allocated. */
ASPAN_PRIVATE void aspan_record_alloc(void *address, size_t size_bytes, enum aspan_trace_kind kind,
				      void *ip);

/* A block is about to be freed whose word in the owner map has a value, not 0. */
ASPAN_PRIVATE void aspan_record_free_owned(void *address, _Atomic uint32_t *word, uint32_t value,
					   enum aspan_trace_kind kind, void *ip);

/* A block is about to be freed; one that is not tracked is passed over. */
void aspan_record_free(void *address, enum aspan_trace_kind kind, void *ip);

/*
 * Reallocation is a free and an allocation, but the free is certain only afterwards:
 * begin, real realloc, end (and an aspan_record_alloc() for the new block) or undo.
 */
ASPAN_PRIVATE bool aspan_record_realloc_begin(void *address, struct aspan_owner *owner, void *ip);
ASPAN_PRIVATE void aspan_record_realloc_end(const struct aspan_owner *owner);
ASPAN_PRIVATE void aspan_record_realloc_undo(void *address, const struct aspan_owner *owner,
					     void *ip);

/* The same as aspan_record_alloc(), with its errors: for allocspan_block_announce(). */
int aspan_record_announce(void *address, size_t size_bytes, void *ip);

/* Switches tracking of new blocks on or off. */
void aspan_record_enable(bool enable);

/* See allocspan_missed_count(). */
uint64_t aspan_record_missed_count(void);

/*
 * Makes what the library itself allocates untracked; returns what to give to the second. The fences are for compilers, which
 * may believe that a function of the C library (a "leaf") does not come back to us, where it allocates.
 */
static inline uint32_t aspan_record_internal_begin(void)
{
	uint32_t before = aspan_thread.busy;

	aspan_thread.busy = before | ASPAN_BUSY_INTERNAL;
	aspan_signal_fence();
	return before;
}

/* The same around what the allocator, or the program in its place, does on the program's behalf. */
static inline uint32_t aspan_record_allocator_begin(void)
{
	uint32_t before = aspan_thread.busy;

	aspan_thread.busy = before | ASPAN_BUSY_ALLOCATOR;
	aspan_signal_fence();
	return before;
}

static inline void aspan_record_internal_end(uint32_t before)
{
	aspan_signal_fence();
	aspan_thread.busy = before;
}

#endif

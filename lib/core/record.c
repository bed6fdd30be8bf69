/* SPDX-License-Identifier: MIT */
/*
 * See record.h.
 */
#include "record.h"

#include <errno.h>

#include "group.h"
#include "observe.h"
#include "stats-thread.h"
#include "trace.h"

_Atomic uint32_t aspan_record_default_slot;
_Atomic uint32_t aspan_record_hooks;

static _Atomic bool is_disabled;
static _Atomic uint64_t missed_count;

void aspan_record_enable(bool enable)
{
	/* Relaxed: a switch that any thread may throw at any time. */
	atomic_store_explicit(&is_disabled, !enable, memory_order_relaxed);
}

uint64_t aspan_record_missed_count(void)
{
	return atomic_load_explicit(&missed_count, memory_order_relaxed);
}

uint32_t aspan_record_internal_begin(void)
{
	uint32_t before = aspan_thread.busy;

	aspan_thread.busy = before | ASPAN_BUSY_INTERNAL;
	return before;
}

void aspan_record_internal_end(uint32_t before)
{
	aspan_thread.busy = before;
}

/* Where this thread cannot have counters of its own, the group has some for all. */
static ASPAN_SLOW void count_shared(uint32_t slot, const struct allocspan_stats *stats)
{
	aspan_counters_add_shared(&aspan_group_of_slot(slot)->ended, stats);
}

static inline void count_alloc(struct aspan_thread *thread, uint32_t slot, size_t size_bytes)
{
	struct aspan_counters *counters = aspan_thread_counters(thread, slot);

	if (aspan_unlikely(!counters)) {
		count_shared(slot, &(struct allocspan_stats){ .alloc_count = 1,
							      .alloc_bytes = size_bytes });
		return;
	}
	aspan_counters_add_alloc(counters, size_bytes);
	aspan_counters_add_alloc(&thread->record->totals, size_bytes);
}

static inline void count_free(struct aspan_thread *thread, uint32_t slot, size_t size_bytes)
{
	struct aspan_counters *counters = aspan_thread_counters(thread, slot);

	if (aspan_unlikely(!counters)) {
		count_shared(slot, &(struct allocspan_stats){ .free_count = 1,
							      .free_bytes = size_bytes });
		return;
	}
	aspan_counters_add_free(&thread->record->totals, size_bytes);
	aspan_counters_add_free(counters, size_bytes);
}

/* Whether anybody looks at single blocks now. */
static inline bool is_observed(void)
{
	return aspan_unlikely(atomic_load_explicit(&aspan_record_hooks, memory_order_relaxed) != 0) ||
	       aspan_trace_enabled(alloc) || aspan_trace_enabled(free) ||
	       aspan_trace_enabled(group_stats);
}

/* The allocator gave out again an address whose free it did not show us: the free is made up for. */
static ASPAN_SLOW void make_up_for_free(void *address, enum aspan_trace_kind kind, void *ip)
{
	aspan_record_free(address, kind, ip);
}

static inline int track(void *address, size_t size_bytes, enum aspan_trace_kind kind, void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	uint32_t slot = aspan_record_slot(thread);
	int error;

	if (aspan_unlikely(!aspan_slot_is_group(slot) || thread->busy ||
			   atomic_load_explicit(&is_disabled, memory_order_relaxed))) {
		if (aspan_unlikely(aspan_owner_is_set(address))) {
			make_up_for_free(address, kind, ip);
		}
		return 0;
	}
	if (aspan_unlikely(aspan_owner_is_set(address))) {
		make_up_for_free(address, kind, ip);
	}
	error = aspan_owner_set(address,
				(struct aspan_owner){ .slot = slot, .size_bytes = size_bytes });
	if (aspan_unlikely(error)) {
		/* A count that nothing else depends on. */
		atomic_fetch_add_explicit(&missed_count, 1, memory_order_relaxed);
		return error;
	}
	count_alloc(thread, slot, size_bytes);
	if (is_observed()) {
		aspan_observe_alloc(address, size_bytes, aspan_group_of_slot(slot), kind, ip);
	}
	return 0;
}

void aspan_record_alloc(void *address, size_t size_bytes, enum aspan_trace_kind kind, void *ip)
{
	track(address, size_bytes, kind, ip);
}

int aspan_record_announce(void *address, size_t size_bytes, void *ip)
{
	if (!address || (uintptr_t) address % ASPAN_OWNER_ALIGNMENT) {
		return -EINVAL;
	}
	if (aspan_owner_is_set(address)) {
		return -EEXIST;
	}
	return track(address, size_bytes, ASPAN_KIND_USER, ip);
}

void aspan_record_free(void *address, enum aspan_trace_kind kind, void *ip)
{
	struct aspan_owner owner;

	if (!aspan_owner_take(address, &owner)) {
		return;
	}
	if (is_observed()) {
		aspan_observe_free(address, owner.size_bytes, aspan_group_of_slot(owner.slot), kind, ip);
	}
	count_free(&aspan_thread, owner.slot, owner.size_bytes);
}

bool aspan_record_realloc_begin(void *address, struct aspan_owner *owner, void *ip)
{
	if (!aspan_owner_take(address, owner)) {
		return false;
	}
	if (is_observed()) {
		aspan_observe_free(address, owner->size_bytes, aspan_group_of_slot(owner->slot),
				   ASPAN_KIND_REALLOC, ip);
	}
	return true;
}

void aspan_record_realloc_end(const struct aspan_owner *owner)
{
	count_free(&aspan_thread, owner->slot, owner->size_bytes);
}

void aspan_record_realloc_undo(void *address, const struct aspan_owner *owner, void *ip)
{
	/* The leaf exists, and the block's words were cleared by this thread: this cannot fail. */
	aspan_owner_set(address, *owner);
	/* Counted like the events: in this order the group is never without a live block. */
	count_alloc(&aspan_thread, owner->slot, owner->size_bytes);
	if (is_observed()) {
		aspan_observe_alloc(address, owner->size_bytes, aspan_group_of_slot(owner->slot),
				    ASPAN_KIND_REALLOC, ip);
	}
	count_free(&aspan_thread, owner->slot, owner->size_bytes);
}

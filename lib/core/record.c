/* SPDX-License-Identifier: MIT */
/*
 * See record.h.
 */
#include "record.h"

#include <errno.h>

#include "group-counts.h"
#include "group.h"
#include "ledger.h"
#include "life.h"
#include "linker.h"
#include "misuse.h"
#include "observe.h"
#include "packed-record.h"
#include "stats-thread.h"
#include "trace.h"

_Atomic uint32_t aspan_record_default_slot;

static _Atomic uint64_t missed_count;

void aspan_record_enable(bool enable)
{
	aspan_process_set_hook(ASPAN_HOOK_DISABLED, !enable);
}

uint64_t aspan_record_missed_count(void)
{
	return atomic_load_explicit(&missed_count, memory_order_relaxed);
}

/* Where this thread cannot have counters of its own, the group has some for all. */
static struct aspan_counters *find_counters(struct aspan_thread *thread, uint32_t slot,
					    const struct allocspan_stats *stats)
{
	struct aspan_counters *counters = aspan_thread_counters(thread, slot);

	if (!counters) {
		aspan_group_count_shared(slot, stats);
	}
	return counters;
}

/* Only spans ask for the totals. */
static inline void add_alloc_to_totals(struct aspan_thread *thread, size_t size_bytes)
{
	if (thread->has_spans) {
		aspan_counters_add_alloc(&thread->totals, size_bytes);
	}
}

static inline void add_free_to_totals(struct aspan_thread *thread, size_t size_bytes)
{
	if (thread->has_spans) {
		aspan_counters_add_free(&thread->totals, size_bytes);
	}
}

static ASPAN_SLOW void count_alloc_slowly(uint32_t slot, size_t size_bytes)
{
	const struct allocspan_stats stats = { .alloc_count = 1, .alloc_bytes = size_bytes };
	struct aspan_thread *thread = &aspan_thread;
	struct aspan_counters *counters = find_counters(thread, slot, &stats);

	if (counters) {
		aspan_counters_add_alloc(counters, size_bytes);
		add_alloc_to_totals(thread, size_bytes);
	}
}

static ASPAN_SLOW void count_free_slowly(uint32_t slot, size_t size_bytes)
{
	const struct allocspan_stats stats = { .free_count = 1, .free_bytes = size_bytes };
	struct aspan_thread *thread = &aspan_thread;
	struct aspan_counters *counters;

	if (aspan_owner_is_inherited(slot)) {
		add_free_to_totals(thread, size_bytes);
		aspan_group_count_inherited_free(aspan_owner_group_slot(slot), size_bytes);
		return;
	}
	counters = find_counters(thread, slot, &stats);
	if (counters) {
		add_free_to_totals(thread, size_bytes);
		aspan_counters_add_free(counters, size_bytes);
	}
}

static inline void count_alloc(struct aspan_thread *thread, uint32_t slot, size_t size_bytes)
{
	struct aspan_counters *counters = aspan_thread_counted(thread, slot);

	if (aspan_unlikely(!counters)) {
		count_alloc_slowly(slot, size_bytes);
		return;
	}
	aspan_counters_add_alloc(counters, size_bytes);
	add_alloc_to_totals(thread, size_bytes);
}

/* The slot is that of a `struct aspan_owner`: that of an inherited block is never the one that was used last. */
static inline void count_free(struct aspan_thread *thread, uint32_t slot, size_t size_bytes)
{
	struct aspan_counters *counters = aspan_thread_counted(thread, slot);

	if (aspan_unlikely(!counters)) {
		count_free_slowly(slot, size_bytes);
		return;
	}
	add_free_to_totals(thread, size_bytes);
	aspan_counters_add_free(counters, size_bytes);
}

/* Not 0 while a session records single blocks, or the thread for group_stats is to be started. */
static inline uint32_t alloc_is_traced(void)
{
	return aspan_trace_flag(alloc) | aspan_trace_flag(packed_events) |
	       aspan_stats_thread_is_missing();
}

static inline uint32_t free_is_traced(void)
{
	return aspan_trace_flag(free) | aspan_trace_flag(packed_events);
}

/* The allocator gave out again an address whose free it did not show us, of a block there or of one that reached over it. */
static ASPAN_SLOW void make_up_for_free(void *address, enum aspan_trace_kind kind, void *ip)
{
	struct aspan_owner owner;
	bool is_known = aspan_owner_get(address, &owner);

	aspan_misuse_free_not_seen(
		is_known ? aspan_group_of_slot(aspan_owner_group_slot(owner.slot))->view.id : 0,
		ip);
	aspan_record_free(address, kind, ip);
}

static ASPAN_SLOW int track_slowly(void *address, size_t size_bytes, enum aspan_trace_kind kind,
				   void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	uint32_t slot = aspan_record_slot(thread);
	int error;

	aspan_life_know();
	if (aspan_owner_is_set(address)) {
		make_up_for_free(address, kind, ip);
	}
	if (!aspan_slot_is_group(slot) || thread->busy ||
	    aspan_process_has_hook(ASPAN_HOOK_DISABLED) || aspan_linker_has(ip)) {
		return 0;
	}
	error = aspan_owner_set(address,
				(struct aspan_owner){ .slot = slot, .size_bytes = size_bytes });
	if (error) {
		/* Counts that nothing else depends on. */
		atomic_fetch_add_explicit(&missed_count, 1, memory_order_relaxed);
		atomic_fetch_add_explicit(&aspan_ledger_losses()->untracked_blocks, 1,
					  memory_order_relaxed);
		return error;
	}
	count_alloc(thread, slot, size_bytes);
	if (!aspan_process_is_plain() || alloc_is_traced()) {
		aspan_observe_alloc(address, size_bytes, aspan_group_of_slot(slot), kind, ip);
	}
	return 0;
}

/* What is left to do for a block with an owner, while a session records. */
static __attribute__((noinline)) void count_and_trace_alloc(void *address, size_t size_bytes,
							    uint32_t slot,
							    enum aspan_trace_kind kind, void *ip)
{
	struct aspan_thread *thread = &aspan_thread;

	count_alloc(thread, slot, size_bytes);
	if (aspan_trace_flag(alloc) | aspan_stats_thread_is_missing()) {
		aspan_observe_alloc(address, size_bytes, aspan_group_of_slot(slot), kind, ip);
	} else {
		aspan_packed_alloc(thread, address, size_bytes, slot, kind, ip);
	}
}

/* Not 0 if there is anything out of the ordinary about a new block; one test for all of it. */
static inline uint64_t is_unusual(const struct aspan_thread *thread, const _Atomic uint32_t *word,
				  size_t size_bytes, uint32_t slot)
{
	return aspan_owner_load(word) | thread->busy | (aspan_process_hooks() ^ ASPAN_HOOK_KNOWN) |
	       size_bytes >> ASPAN_OWNER_SIZE_WORD_BITS |
	       (slot - ASPAN_SLOT_ROOT) >> ASPAN_OWNER_SLOT_BITS;
}

/*
 * What nearly every block takes; everything out of the ordinary is somewhere else, and reached by a jump, so that nothing
 * must be saved here.
 */
void aspan_record_alloc(void *address, size_t size_bytes, enum aspan_trace_kind kind, void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	uint32_t slot = aspan_record_slot(thread);
	_Atomic uint32_t *word = aspan_owner_word(address);

	if (aspan_unlikely(!word || is_unusual(thread, word, size_bytes, slot) ||
			   aspan_linker_has(ip))) {
		track_slowly(address, size_bytes, kind, ip);
		return;
	}
	aspan_owner_write(word, slot, size_bytes);
	if (aspan_unlikely(alloc_is_traced())) {
		count_and_trace_alloc(address, size_bytes, slot, kind, ip);
		return;
	}
	count_alloc(thread, slot, size_bytes);
}

int aspan_record_announce(void *address, size_t size_bytes, void *ip)
{
	if (!address || (uintptr_t) address % ASPAN_OWNER_ALIGNMENT) {
		return -EINVAL;
	}
	if (aspan_owner_is_set(address)) {
		return -EEXIST;
	}
	return track_slowly(address, size_bytes, ASPAN_KIND_USER, ip);
}

static struct allocspan_token *group_of(const struct aspan_owner *owner)
{
	return aspan_group_of_slot(aspan_owner_group_slot(owner->slot));
}

static ASPAN_SLOW void untrack_slowly(void *address, enum aspan_trace_kind kind, void *ip)
{
	struct aspan_owner owner;

	aspan_life_know();
	if (!aspan_owner_take(address, &owner)) {
		return;
	}
	if (!aspan_process_is_plain() || free_is_traced()) {
		aspan_observe_free(address, owner.size_bytes, group_of(&owner), kind, ip);
	}
	count_free(&aspan_thread, owner.slot, owner.size_bytes);
}

/* What is left to do for a block without an owner, while a session records. */
static __attribute__((noinline)) void trace_and_count_free(void *address, size_t size_bytes,
							   uint32_t slot,
							   enum aspan_trace_kind kind, void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	uint32_t group_slot = aspan_owner_group_slot(slot);

	if (aspan_trace_flag(free)) {
		aspan_observe_free(address, size_bytes, aspan_group_of_slot(group_slot), kind, ip);
	} else {
		aspan_packed_free(thread, address, size_bytes, group_slot, kind, ip);
	}
	count_free(thread, slot, size_bytes);
}

/* As in aspan_record_alloc(). */
void aspan_record_free_owned(void *address, _Atomic uint32_t *word, uint32_t value,
			     enum aspan_trace_kind kind, void *ip)
{
	struct aspan_owner owner;

	if (aspan_unlikely(!aspan_owner_is_plain(value) || !aspan_process_is_plain())) {
		untrack_slowly(address, kind, ip);
		return;
	}
	owner = aspan_owner_clear(word, value);
	if (aspan_unlikely(free_is_traced())) {
		trace_and_count_free(address, owner.size_bytes, owner.slot, kind, ip);
		return;
	}
	count_free(&aspan_thread, owner.slot, owner.size_bytes);
}

void aspan_record_free(void *address, enum aspan_trace_kind kind, void *ip)
{
	_Atomic uint32_t *word = aspan_owner_word(address);
	uint32_t value = word ? aspan_owner_load(word) : 0;

	if (value) {
		aspan_record_free_owned(address, word, value, kind, ip);
	}
}

bool aspan_record_realloc_begin(void *address, struct aspan_owner *owner, void *ip)
{
	aspan_life_know();
	if (!aspan_owner_take(address, owner)) {
		return false;
	}
	if (!aspan_process_is_plain() || free_is_traced()) {
		aspan_observe_free(address, owner->size_bytes, group_of(owner), ASPAN_KIND_REALLOC,
				   ip);
	}
	return true;
}

void aspan_record_realloc_end(const struct aspan_owner *owner)
{
	count_free(&aspan_thread, owner->slot, owner->size_bytes);
}

void aspan_record_realloc_undo(void *address, const struct aspan_owner *owner, void *ip)
{
	uint32_t slot = aspan_owner_group_slot(owner->slot);

	/*
	 * The leaf exists, and the block's words were cleared by this thread: this cannot fail. An inherited block is announced by
	 * this process, and so its own from now on.
	 */
	aspan_owner_set(address, (struct aspan_owner){ slot, owner->size_bytes });
	/* Counted like the events: in this order the group is never without a live block. */
	count_alloc(&aspan_thread, slot, owner->size_bytes);
	if (!aspan_process_is_plain() || alloc_is_traced()) {
		aspan_observe_alloc(address, owner->size_bytes, aspan_group_of_slot(slot),
				    ASPAN_KIND_REALLOC, ip);
	}
	count_free(&aspan_thread, owner->slot, owner->size_bytes);
}

/* SPDX-License-Identifier: MIT */
/*
 * See group-stack.h.
 */
#include "group-stack.h"

#include <stddef.h>

#include "arena.h"
#include "guard.h"
#include "ledger.h"
#include "lock.h"
#include "misuse.h"
#include "span.h"

/* Protected by the lock. */
static struct allocspan_fiber *first_stack;
static uint32_t last_id;

static size_t chunk_bytes(unsigned int chunk)
{
	return (aspan_stack_chunk_base(chunk) + 1) * sizeof(struct aspan_entry);
}

static void fix(struct aspan_entry *entry)
{
	atomic_store_explicit(&entry->serial, ASPAN_SERIAL_FIXED, memory_order_relaxed);
	atomic_store_explicit(&entry->slot, ASPAN_SLOT_NONE, memory_order_relaxed);
}

/* New entries are zero, and so free. The one after them ends their array. */
static void init_entries(const struct allocspan_fiber *stack, struct aspan_entry *entries,
			 uint32_t first_index, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		entries[i].place = (uint64_t) (first_index + i) << 32 | stack->id;
	}
	fix(&entries[count]);
}

static void list_insert(struct allocspan_fiber *stack)
{
	stack->next = first_stack;
	if (first_stack) {
		first_stack->previous = stack;
	}
	first_stack = stack;
}

static void list_remove(struct allocspan_fiber *stack)
{
	if (stack->previous) {
		stack->previous->next = stack->next;
	} else {
		first_stack = stack->next;
	}
	if (stack->next) {
		stack->next->previous = stack->previous;
	}
}

struct allocspan_fiber *aspan_stack_first(void)
{
	return first_stack;
}

struct allocspan_fiber *aspan_stack_create(void)
{
	struct aspan_lock lock = aspan_lock();
	struct allocspan_fiber *stack = aspan_arena_alloc(sizeof(*stack));

	if (stack) {
		last_id = last_id >= ASPAN_GUARD_LAST_STACK ? 1 : last_id + 1;
		stack->id = last_id;
		stack->capacity = ASPAN_STACK_FIRST;
		stack->top = &stack->first[0];
		fix(stack->top);
		init_entries(stack, &stack->first[1], 0, ASPAN_STACK_FIRST);
		list_insert(stack);
	}
	aspan_unlock(&lock);
	return stack;
}

void aspan_stack_free(struct allocspan_fiber *stack)
{
	list_remove(stack);
	for (unsigned int chunk = 0; chunk < ASPAN_STACK_CHUNKS; chunk++) {
		aspan_arena_free(stack->chunks[chunk], chunk_bytes(chunk));
	}
	aspan_arena_free(stack, sizeof(*stack));
}

void aspan_stack_destroy(struct allocspan_fiber *stack)
{
	struct aspan_thread *thread = &aspan_thread;
	struct allocspan_fiber *current = thread->stack;
	struct aspan_lock lock;

	/* The events of what is still entered tell of this stack, so it is current meanwhile. */
	aspan_stack_switch(thread, stack);
	aspan_guard_exit_since(stack, 0, ASPAN_CALLER_IP());
	aspan_stack_switch(thread, current);
	lock = aspan_lock();
	aspan_stack_free(stack);
	aspan_unlock(&lock);
}

static struct allocspan_fiber *make_own_stack(struct aspan_thread *thread)
{
	struct allocspan_fiber *stack;
	struct aspan_lock lock;

	if (thread->has_ended) {
		return NULL;
	}
	aspan_thread_watch();
	stack = aspan_stack_create();
	if (!stack) {
		return NULL;
	}
	lock = aspan_lock();
	if (thread->own_stack) {
		/* A signal handler was faster. */
		aspan_stack_free(stack);
	} else {
		stack->is_own = true;
		thread->own_stack = stack;
		thread->stack = stack;
	}
	aspan_unlock(&lock);
	return thread->stack;
}

static bool grow(struct allocspan_fiber *stack)
{
	struct aspan_lock lock = aspan_lock();
	uint32_t count = stack->capacity;
	unsigned int chunk = (unsigned int) __builtin_ctz(count) - ASPAN_STACK_FIRST_SHIFT;
	struct aspan_entry *entries = NULL;

	if (chunk < ASPAN_STACK_CHUNKS) {
		entries = aspan_arena_alloc(chunk_bytes(chunk));
	}
	if (entries) {
		init_entries(stack, entries, count, count);
		stack->chunks[chunk] = entries;
		stack->search_from = count;
		stack->capacity = 2 * count;
	}
	aspan_unlock(&lock);
	return entries;
}

/* A free entry not far from where the last one was found, if not most are in use; any at all if `everywhere`. */
static struct aspan_entry *search(struct allocspan_fiber *stack, bool everywhere)
{
	uint32_t capacity = stack->capacity;
	uint32_t steps = everywhere ? capacity : capacity / 2;
	uint32_t first = stack->search_from;

	for (uint32_t i = 0; i < steps; i++) {
		uint32_t index = (first + i) & (capacity - 1);
		struct aspan_entry *entry = aspan_stack_entry(stack, index);

		if (atomic_load_explicit(&entry->serial, memory_order_relaxed) ==
		    ASPAN_SERIAL_FREE) {
			stack->search_from = index;
			return entry;
		}
	}
	return NULL;
}

static struct aspan_entry *make_room(struct allocspan_fiber *stack)
{
	struct aspan_entry *entry = search(stack, false);

	if (!entry) {
		/* In a signal handler of this function's own thread this may grow once more than needed. */
		grow(stack);
		entry = search(stack, true);
	}
	return entry;
}

/* What is allocated after a refusal is in no count of the group. On a thread that has ended that is nobody's mistake, but a loss. */
static void refuse(bool is_ended, void *ip)
{
	if (is_ended) {
		/* How much it is cannot be known here: more than nothing. */
		atomic_fetch_add_explicit(&aspan_ledger_losses()->uncounted, 1,
					  memory_order_relaxed);
	} else {
		aspan_misuse(ASPAN_MISUSE_ENTER_NO_MEMORY, 0, 0, ip);
	}
}

struct aspan_entry *aspan_stack_make_room(void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	struct allocspan_fiber *stack = thread->stack ? thread->stack : make_own_stack(thread);
	struct aspan_entry *entry = aspan_stack_find_room(stack);

	if (!entry && stack) {
		entry = make_room(stack);
	}
	if (!entry) {
		refuse(thread->has_ended && !stack, ip);
	}
	return entry;
}

/* The entry just inside of one that is not the top. */
static struct aspan_entry *find_above(const struct allocspan_fiber *stack,
				      const struct aspan_entry *entry)
{
	struct aspan_entry *above = stack->top;

	while (above->below != entry) {
		above = above->below;
	}
	return above;
}

/*
 * The outermost of the entries inside of `removed` that sets something of its own, or NULL: what is outside of
 * `removed` does not reach further in.
 */
static struct aspan_entry *find_barrier(const struct allocspan_fiber *stack,
					const struct aspan_entry *removed,
					bool (*sets)(const struct aspan_entry *entry))
{
	struct aspan_entry *barrier = NULL;

	for (struct aspan_entry *entry = stack->top; entry != removed; entry = entry->below) {
		if (sets(entry)) {
			barrier = entry;
		}
	}
	return barrier;
}

static bool sets_slot(const struct aspan_entry *entry)
{
	return atomic_load_explicit(&entry->slot, memory_order_relaxed) != ASPAN_SLOT_INHERIT;
}

static bool sets_span(const struct aspan_entry *entry)
{
	return aspan_entry_kind(entry) != ASPAN_ENTRY_TOKEN;
}

/* Tells the entries inside of one, and in the end the thread, which group is active outside of them now. */
static void pass_slot_inwards(struct aspan_thread *thread, const struct allocspan_fiber *stack,
			      const struct aspan_entry *removed)
{
	struct aspan_entry *barrier = find_barrier(stack, removed, sets_slot);
	struct aspan_entry *entry = barrier ? barrier : stack->top;

	if (!barrier) {
		thread->active_slot = removed->outer_slot;
	}
	for (; entry != removed; entry = entry->below) {
		aspan_span_keep_group_id(entry);
		entry->outer_slot = removed->outer_slot;
	}
}

/* The same for the innermost span, which only entries of spans remember. */
static void pass_span_inwards(struct aspan_thread *thread, const struct allocspan_fiber *stack,
			      const struct aspan_entry *removed)
{
	struct aspan_entry *barrier = find_barrier(stack, removed, sets_span);

	if (barrier) {
		barrier->outer_span_id = removed->outer_span_id;
	} else {
		thread->span_id = removed->outer_span_id;
	}
}

struct aspan_entry *aspan_stack_find(struct allocspan_fiber *stack,
				     const struct allocspan_guard *guard)
{
	struct aspan_entry *entry;

	if (!stack || guard->stack_id != stack->id || guard->index >= stack->capacity) {
		return NULL;
	}
	entry = aspan_stack_entry(stack, guard->index);
	if (atomic_load_explicit(&entry->serial, memory_order_relaxed) != guard->serial) {
		return NULL;
	}
	return entry;
}

void aspan_stack_remove(struct aspan_thread *thread, struct allocspan_fiber *stack,
			struct aspan_entry *entry)
{
	if (entry == stack->top) {
		aspan_stack_pop(thread, stack, entry, aspan_entry_kind(entry));
		return;
	}
	if (sets_slot(entry)) {
		pass_slot_inwards(thread, stack, entry);
	}
	if (sets_span(entry)) {
		pass_span_inwards(thread, stack, entry);
	}
	find_above(stack, entry)->below = entry->below;
	aspan_signal_fence();
	/* Pairs with reclaim.c, as in aspan_stack_pop(). */
	atomic_store_explicit(&entry->serial, ASPAN_SERIAL_FREE, memory_order_release);
}

static uint64_t relaxed(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/* What a span allocates and frees is counted on its stack, wherever that goes on, and not what others do meanwhile. */
static void copy_totals(struct aspan_counters *to, const struct aspan_counters *from)
{
	/* Relaxed: the one thread that runs on the stack. */
	atomic_store_explicit(&to->alloc_count, relaxed(&from->alloc_count), memory_order_relaxed);
	atomic_store_explicit(&to->alloc_bytes, relaxed(&from->alloc_bytes), memory_order_relaxed);
	atomic_store_explicit(&to->free_count, relaxed(&from->free_count), memory_order_relaxed);
	atomic_store_explicit(&to->free_bytes, relaxed(&from->free_bytes), memory_order_relaxed);
}

void aspan_stack_switch(struct aspan_thread *thread, struct allocspan_fiber *stack)
{
	if (thread->stack) {
		thread->stack->saved_slot = thread->active_slot;
		thread->stack->saved_span_id = thread->span_id;
		thread->stack->saved_has_spans = thread->has_spans;
		copy_totals(&thread->stack->saved_totals, &thread->totals);
	}
	thread->stack = stack;
	thread->active_slot = stack ? stack->saved_slot : (uint32_t) ASPAN_SLOT_NONE;
	thread->span_id = stack ? stack->saved_span_id : 0;
	thread->has_spans = stack && stack->saved_has_spans;
	if (stack) {
		copy_totals(&thread->totals, &stack->saved_totals);
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * See group-stack.h.
 */
#include "group-stack.h"

#include <stddef.h>

#include "arena.h"
#include "guard.h"
#include "lock.h"
#include "misuse.h"

/* Protected by the lock. */
static struct allocspan_fiber *first_stack;
static uint32_t last_id;

/* How many entries there are before a chunk, and in it. */
static uint32_t chunk_base(unsigned int chunk)
{
	return ASPAN_STACK_FIRST << chunk;
}

static size_t chunk_bytes(unsigned int chunk)
{
	return chunk_base(chunk) * sizeof(struct aspan_entry);
}

struct aspan_entry *aspan_stack_entry(struct allocspan_fiber *stack, uint32_t index)
{
	unsigned int chunk;

	if (index < ASPAN_STACK_FIRST) {
		return &stack->first[index];
	}
	chunk = 31 - (unsigned int) __builtin_clz(index) - ASPAN_STACK_FIRST_SHIFT;
	return &stack->chunks[chunk][index - chunk_base(chunk)];
}

/* Puts new entries into the free list, so that the lowest is taken first. */
static void add_entries(struct allocspan_fiber *stack, uint32_t first, uint32_t end)
{
	for (uint32_t index = end; index-- > first;) {
		struct aspan_entry *entry = aspan_stack_entry(stack, index);

		entry->index = index;
		aspan_stack_give(stack, entry);
	}
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
		stack->top = &stack->bottom;
		add_entries(stack, 0, ASPAN_STACK_FIRST);
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
	unsigned int chunk =
		(unsigned int) __builtin_ctz(stack->capacity) - ASPAN_STACK_FIRST_SHIFT;

	/* A signal handler may have grown it already. */
	if (!aspan_stack_free_entry(stack) && chunk < ASPAN_STACK_CHUNKS) {
		stack->chunks[chunk] = aspan_arena_alloc(chunk_bytes(chunk));
		if (stack->chunks[chunk]) {
			add_entries(stack, stack->capacity, 2 * stack->capacity);
			stack->capacity *= 2;
		}
	}
	aspan_unlock(&lock);
	return aspan_stack_free_entry(stack) != NULL;
}

struct allocspan_fiber *aspan_stack_make_room(void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	struct allocspan_fiber *stack = thread->stack;

	if (!stack) {
		stack = make_own_stack(thread);
	}
	if (stack && (aspan_stack_free_entry(stack) || grow(stack))) {
		return stack;
	}
	if (!thread->has_ended) {
		aspan_misuse(ASPAN_MISUSE_ENTER_NO_MEMORY, 0, 0, ip);
	}
	return NULL;
}

/* Tells the entries inside of one, and in the end the thread, which group is active outside of them now. */
static void pass_slot_inwards(struct aspan_thread *thread, const struct allocspan_fiber *stack,
			      const struct aspan_entry *removed)
{
	const struct aspan_entry *outer = removed;

	while (outer != stack->top) {
		struct aspan_entry *entry = outer->above;

		entry->outer_slot = removed->outer_slot;
		if (atomic_load_explicit(&entry->slot, memory_order_relaxed) !=
		    ASPAN_SLOT_INHERIT) {
			return;
		}
		outer = entry;
	}
	thread->active_slot = removed->outer_slot;
}

/* The same for the innermost span. */
static void pass_span_inwards(struct aspan_thread *thread, const struct allocspan_fiber *stack,
			      const struct aspan_entry *removed)
{
	const struct aspan_entry *outer = removed;

	while (outer != stack->top) {
		struct aspan_entry *entry = outer->above;

		if (aspan_entry_kind(entry) != ASPAN_ENTRY_TOKEN) {
			entry->outer_span_id = removed->outer_span_id;
			return;
		}
		outer = entry;
	}
	thread->span_id = removed->outer_span_id;
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
	if (atomic_load_explicit(&entry->slot, memory_order_relaxed) != ASPAN_SLOT_INHERIT) {
		pass_slot_inwards(thread, stack, entry);
	}
	if (aspan_entry_kind(entry) != ASPAN_ENTRY_TOKEN) {
		pass_span_inwards(thread, stack, entry);
	}
	entry->above->below = entry->below;
	entry->below->above = entry->above;
	aspan_signal_fence();
	/* Pairs with reclaim.c, as in aspan_stack_pop(). */
	atomic_store_explicit(&entry->serial, ASPAN_SERIAL_FREE, memory_order_release);
	aspan_signal_fence();
	aspan_stack_give(stack, entry);
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
		copy_totals(&thread->stack->saved_totals, &thread->totals);
	}
	thread->stack = stack;
	thread->active_slot = stack ? stack->saved_slot : (uint32_t) ASPAN_SLOT_NONE;
	thread->span_id = stack ? stack->saved_span_id : 0;
	if (stack) {
		copy_totals(&thread->totals, &stack->saved_totals);
	}
}

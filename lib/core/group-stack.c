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

struct aspan_entry *aspan_stack_far_entry(const struct allocspan_fiber *stack, uint32_t index)
{
	unsigned int chunk =
		31 - (unsigned int) __builtin_clz(index) - ASPAN_STACK_FIRST_SHIFT;

	return &stack->chunks[chunk][index - chunk_base(chunk)];
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
	aspan_guard_exit_above(stack, 0, ASPAN_CALLER_IP());
	aspan_stack_switch(thread, current);
	lock = aspan_lock();
	aspan_stack_free(stack);
	aspan_unlock(&lock);
}

static struct allocspan_fiber *make_own_stack(struct aspan_thread *thread)
{
	struct allocspan_fiber *stack;

	if (thread->has_ended) {
		return NULL;
	}
	aspan_thread_watch();
	stack = aspan_stack_create();
	if (!stack) {
		return NULL;
	}
	/* A signal handler may have been faster. */
	if (thread->own_stack) {
		struct aspan_lock lock = aspan_lock();

		aspan_stack_free(stack);
		aspan_unlock(&lock);
		return thread->own_stack;
	}
	stack->is_own = true;
	thread->own_stack = stack;
	aspan_signal_fence();
	if (!thread->stack) {
		thread->stack = stack;
	}
	return thread->stack;
}

static bool grow(struct allocspan_fiber *stack)
{
	struct aspan_lock lock = aspan_lock();
	unsigned int chunk = (unsigned int) __builtin_ctz(stack->capacity) - ASPAN_STACK_FIRST_SHIFT;
	bool done = true;

	/* A signal handler may have grown it already. */
	if (aspan_stack_depth(stack) >= stack->capacity) {
		done = chunk < ASPAN_STACK_CHUNKS &&
		       (stack->chunks[chunk] = aspan_arena_alloc(chunk_bytes(chunk))) != NULL;
		if (done) {
			stack->capacity *= 2;
		}
	}
	aspan_unlock(&lock);
	return done;
}

struct allocspan_fiber *aspan_stack_make_room(void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	struct allocspan_fiber *stack = thread->stack;

	if (!stack) {
		stack = make_own_stack(thread);
	}
	if (stack && (aspan_stack_depth(stack) < stack->capacity || grow(stack))) {
		return stack;
	}
	if (!thread->has_ended) {
		aspan_misuse(ASPAN_MISUSE_ENTER_NO_MEMORY, 0, 0, ip);
	}
	return NULL;
}

static uint64_t entry_serial(const struct aspan_entry *entry)
{
	return atomic_load_explicit(&entry->serial, memory_order_relaxed);
}

static bool is_token(uint64_t serial)
{
	return (serial & ASPAN_ENTRY_KIND_MASK) == ASPAN_ENTRY_TOKEN;
}

/* Gives the nearest entry inside of `index` that hides the active group, or the thread, a new outer one. */
static void pass_slot_inwards(struct aspan_thread *thread, struct allocspan_fiber *stack,
			      uint32_t index, uint32_t slot)
{
	uint32_t depth = aspan_stack_depth(stack);

	for (uint32_t i = index + 1; i < depth; i++) {
		struct aspan_entry *entry = aspan_stack_entry(stack, i);

		if (!aspan_serial_is_live(entry_serial(entry))) {
			continue;
		}
		entry->outer_slot = slot;
		if (atomic_load_explicit(&entry->slot, memory_order_relaxed) != ASPAN_SLOT_INHERIT) {
			return;
		}
	}
	thread->active_slot = slot;
}

static void pass_span_inwards(struct aspan_thread *thread, struct allocspan_fiber *stack,
			      uint32_t index, uint64_t span_id)
{
	uint32_t depth = aspan_stack_depth(stack);

	for (uint32_t i = index + 1; i < depth; i++) {
		struct aspan_entry *entry = aspan_stack_entry(stack, i);
		uint64_t serial = entry_serial(entry);

		if (aspan_serial_is_live(serial) && !is_token(serial)) {
			entry->outer_span_id = span_id;
			return;
		}
	}
	thread->span_id = span_id;
}

static ASPAN_SLOW void remove_inner(struct aspan_thread *thread, struct allocspan_fiber *stack,
				    uint32_t index, struct aspan_entry *entry)
{
	uint64_t serial = entry_serial(entry);

	if (atomic_load_explicit(&entry->slot, memory_order_relaxed) != ASPAN_SLOT_INHERIT) {
		pass_slot_inwards(thread, stack, index, entry->outer_slot);
	}
	if (!is_token(serial)) {
		pass_span_inwards(thread, stack, index, entry->outer_span_id);
	}
	aspan_signal_fence();
	atomic_store_explicit(&entry->serial, ASPAN_SERIAL_TOMBSTONE, memory_order_relaxed);
}

static ASPAN_SLOW void drop_tombstones(struct allocspan_fiber *stack, uint32_t depth)
{
	while (depth > 0) {
		struct aspan_entry *entry = aspan_stack_entry(stack, depth - 1);

		if (entry_serial(entry) != ASPAN_SERIAL_TOMBSTONE) {
			return;
		}
		atomic_store_explicit(&entry->serial, ASPAN_SERIAL_FREE, memory_order_relaxed);
		aspan_signal_fence();
		depth--;
		atomic_store_explicit(&stack->depth, depth, memory_order_relaxed);
	}
}

void aspan_stack_remove(struct aspan_thread *thread, struct allocspan_fiber *stack, uint32_t index,
			struct aspan_entry *entry)
{
	if (aspan_unlikely(index + 1 != aspan_stack_depth(stack))) {
		remove_inner(thread, stack, index, entry);
		return;
	}
	/* Ordering 1: what is active, the entry, the depth. */
	thread->active_slot = entry->outer_slot;
	if (!is_token(entry_serial(entry))) {
		thread->span_id = entry->outer_span_id;
	}
	aspan_signal_fence();
	atomic_store_explicit(&entry->serial, ASPAN_SERIAL_FREE, memory_order_relaxed);
	aspan_signal_fence();
	/* Release: reclaim.c may take the group away once it sees the entry gone. */
	atomic_store_explicit(&stack->depth, index, memory_order_release);
	if (index > 0 && aspan_unlikely(entry_serial(aspan_stack_entry(stack, index - 1)) ==
					ASPAN_SERIAL_TOMBSTONE)) {
		drop_tombstones(stack, index);
	}
}

void aspan_stack_switch(struct aspan_thread *thread, struct allocspan_fiber *stack)
{
	if (thread->stack) {
		thread->stack->saved_slot = thread->active_slot;
		thread->stack->saved_span_id = thread->span_id;
	}
	thread->stack = stack;
	thread->active_slot = stack ? stack->saved_slot : (uint32_t) ASPAN_SLOT_NONE;
	thread->span_id = stack ? stack->saved_span_id : 0;
}

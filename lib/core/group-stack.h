/* SPDX-License-Identifier: MIT */
/*
 * The stack of what a thread (or a fiber) has entered, and so the active group.
 *
 * The big picture
 * ---------------
 *
 *    bottom                                        top
 *    [token A] <--> [span, no token] <--> [token B]          aspan_thread.active_slot = B
 *     active: A      active: A             active: B
 *
 *    free: [entry] --> [entry] --> ...
 *
 * The entries are a doubly linked list, in chunks that never move; unused ones are in a list of their own. Each
 * entry remembers what was active outside of it (`outer_slot`, `outer_span_id`), so that exiting the innermost one
 * restores it with one load. One that is exited out of order tells those inside it what is outside of them now, and is
 * taken out. So the stack is as large as the most guards that were ever entered at once, in whatever order they end.
 *
 * Below the outermost entry is one that stands for the bottom, so that every entry has one below it.
 *
 * Ordering
 * --------
 * 1. Only the thread that runs on the stack writes it. A signal handler of that thread may push and pop between any two
 *    of its instructions, and leaves the live entries and the active state as it found them. So a push takes its entry, fills
 *    it, links it, and makes it active; a pop restores what was active, and then undoes the links in the opposite order. The
 *    handler may leave the free list in another order, namely if it exits its guards out of order. So the head of that
 *    list is changed by one instruction that fails if the list was used meanwhile: above the address of the first free
 *    entry it has a number that changes with each entry taken.
 * 2. reclaim.c looks through the entries of all stacks with the lock held, for groups and spans that are still entered.
 *    What it looks for had no reference left before it looked (and got none from a capture since: reclaim.c), so
 *    nobody can enter it any more, with one exception: a span's token can be detached while it is being entered. So
 *    entering a span reads the token, pushes, and reads it again; reclaim.c runs membarrier() between the detaching and
 *    the looking, which makes either the push visible to the one or the detaching to the other.
 */
#ifndef ASPAN_CORE_GROUP_STACK_H
#define ASPAN_CORE_GROUP_STACK_H

#include <allocspan/guard.h>
#include <allocspan/span.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "thread.h"

/* Slots that are no group's: what an entry makes active, and `active_slot` of a thread. */
enum aspan_slot {
	ASPAN_SLOT_NONE = 0,
	ASPAN_SLOT_ROOT = 1,
	ASPAN_SLOT_LAST_GROUP = 1 << 24,
	ASPAN_SLOT_UNTRACKED = 0x7ffffffe,
	ASPAN_SLOT_INHERIT = 0x7fffffff, /* leaves active what was; only in entries */
};

/* What an entry is; in the low bits of its serial. */
enum aspan_entry_kind {
	ASPAN_ENTRY_TOKEN = 0, /* a token, or an untracked period */
	ASPAN_ENTRY_SPAN = 1,
	ASPAN_ENTRY_CONTEXT = 2, /* with a span that was entered elsewhere */
};

#define ASPAN_ENTRY_KIND_MASK UINT64_C(3)
#define ASPAN_SERIAL_STEP UINT64_C(4)
#define ASPAN_SERIAL_FREE UINT64_C(0)

struct aspan_entry {
	_Atomic uint64_t
		serial; /* ASPAN_SERIAL_FREE, or unique in the stack and larger further inside */
	_Atomic uint32_t slot; /* what it makes active; ASPAN_SLOT_INHERIT: what was */
	uint32_t outer_slot;
	_Atomic(struct allocspan_span *) span; /* NULL for a token */
	struct aspan_entry *below; /* the next outer entry, or the next free one */
	struct aspan_entry *above; /* the next inner entry; of the top one: anything */
	uint64_t outer_span_id; /* not of a token */
	uint32_t index; /* its place, for guards */
	uint64_t group_id; /* of a span: what was active inside when it was entered */
	uint64_t alloc_count; /* the stack's totals when a span was entered */
	uint64_t alloc_bytes;
	uint64_t free_count;
	uint64_t free_bytes;
};

static inline enum aspan_entry_kind aspan_entry_kind(const struct aspan_entry *entry)
{
	return atomic_load_explicit(&entry->serial, memory_order_relaxed) & ASPAN_ENTRY_KIND_MASK;
}

#define ASPAN_STACK_FIRST_SHIFT 4
#define ASPAN_STACK_FIRST (UINT32_C(1) << ASPAN_STACK_FIRST_SHIFT)
#define ASPAN_STACK_CHUNKS 24

struct allocspan_fiber {
	uint32_t id; /* never 0 and never one of aspan_guard_id */
	uint32_t capacity; /* how many entries there are; protected by the lock */
	uint32_t saved_slot; /* while it is nobody's current stack */
	bool is_own; /* of a thread, and ends with it */
	uint64_t saved_span_id;
	struct aspan_counters saved_totals;
	uint64_t last_serial;
	struct aspan_entry *top; /* or the bottom */
	uint64_t free; /* aspan_stack_free_entry(), and a number: ordering 1 */
	struct aspan_entry bottom;
	struct allocspan_fiber *previous; /* the list of all is protected by the lock */
	struct allocspan_fiber *next;
	struct aspan_entry
		*chunks[ASPAN_STACK_CHUNKS]; /* 16, 32, 64... entries, after the first 16 */
	struct aspan_entry first[ASPAN_STACK_FIRST];
};

/* Guards that are not on any stack, by their `stack_id`. */
enum aspan_guard_id {
	ASPAN_GUARD_NEVER = 0, /* never entered */
	ASPAN_GUARD_EXITED = UINT32_MAX,
	ASPAN_GUARD_VOID = UINT32_MAX - 1, /* entering failed; exiting is harmless */
	ASPAN_GUARD_LAST_STACK = UINT32_MAX - 2,
};

static inline struct allocspan_guard aspan_guard_void(void)
{
	return (struct allocspan_guard){ .stack_id = ASPAN_GUARD_VOID };
}

/* The entry of an index below the capacity. */
struct aspan_entry *aspan_stack_entry(struct allocspan_fiber *stack, uint32_t index);

static inline bool aspan_stack_is_empty(const struct allocspan_fiber *stack)
{
	return stack->top == &stack->bottom;
}

/* Makes a stack with nothing on it; NULL without memory. */
struct allocspan_fiber *aspan_stack_create(void);

/* Exits all that is on it and frees it. It must not be anybody's current stack. */
void aspan_stack_destroy(struct allocspan_fiber *stack);

/* Frees without exiting. Call with the lock held. */
void aspan_stack_free(struct allocspan_fiber *stack);

/* All stacks, for reclaim.c. Call with the lock held. */
struct allocspan_fiber *aspan_stack_first(void);

/*
 * A stack of this thread with a free entry; NULL if there is no memory, which is counted as misuse, or if the
 * thread has ended.
 */
ASPAN_SLOW struct allocspan_fiber *aspan_stack_make_room(void *ip);

#define ASPAN_FREE_NUMBER_SHIFT 48
#define ASPAN_FREE_NUMBER_STEP (UINT64_C(1) << ASPAN_FREE_NUMBER_SHIFT)

static inline struct aspan_entry *aspan_free_entry(uint64_t head)
{
	return (struct aspan_entry *) (head & (ASPAN_FREE_NUMBER_STEP - 1));
}

/* The entry that the next push takes; NULL if there is none. */
static inline struct aspan_entry *aspan_stack_free_entry(const struct allocspan_fiber *stack)
{
	return aspan_free_entry(stack->free);
}

/* Changes the head, if it is still `*expected`; else tells what it is. Only this thread's handlers interfere. */
static inline bool aspan_stack_change_free(struct allocspan_fiber *stack, uint64_t *expected,
					   uint64_t head)
{
#if defined(__x86_64__)
	bool is_changed;

	__asm__ volatile("cmpxchgq %[head], %[free]"
			 : [free] "+m"(stack->free), "+a"(*expected), "=@ccz"(is_changed)
			 : [head] "r"(head)
			 : "memory");
	return is_changed;
#else
	return __atomic_compare_exchange_n(&stack->free, expected, head, true, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED);
#endif
}

/* Takes an entry from a list that is not empty. */
static inline struct aspan_entry *aspan_stack_take(struct allocspan_fiber *stack)
{
	uint64_t head = stack->free;
	uint64_t next;

	do {
		/* What is read of an entry that a handler took meanwhile is not used: then the head has changed. */
		next = (uintptr_t) aspan_free_entry(head)->below |
		       ((head & ~(ASPAN_FREE_NUMBER_STEP - 1)) + ASPAN_FREE_NUMBER_STEP);
	} while (aspan_unlikely(!aspan_stack_change_free(stack, &head, next)));
	return aspan_free_entry(head);
}

static inline void aspan_stack_give(struct allocspan_fiber *stack, struct aspan_entry *entry)
{
	uint64_t head = stack->free;

	do {
		entry->below = aspan_free_entry(head);
	} while (aspan_unlikely(!aspan_stack_change_free(
		stack, &head, (uintptr_t) entry | (head & ~(ASPAN_FREE_NUMBER_STEP - 1)))));
}

/* Whether a push can be done at once. */
static inline bool aspan_stack_has_room(const struct allocspan_fiber *stack)
{
	return aspan_likely(stack && aspan_stack_free_entry(stack));
}

/* Enters, on a stack that has room: see ordering 1. */
static inline struct aspan_entry *aspan_stack_push(struct aspan_thread *thread,
						   struct allocspan_fiber *stack, uint32_t slot,
						   struct allocspan_span *span, uint64_t span_id,
						   enum aspan_entry_kind kind)
{
	struct aspan_entry *entry = aspan_stack_take(stack);
	struct aspan_entry *below;

	below = stack->top;
	entry->below = below;
	entry->outer_slot = thread->active_slot;
	if (kind != ASPAN_ENTRY_TOKEN) {
		entry->outer_span_id = thread->span_id;
	}
	/* Relaxed stores: read by reclaim.c, ordered by membarrier or the lock (ordering 2). */
	atomic_store_explicit(&entry->slot, slot, memory_order_relaxed);
	atomic_store_explicit(&entry->span, span, memory_order_relaxed);
	atomic_store_explicit(&entry->serial, (stack->last_serial += ASPAN_SERIAL_STEP) | kind,
			      memory_order_relaxed);
	aspan_signal_fence();
	stack->top = entry;
	aspan_signal_fence();
	below->above = entry;
	aspan_signal_fence();
	if (kind != ASPAN_ENTRY_TOKEN) {
		thread->span_id = span_id;
	}
	if (slot != ASPAN_SLOT_INHERIT) {
		thread->active_slot = slot;
	}
	return entry;
}

static inline struct allocspan_guard aspan_stack_guard(const struct allocspan_fiber *stack,
						       const struct aspan_entry *entry)
{
	return (struct allocspan_guard){
		.serial = atomic_load_explicit(&entry->serial, memory_order_relaxed),
		.stack_id = stack->id,
		.index = entry->index,
	};
}

/* The entry of a guard that is on this stack, or NULL. */
struct aspan_entry *aspan_stack_find(struct allocspan_fiber *stack,
				     const struct allocspan_guard *guard);

/* Takes the innermost entry off; a span's event is the caller's business, before. */
static inline void aspan_stack_pop(struct aspan_thread *thread, struct allocspan_fiber *stack,
				   struct aspan_entry *entry, enum aspan_entry_kind kind)
{
	thread->active_slot = entry->outer_slot;
	if (kind != ASPAN_ENTRY_TOKEN) {
		thread->span_id = entry->outer_span_id;
	}
	aspan_signal_fence();
	stack->top = entry->below;
	aspan_signal_fence();
	/* Release: reclaim.c may take the group away once it sees the entry free. */
	atomic_store_explicit(&entry->serial, ASPAN_SERIAL_FREE, memory_order_release);
	aspan_signal_fence();
	aspan_stack_give(stack, entry);
}

/* Takes any entry off, innermost or not. */
void aspan_stack_remove(struct aspan_thread *thread, struct allocspan_fiber *stack,
			struct aspan_entry *entry);

/* Makes another stack current on this thread: saves what is active, and restores what was there. */
void aspan_stack_switch(struct aspan_thread *thread, struct allocspan_fiber *stack);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The stack of what a thread (or a fiber) has entered, and so the active group.
 *
 * The big picture
 * ---------------
 *
 *    bottom                                        top
 *    [token A] <--- [span, no token] <--- [token B]          aspan_thread.active_slot = B
 *     active: A      active: A             active: B
 *
 * The entries are in arrays that never move. Those in use are a list, from the innermost one (`top`) outwards (`below`), down
 * to an entry that stands for the bottom; the one after the top in its array is the next to be used, so the list is nearly
 * always the array's order. Each entry remembers what was active outside of it (`outer_slot`, `outer_span_id`), so that
 * exiting the innermost one restores it with one load. One that is exited out of order tells those inside it what is outside
 * of them now, and is taken out. If the entry after the top is in use (or is the end of its array, which counts as in use), a
 * free one is looked for; there are at least twice as many entries as guards were ever entered at once, so one is near.
 *
 * Ordering
 * --------
 * 1. Only the thread that runs on the stack writes it. A signal handler of that thread may push and pop between any two
 *    of its instructions, and leaves the live entries and the active state as it found them; what it wrote into free entries
 *    stays. So a push first claims its entry by its serial, from when on handlers use others, then fills it, then links it, and
 *    then makes it active; a pop restores what was active, unlinks, and then frees.
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
	ASPAN_SLOT_LAST_GROUP = (1 << 24) - 1, /* of ASPAN_OWNER_SLOT_BITS */
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
/* Of the entry that ends an array, and of the bottom: in use for ever, and entered before all others. */
#define ASPAN_SERIAL_FIXED UINT64_C(1)

/* Nothing that was active outside was exited since: the slots tell. */
#define ASPAN_GROUP_ID_AS_NOW UINT64_MAX

struct aspan_entry {
	_Atomic uint64_t
		serial; /* ASPAN_SERIAL_FREE, or unique in the stack and larger further inside */
	_Atomic uint32_t slot; /* what it makes active; ASPAN_SLOT_INHERIT: what was */
	uint32_t outer_slot;
	_Atomic(struct allocspan_span *) span; /* not of a token */
	struct aspan_entry *below; /* the next outer entry */
	uint64_t outer_span_id; /* not of a token */
	uint64_t place; /* for guards: the stack's id, and above it the entry's index */
	uint64_t
		group_id; /* of a span: active inside when it was entered, or ASPAN_GROUP_ID_AS_NOW */
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
	bool saved_has_spans;
	uint64_t saved_span_id;
	struct aspan_counters saved_totals;
	uint64_t last_serial;
	struct aspan_entry *top; /* or the bottom */
	uint32_t search_from; /* an index: where the next search for a free entry begins */
	struct allocspan_fiber *previous; /* the list of all is protected by the lock */
	struct allocspan_fiber *next;
	struct aspan_entry *chunks
		[ASPAN_STACK_CHUNKS]; /* 16, 32, 64... entries and an end, after the first 16 */
	struct aspan_entry first[1 + ASPAN_STACK_FIRST + 1]; /* the bottom, entries, the end */
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

/* How many entries there are before a chunk, and in it. */
static inline uint32_t aspan_stack_chunk_base(unsigned int chunk)
{
	return ASPAN_STACK_FIRST << chunk;
}

/* The entry of an index below the capacity. */
static inline struct aspan_entry *aspan_stack_entry(struct allocspan_fiber *stack, uint32_t index)
{
	unsigned int chunk;

	if (index < ASPAN_STACK_FIRST) {
		return &stack->first[1 + index];
	}
	chunk = 31 - (unsigned int) __builtin_clz(index) - ASPAN_STACK_FIRST_SHIFT;
	return &stack->chunks[chunk][index - aspan_stack_chunk_base(chunk)];
}

static inline const struct aspan_entry *aspan_stack_bottom(const struct allocspan_fiber *stack)
{
	return &stack->first[0];
}

static inline bool aspan_stack_is_empty(const struct allocspan_fiber *stack)
{
	return stack->top == aspan_stack_bottom(stack);
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
 * The stack and a free entry of this thread; NULL if there is no memory, which is counted as misuse, or if the thread has ended,
 * which is counted as a loss.
 */
ASPAN_SLOW struct aspan_entry *aspan_stack_make_room(void *ip);

/* The entry after the innermost one, which the next push takes, if it is free; else NULL. */
static inline struct aspan_entry *aspan_stack_find_room(const struct allocspan_fiber *stack)
{
	struct aspan_entry *entry;

	if (aspan_unlikely(!stack)) {
		return NULL;
	}
	entry = stack->top + 1;
	return aspan_likely(atomic_load_explicit(&entry->serial, memory_order_relaxed) ==
			    ASPAN_SERIAL_FREE) ?
		       entry :
		       NULL;
}

/* Enters with a free entry of the thread's current stack: see ordering 1. `span` is ignored for a token. */
static inline struct allocspan_guard aspan_stack_push(struct aspan_thread *thread,
						      struct allocspan_fiber *stack,
						      struct aspan_entry *entry, uint32_t slot,
						      struct allocspan_span *span, uint64_t span_id,
						      enum aspan_entry_kind kind)
{
	uint64_t serial = stack->last_serial + ASPAN_SERIAL_STEP;
	uint64_t place = entry->place;

	stack->last_serial = serial;
	serial |= kind;
	/* Relaxed stores: read by reclaim.c, ordered by membarrier or the lock (ordering 2). */
	atomic_store_explicit(&entry->serial, serial, memory_order_relaxed);
	aspan_signal_fence();
	atomic_store_explicit(&entry->slot, slot, memory_order_relaxed);
	entry->outer_slot = thread->active_slot;
	entry->below = stack->top;
	if (kind != ASPAN_ENTRY_TOKEN) {
		atomic_store_explicit(&entry->span, span, memory_order_relaxed);
		entry->outer_span_id = thread->span_id;
	}
	aspan_signal_fence();
	stack->top = entry;
	aspan_signal_fence();
	if (kind != ASPAN_ENTRY_TOKEN) {
		thread->span_id = span_id;
	}
	if (kind != ASPAN_ENTRY_SPAN || slot != ASPAN_SLOT_INHERIT) {
		thread->active_slot = slot;
	}
	return (struct allocspan_guard){
		.serial = serial,
		.stack_id = (uint32_t) place,
		.index = (uint32_t) (place >> 32),
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
}

/* Takes any entry off, innermost or not. */
void aspan_stack_remove(struct aspan_thread *thread, struct allocspan_fiber *stack,
			struct aspan_entry *entry);

/* Makes another stack current on this thread: saves what is active, and restores what was there. */
void aspan_stack_switch(struct aspan_thread *thread, struct allocspan_fiber *stack);

#endif

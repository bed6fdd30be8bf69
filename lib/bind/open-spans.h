/* SPDX-License-Identifier: MIT */
/*
 * What a thread has begun and not ended: for each open pair of events, the guard of its span.
 *
 * The big picture
 * ---------------
 *
 *    thread --> entries:  0             1               2              count = 3
 *                        [binding A]   [binding M,     [binding B]
 *                                       key 42]
 *
 * Pairs that the thread matches nest like brackets: ending A also ends B, which was never ended (an exception left it), but
 * not M, which is matched by its key and may go on.
 *
 * Ordering
 * --------
 * 1. Only the thread itself adds and removes entries; a signal handler of it may do so between any two instructions, and leaves the
 *    count as it found it unless its own events are unbalanced. So adding reserves the entry first (count), then fills it, then
 *    opens it (state); removing frees it first.
 * 2. Other threads only ever turn the state of an entry from open to ended, with a compare-and-exchange that
 *    knows the entry's serial number, and then raise the thread's `has_ended_entries`. They hold the lock THREADS, and so
 *    does the thread when it makes its array larger or ends.
 * 3. The thread looks at that flag at the start of each probe, and leaves what was ended.
 */
#ifndef ASPAN_BIND_OPEN_SPANS_H
#define ASPAN_BIND_OPEN_SPANS_H

#include <allocspan/guard.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"

struct allocspan_binding;
struct allocspan_span;
struct aspan_bind_point;
struct aspan_bind_registers;

/* In the low bits of an entry's state; its serial number is above them. */
enum aspan_bind_entry_state {
	ASPAN_BIND_ENTRY_FREE = 0,
	ASPAN_BIND_ENTRY_RESERVED = 1,
	ASPAN_BIND_ENTRY_OPEN = 2,
	ASPAN_BIND_ENTRY_ENDED = 3, /* by another thread */
};

#define ASPAN_BIND_ENTRY_STATE_MASK UINT64_C(3)
#define ASPAN_BIND_ENTRY_SERIAL_STEP UINT64_C(4)

struct aspan_bind_entry {
	_Atomic uint64_t state;
	_Atomic(struct allocspan_binding *) binding;
	_Atomic uint64_t key; /* of a pair that is matched by one */
	struct allocspan_guard guard;
};

static inline enum aspan_bind_entry_state
aspan_bind_entry_state(const struct aspan_bind_entry *entry)
{
	return (enum aspan_bind_entry_state)(
		atomic_load_explicit(&entry->state, memory_order_relaxed) &
		ASPAN_BIND_ENTRY_STATE_MASK);
}

static inline bool aspan_bind_entry_is_of(const struct aspan_bind_entry *entry,
					  const struct allocspan_binding *binding)
{
	return atomic_load_explicit(&entry->binding, memory_order_relaxed) == binding;
}

static inline bool aspan_bind_entry_has_key(const struct aspan_bind_entry *entry, uint64_t key)
{
	return atomic_load_explicit(&entry->key, memory_order_relaxed) == key;
}

struct aspan_bind_thread {
	_Atomic uint32_t count;
	_Atomic bool has_ended_entries;
	uint32_t capacity;
	uint64_t last_serial;
	struct aspan_bind_entry *entries;
	struct aspan_bind_thread *previous; /* the list is protected by the lock THREADS */
	struct aspan_bind_thread *next;
};

extern ASPAN_TLS struct aspan_bind_thread *aspan_bind_thread;

/* Prepares for threads that end. Call once. */
void aspan_bind_threads_init(void);

ASPAN_SLOW struct aspan_bind_thread *aspan_bind_thread_make(void);

/* Twice as many entries; called by the thread itself. False without memory. */
ASPAN_SLOW bool aspan_bind_thread_grow(struct aspan_bind_thread *thread);

/* Leaves what the thread is still inside of: at its end. */
void aspan_bind_thread_leave(struct aspan_bind_thread *thread);

/* Leaves what other threads ended. */
ASPAN_SLOW void aspan_bind_thread_settle(struct aspan_bind_thread *thread);

/* The record of this thread, ready for an event; NULL without memory or when the thread has ended. */
static inline struct aspan_bind_thread *aspan_bind_thread_get(void)
{
	struct aspan_bind_thread *thread = aspan_bind_thread;

	if (aspan_unlikely(!thread)) {
		return aspan_bind_thread_make();
	}
	/* Pairs with the release in end_entry(). */
	if (aspan_unlikely(
		    atomic_load_explicit(&thread->has_ended_entries, memory_order_acquire))) {
		aspan_bind_thread_settle(thread);
	}
	return thread;
}

static inline bool aspan_bind_has_open(const struct aspan_bind_thread *thread)
{
	return atomic_load_explicit(&thread->count, memory_order_relaxed) > 0;
}

/* Enters the span and keeps its guard. */
void aspan_bind_open(struct aspan_bind_thread *thread, struct allocspan_binding *binding,
		     uint64_t key, struct allocspan_span *span, void *ip);

/*
 * Ends the innermost open pair of a binding, with what was begun inside, which is counted as never ended; but not pairs of
 * other bindings that the same event concerns, whose own probes come in whatever order. `end` is the point that was reached, or
 * NULL where a begin shows that there was none. False if no pair is open.
 */
bool aspan_bind_close(struct aspan_bind_thread *thread, const struct allocspan_binding *binding,
		      const struct aspan_bind_point *end,
		      const struct aspan_bind_registers *registers);

/* Ends the open pair of a binding that has a key. False if this thread has none. */
bool aspan_bind_close_key(struct aspan_bind_thread *thread, struct allocspan_binding *binding,
			  uint64_t key, bool is_unended, void *ip);

/* The same on whatever thread has one. False if none has. */
bool aspan_bind_end_elsewhere(const struct allocspan_binding *binding, uint64_t key);

/* Ends all open pairs of a binding, on all threads; they are left when their threads settle. */
void aspan_bind_end_all(const struct allocspan_binding *binding);

/* Only the calling thread is in the child of fork. Call with the lock THREADS held. */
void aspan_bind_threads_after_fork(void);

#endif

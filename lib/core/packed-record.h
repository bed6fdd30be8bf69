/* SPDX-License-Identifier: MIT */
/*
 * Packed recording, as record.c sees it: a tracked block, allocated or about to be freed, goes into the thread's ring.
 *
 * The big picture
 * ---------------
 *
 *    record.c --> packed-record.h --> ring of the thread --> packed-consumer.c --> encoder --> LTTng
 *                 (inline push)       (packed-ring.h)        run by whoever has the source's lock:
 *                                                            the thread itself, where its ring is half full, it ends, forks
 *                                                            or exits; the helper (packed-helper.c) and reclaim.c, for all
 *
 * A ring is open while the helper runs. Where it is closed (the first time, after a session ended, where there can be
 * no helper, after the process's exit handlers), the slow path opens it, or pushes and records at once.
 *
 * Nothing is dropped here, but where there is no memory for a ring, and what others push while a thread ends the program
 * (trace-end.h); the records are numbered, so a reader sees that.
 */
#ifndef ASPAN_CORE_PACKED_RECORD_H
#define ASPAN_CORE_PACKED_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "packed-ring.h"
#include "record.h"
#include "thread.h"
#include "trace-kind.h"
#include "trace.h"

ASPAN_SLOW void aspan_packed_push_slow(struct aspan_packed_words words);

/* Budget: 3 ns and what reading the time-stamp counter takes. */
static inline void aspan_packed_push(struct aspan_thread *thread, struct aspan_packed_words words)
{
	struct aspan_packed_ring *ring = thread->packed_ring;

	if (aspan_likely(ring && aspan_packed_ring_push(ring, aspan_record_slot(thread),
							thread->span_id, words))) {
		return;
	}
	aspan_packed_push_slow(words);
}

/* After a block was allocated and counted. */
static inline void aspan_packed_alloc(struct aspan_thread *thread, const void *address,
				      size_t size_bytes, uint32_t slot, enum aspan_trace_kind kind,
				      const void *ip)
{
	if (aspan_trace_enabled(packed_events)) {
		aspan_packed_push(thread,
				  aspan_packed_words(slot, address, size_bytes, kind, ip, false));
	}
}

/* Before a block is counted as freed; its group may be gone afterwards. */
static inline void aspan_packed_free(struct aspan_thread *thread, const void *address,
				     size_t size_bytes, uint32_t slot, enum aspan_trace_kind kind,
				     const void *ip)
{
	/* LTTng freeing a tracked block while it records must not come back to it. */
	if (aspan_trace_enabled(packed_events) && !(thread->busy & ASPAN_BUSY_TRACER)) {
		aspan_packed_push(thread,
				  aspan_packed_words(slot, address, size_bytes, kind, ip, true));
	}
}

/*
 * Encodes all that waits in rings. Then no record mentions a group that nobody has active and of which no block lives,
 * unless this returns false: a thread is in the middle of a push, and a handler of it may have pushed such a record. May
 * be called with the lock held, and in a signal handler.
 */
bool aspan_packed_encode(void);

/* Afterwards, and before a slot becomes another group's. */
void aspan_packed_slots_change(void);

/* Whether nothing waits in rings anyway. */
bool aspan_packed_is_encoded(void);

/* Records all that waits. May be called in a signal handler. */
void aspan_packed_flush(void);

/* The same for the thread that ends the program (trace-end.h): afterwards no thread is recording, and all rings are closed. */
void aspan_packed_end(void);

/* The thread ends: its records are recorded, and its ring is given back. */
void aspan_packed_thread_end(struct aspan_thread *thread);

/* Before fork(): what this thread has recorded is the parent's. Without the lock. */
void aspan_packed_before_fork(void);

/* In a child, before the ledger forgets its parent's: what waits there is the parent's, and so are the rings. With the lock held, or alone. */
void aspan_packed_forget_ledger(void);

/* The child begins with empty rings. Call with the lock held. */
void aspan_packed_after_fork(void);

/* At the process's end: what waits is recorded, and from now on everything at once. */
void aspan_packed_finish(void);

#endif

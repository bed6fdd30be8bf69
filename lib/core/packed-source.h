/* SPDX-License-Identifier: MIT */
/*
 * A source of packed events: a thread's ring with all that turns its records into events.
 *
 * The lock of a source makes its holder the ring's consumer. It is taken with all signals blocked, after the library's lock
 * (lock.h) if both are needed, and nothing is done under it but encoding and recording.
 *
 * A record that was reserved and is not published stops the consumer: what is behind it was pushed by a handler that
 * interrupted its push, and waits until that goes on. A thread that never goes on (it left the handler by a
 * longjmp(), or was cancelled) must not stop its records for ever, nor may its place be used for another record as
 * long as it could still write there. So a source in which a record is stuck is retired: its thread goes on with another one,
 * the records behind are recorded, and the place is looked at until the thread ends. What is stuck keeps its number: a reader
 * sees a gap, which is filled if the record comes.
 */
#ifndef ASPAN_CORE_PACKED_SOURCE_H
#define ASPAN_CORE_PACKED_SOURCE_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "packed-clock.h"
#include "packed-encode.h"
#include "packed-ring.h"
#include "packed-slab.h"

#define ASPAN_PACKED_NAME_BYTES 16

/* How long a record may be reserved and not published, while records behind it are, before the source is retired. */
#define ASPAN_PACKED_STUCK_NS UINT64_C(100000000)

/*
 * What waits there is its process's: a child that recorded it would do so twice. So private memory is wiped in a child by the kernel,
 * also in one that was made without the C library's fork(), which calls no handlers; what must not be wiped is its link. A part of
 * the ledger cannot be wiped: the child forgets it when it is known as one (life.h), before it records anything.
 */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): the ring is on pages of its own */
struct aspan_packed_source {
	/* First: a thread knows its source by it. On pages of its own, so that clearing it is giving them back. */
	_Alignas(ASPAN_PACKED_SLAB_LINKS_BYTES) struct aspan_packed_ring ring;
	/* Protected by the lock. */
	pthread_mutex_t lock;
	bool is_open;
	bool is_retired;
	uint64_t
		next_index; /* of a retired one: the number of the first record of the source after it */
	uint64_t stuck_at; /* the position of the record that is not published, */
	uint64_t stuck_since_ns; /* and since when; 0 if there is none */
	uint64_t mark; /* what is encoded: lib/ledger/layout-rings.h */
	int32_t vpid; /* 0 in memory that was wiped, or is not used */
	int32_t vtid;
	char thread_name[ASPAN_PACKED_NAME_BYTES];
	_Atomic bool has_encoded; /* records wait in the encoder; may be read without the lock */
	uint32_t slots_round; /* see aspan_packed_consumer_slots_change() */
	struct aspan_packed_piece piece;
	struct aspan_packed_encoder encoder;
};

static inline struct aspan_packed_link *
aspan_packed_source_link(const struct aspan_packed_source *source)
{
	return aspan_packed_slab_link(source, sizeof(*source));
}

/* The source of a thread that has made `record_index` records so far, for the calling thread; NULL without memory. */
struct aspan_packed_source *aspan_packed_source_create(uint64_t record_index);

/* In a child: forgets all that are the parent's ledger's. Call with the lock held, or alone, before the ledger forgets them. */
void aspan_packed_source_forget_ledger(void);

/* In the child of fork, before each is reset: nothing of the parent is unused. */
void aspan_packed_source_begin_reset(void);

/* Keeps the memory for the next one. Nobody may push any more. */
void aspan_packed_source_destroy(struct aspan_packed_source *source);

/* All that were ever made. */
struct aspan_packed_source *aspan_packed_source_first(void);

static inline struct aspan_packed_source *
aspan_packed_source_next(const struct aspan_packed_source *source)
{
	return aspan_packed_source_link(source)->next;
}

static inline struct aspan_packed_source *aspan_packed_source_of(struct aspan_packed_ring *ring)
{
	return (struct aspan_packed_source *) ring;
}

/* Makes the caller the consumer; the signals are those to restore. */
void aspan_packed_source_lock(struct aspan_packed_source *source, sigset_t *signals);
void aspan_packed_source_unlock(struct aspan_packed_source *source, const sigset_t *signals);

/* The same if nobody else is. */
bool aspan_packed_source_try_lock(struct aspan_packed_source *source, sigset_t *signals);

static inline uint64_t aspan_packed_source_tail(struct aspan_packed_source *source)
{
	/* Acquire: for those without the lock. Pairs with the store in packed-consumer.c, move_tail(). */
	return atomic_load_explicit(&source->ring.tail, memory_order_acquire);
}

/* Whether there is nothing in the ring. */
bool aspan_packed_source_is_encoded(struct aspan_packed_source *source);

/* Whether there is nothing to record, neither in the ring nor in the encoder. */
bool aspan_packed_source_is_empty(struct aspan_packed_source *source);

/* Makes the calling thread the one whose records these are, if memory was wiped. */
void aspan_packed_source_adopt(struct aspan_packed_source *source);

/*
 * Forgets what the parent's threads pushed, in the child of fork: nobody holds the lock or pushes any more. With
 * `is_interrupted`, what the forking signal handler interrupted still writes there, and it is never used again.
 */
void aspan_packed_source_reset_after_fork(struct aspan_packed_source *source, bool is_interrupted);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The ring of packed records of one thread.
 *
 * The big picture
 * ---------------
 *
 *      tail                        head              limit
 *       v                           v                  v
 *    [ # # # # # # # # # # # # . #  _ _ _ _ _ _ _ _ _ _ ]        positions grow for ever; the place is the position modulo the size
 *       '--- published -----' '- reserved, not yet published
 *
 * The producer is the thread, with signal handlers that interrupt it anywhere. It reserves by moving `head`, fills the
 * record, and publishes it by its stamp. The consumer, who has the ring's lock (packed-flush.h), takes published
 * records from `tail` on, sets their stamps to 0, and moves `tail` and `limit`.
 *
 * A record of the kind ASPAN_PACKED_KIND_STATE says which group and which span are the current ones for the records after it. The
 * ring knows what the last of these said, so only a change makes one: guards and spans pay nothing.
 *
 * Ordering
 * --------
 * 1. A record is filled before its stamp is stored (release); the consumer loads the stamp (acquire), then the record.
 * 2. The consumer zeroes a stamp before it moves `limit` past that place (release); the producer loads `limit` (acquire)
 *    before it reserves. So a place is never reserved before it has been taken.
 * 3. `head` is moved by one instruction that fails if a handler has moved it since it was read. So between looking at the
 *    state and reserving, no handler has pushed, and what it pushes later is behind.
 * 4. While a change of the state is pushed, `state_slot` is a number that no other change has. A handler that finds
 *    such a number pushes its own state in any case, and leaves a number of its own; then the interrupted one finds
 *    it, and leaves ASPAN_PACKED_SLOT_UNKNOWN. So whatever `state_slot` says otherwise is what the last record says.
 * 5. Each handler on the way between looking at `limit` and reserving takes two places at most: ASPAN_PACKED_MARGIN is for them.
 * 6. `head` is moved with release, and loaded with acquire by who encodes: so what the thread knew of slots when it pushed is
 *    known to the encoder (packed-consumer.c, find_end()).
 */
#ifndef ASPAN_CORE_PACKED_RING_H
#define ASPAN_CORE_PACKED_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "group-stack.h"
#include "packed-clock.h"

#define ASPAN_PACKED_RECORDS UINT64_C(1024)
#define ASPAN_PACKED_MARGIN UINT64_C(64)
/* So many may be waiting; and with so many the thread encodes them. */
#define ASPAN_PACKED_FULL (ASPAN_PACKED_RECORDS - ASPAN_PACKED_MARGIN)
#define ASPAN_PACKED_HALF (ASPAN_PACKED_FULL / 2)

/* A kind beside those of trace-kind.h: there are three bits. */
#define ASPAN_PACKED_KIND_STATE UINT64_C(7)
#define ASPAN_PACKED_KIND_MASK UINT64_C(7)

/* A value of `state_slot` that is no thread's `active_slot`, and the bit that marks a change (ordering 4). */
#define ASPAN_PACKED_SLOT_UNKNOWN ((uint32_t) ASPAN_SLOT_INHERIT)
#define ASPAN_PACKED_SLOT_CHANGING (UINT32_C(1) << 31)

/*
 * What a record says, in three words. The address of a block is a multiple of 8; sizes have 54 bits, as in the
 * owner map; code has addresses of 48 bits.
 *
 *    address:  | address: 61 bits                      | kind: 3 bits |
 *    site:     | size, high 16 bits | call site: 48 bits              |
 *    owner:    | size, low 38 bits | is free: 1 bit | slot: 25 bits   |
 *
 *    of a state:  address: the slot as in aspan_thread.active_slot, and the kind; owner: the span
 */
struct aspan_packed_words {
	uint64_t address;
	uint64_t site;
	uint64_t owner;
};

#define ASPAN_PACKED_SLOT_BITS 25
#define ASPAN_PACKED_SIZE_SHIFT (ASPAN_PACKED_SLOT_BITS + 1)
#define ASPAN_PACKED_SITE_BITS 48
#define ASPAN_PACKED_LOW_SIZE_BITS (64 - ASPAN_PACKED_SIZE_SHIFT)
#define ASPAN_PACKED_IS_FREE (UINT64_C(1) << ASPAN_PACKED_SLOT_BITS)

static inline struct aspan_packed_words aspan_packed_words(uint32_t slot, const void *address,
							   size_t size_bytes, unsigned int kind,
							   const void *ip, bool is_free)
{
	return (struct aspan_packed_words){
		.address = (uintptr_t) address | kind,
		.site = ((uintptr_t) ip & ((UINT64_C(1) << ASPAN_PACKED_SITE_BITS) - 1)) |
			(uint64_t) size_bytes >> ASPAN_PACKED_LOW_SIZE_BITS
							 << ASPAN_PACKED_SITE_BITS,
		.owner = slot | (is_free ? ASPAN_PACKED_IS_FREE : 0) |
			 (uint64_t) size_bytes << ASPAN_PACKED_SIZE_SHIFT,
	};
}

static inline struct aspan_packed_words aspan_packed_state_words(uint32_t slot, uint64_t span_id)
{
	return (struct aspan_packed_words){
		.address = (uint64_t) slot << 3 | ASPAN_PACKED_KIND_STATE,
		.owner = span_id,
	};
}

struct aspan_packed_record {
	_Atomic uint64_t stamp; /* 0: not published */
	struct aspan_packed_words words;
};

/*
 * The part of a ring that the hot path knows. Zeroed memory is a ring that is closed. The padding keeps what the two sides
 * write on cache lines of their own.
 */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct aspan_packed_ring {
	/* Written by the producer. */
	_Atomic uint64_t head;
	uint64_t state_span_id;
	_Atomic uint32_t state_slot;
	uint32_t last_change; /* gives the numbers of ordering 4 */
	/* Written by the consumer; the producer moves `limit` from half to full, too. */
	_Alignas(64) _Atomic uint64_t limit; /* below this the producer may reserve; 0: closed */
	_Atomic uint64_t tail;
	uint64_t
		usable; /* `limit` is not above it: the places behind are not reserved memory yet */
	_Alignas(64) struct aspan_packed_record records[ASPAN_PACKED_RECORDS];
};

static inline struct aspan_packed_record *aspan_packed_ring_at(struct aspan_packed_ring *ring,
							       uint64_t position)
{
	return &ring->records[position & (ASPAN_PACKED_RECORDS - 1)];
}

/* Moves `head`, unless it has been moved (ordering 3). Only this thread's handlers interfere. */
static inline bool aspan_packed_ring_reserve(struct aspan_packed_ring *ring, uint64_t from,
					     uint64_t to)
{
#if defined(__x86_64__) && !ASPAN_THREAD_SANITIZER
	bool is_moved;

	__asm__ volatile("cmpxchgq %[to], %[head]"
			 : [head] "+m"(ring->head), "+a"(from), "=@ccz"(is_moved)
			 : [to] "r"(to)
			 : "memory");
	return is_moved;
#else
	/* Release: ordering 6. */
	return atomic_compare_exchange_strong_explicit(&ring->head, &from, to, memory_order_release,
						       memory_order_relaxed);
#endif
}

/* Fills and publishes a reserved record (ordering 1). */
static inline void aspan_packed_ring_publish(struct aspan_packed_ring *ring, uint64_t position,
					     struct aspan_packed_words words)
{
	struct aspan_packed_record *record = aspan_packed_ring_at(ring, position);

	record->words = words;
	atomic_store_explicit(&record->stamp, aspan_packed_clock_stamp(), memory_order_release);
}

/*
 * Pushes a record in the ordinary case: there is room, and the state is the last one's. False if it is not, and
 * nothing was done.
 */
static inline bool aspan_packed_ring_push(struct aspan_packed_ring *ring, uint32_t slot,
					  uint64_t span_id, struct aspan_packed_words words)
{
	uint64_t position = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint64_t limit = atomic_load_explicit(&ring->limit, memory_order_acquire);
	uint64_t difference =
		(atomic_load_explicit(&ring->state_slot, memory_order_relaxed) ^ slot) |
		(ring->state_span_id ^ span_id);

	if (aspan_unlikely(position >= limit || difference ||
			   !aspan_packed_ring_reserve(ring, position, position + 1))) {
		return false;
	}
	aspan_packed_ring_publish(ring, position, words);
	return true;
}

/* The first places of a ring whose memory is reserved on demand, and how many bytes of it they take. */
#define ASPAN_PACKED_FIRST_BYTES ((size_t) 8192)
#define ASPAN_PACKED_FIRST_PLACES                                                                  \
	((ASPAN_PACKED_FIRST_BYTES - offsetof(struct aspan_packed_ring, records)) /                \
	 sizeof(struct aspan_packed_record))

/* Makes zeroed memory, but for `usable`, the ring of a thread that has pushed nothing. */
void aspan_packed_ring_init(struct aspan_packed_ring *ring);

/* The limit of which no more than `waiting` records are behind the tail. */
static inline uint64_t aspan_packed_ring_limit(const struct aspan_packed_ring *ring, uint64_t tail,
					       uint64_t waiting)
{
	return tail + waiting < ring->usable ? tail + waiting : ring->usable;
}

/* Pushes a state and a record after it. There must be room. */
void aspan_packed_ring_push_state(struct aspan_packed_ring *ring, uint32_t slot, uint64_t span_id,
				  struct aspan_packed_words words);

static inline bool aspan_packed_ring_has_room(struct aspan_packed_ring *ring)
{
	return atomic_load_explicit(&ring->head, memory_order_relaxed) <
	       atomic_load_explicit(&ring->limit, memory_order_acquire);
}

static inline bool aspan_packed_ring_is_open(struct aspan_packed_ring *ring)
{
	return atomic_load_explicit(&ring->limit, memory_order_acquire) != 0;
}

/*
 * Where the thread cannot encode: lets the producer use the rest of the ring. False if it is full, closed or has been
 * emptied meanwhile; then look again.
 */
bool aspan_packed_ring_use_rest(struct aspan_packed_ring *ring);

#endif

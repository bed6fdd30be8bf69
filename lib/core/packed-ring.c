/* SPDX-License-Identifier: MIT */
/*
 * See packed-ring.h.
 */
#include "packed-ring.h"

void aspan_packed_ring_init(struct aspan_packed_ring *ring)
{
	if (!ring->usable) {
		ring->usable = UINT64_MAX;
	}
	atomic_store_explicit(&ring->state_slot, ASPAN_PACKED_SLOT_UNKNOWN, memory_order_relaxed);
}

/* A number that no change has which is under way: an interrupted one is never 2^31 changes old. */
static uint32_t begin_change(struct aspan_packed_ring *ring)
{
	return ASPAN_PACKED_SLOT_CHANGING | ++ring->last_change;
}

static uint64_t reserve_two(struct aspan_packed_ring *ring)
{
	uint64_t position;

	do {
		position = atomic_load_explicit(&ring->head, memory_order_relaxed);
	} while (!aspan_packed_ring_reserve(ring, position, position + 2));
	return position;
}

void aspan_packed_ring_push_state(struct aspan_packed_ring *ring, uint32_t slot, uint64_t span_id,
				  struct aspan_packed_words words)
{
	uint32_t before = atomic_load_explicit(&ring->state_slot, memory_order_relaxed);
	uint32_t change = begin_change(ring);
	uint64_t position;

	atomic_store_explicit(&ring->state_slot, change, memory_order_relaxed);
	aspan_signal_fence();
	position = reserve_two(ring);
	aspan_packed_ring_publish(ring, position, aspan_packed_state_words(slot, span_id));
	aspan_packed_ring_publish(ring, position + 1, words);
	aspan_signal_fence();
	if (before & ASPAN_PACKED_SLOT_CHANGING) {
		/* We interrupted a change, which must find that it was not alone. */
		return;
	}
	/* Nobody believes it before state_slot says the slot. */
	ring->state_span_id = span_id;
	aspan_signal_fence();
	if (!atomic_compare_exchange_strong_explicit(&ring->state_slot, &change, slot,
						     memory_order_relaxed, memory_order_relaxed)) {
		atomic_store_explicit(&ring->state_slot, ASPAN_PACKED_SLOT_UNKNOWN,
				      memory_order_relaxed);
	}
}

bool aspan_packed_ring_use_rest(struct aspan_packed_ring *ring)
{
	uint64_t limit = atomic_load_explicit(&ring->limit, memory_order_acquire);
	/* Acquire: orders what the consumer did with the places before (ordering 2). */
	uint64_t full = aspan_packed_ring_limit(
		ring, atomic_load_explicit(&ring->tail, memory_order_acquire), ASPAN_PACKED_FULL);

	if (limit == 0 || limit >= full) {
		return false;
	}
	/* Not if the consumer has moved or closed it since. */
	return atomic_compare_exchange_strong_explicit(&ring->limit, &limit, full,
						       memory_order_acq_rel, memory_order_acquire);
}

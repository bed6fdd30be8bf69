/* SPDX-License-Identifier: MIT */
/*
 * See packed-consumer.h.
 */
#include "packed-consumer.h"

#include "packed-format.h"
#include "packed-source-ledger.h"
#include "trace.h"

/* The stamp of a record of a retired source that has been taken. No clock shows it. */
#define STAMP_TAKEN ASPAN_LEDGER_STAMP_TAKEN

_Atomic bool aspan_packed_is_finished;

/* How often slots have changed. */
static _Atomic uint32_t slots_round;

static void note_encoded(struct aspan_packed_source *source)
{
	atomic_store_explicit(&source->has_encoded, source->encoder.record_count > 0,
			      memory_order_relaxed);
}

/* Records what is encoded, if a session still wants it. It is the encoder's until it is recorded: the process may end meanwhile. */
static void write_event(struct aspan_packed_source *source)
{
	struct aspan_packed_event event = {
		.vpid = source->vpid,
		.vtid = source->vtid,
		.thread_name = source->thread_name,
	};

	if (!aspan_packed_encoder_finish(&source->encoder, &event)) {
		return;
	}
	if (aspan_trace_enabled(packed_events)) {
		event.flush_ns = aspan_packed_clock_now_ns();
		aspan_trace_emit_to_the_end(packed_events, &event, NULL);
	}
	aspan_packed_encoder_begin_next(&source->encoder);
}

/* The record at `position` is in the encoder, or passed over, from here on (lib/ledger/layout-rings.h). */
static inline void mark_encoded(struct aspan_packed_source *source, uint64_t position)
{
	uint64_t next_index = source->encoder.record_index + source->encoder.record_count;

	/* Against the compiler: who reads it does so when this process has ended. */
	aspan_signal_fence();
	source->mark = next_index << 32 | (uint32_t) (position + 1);
	aspan_signal_fence();
}

static void encode(struct aspan_packed_source *source, const struct aspan_packed_record *record,
		   uint64_t position, uint64_t stamp)
{
	uint64_t ns = aspan_packed_clock_ns(&source->piece, stamp);

	while (!aspan_packed_encoder_add(&source->encoder, &record->words, ns)) {
		write_event(source);
	}
	mark_encoded(source, position);
}

/* How far the producer may go while nobody consumes. */
static uint64_t limit_after(const struct aspan_packed_source *source, uint64_t tail)
{
	return source->is_open ? aspan_packed_ring_limit(&source->ring, tail, ASPAN_PACKED_HALF) :
				 0;
}

static void move_tail(struct aspan_packed_source *source, uint64_t tail, uint64_t limit)
{
	/* Pairs with aspan_packed_source_tail(). */
	atomic_store_explicit(&source->ring.tail, tail, memory_order_release);
	/* Pairs with the producer's loads (packed-ring.h, ordering 2). */
	atomic_store_explicit(&source->ring.limit, limit, memory_order_release);
}

void aspan_packed_consumer_slots_change(void)
{
	/* Pairs with the load in find_end(): a group that gets the slot is registered afterwards. */
	atomic_fetch_add_explicit(&slots_round, 1, memory_order_release);
}

/* How far the ring is filled; what mentions a slot that was used again before that is encoded as such. */
static uint64_t find_end(struct aspan_packed_source *source)
{
	/* Acquire: pairs with aspan_packed_ring_reserve(), so the round is not older than the records. */
	uint64_t end = atomic_load_explicit(&source->ring.head, memory_order_acquire);
	uint32_t round = atomic_load_explicit(&slots_round, memory_order_acquire);

	if (aspan_unlikely(source->slots_round != round)) {
		source->slots_round = round;
		aspan_packed_encoder_forget_groups(&source->encoder);
	}
	return end;
}

/* Encodes from the tail to the first record that is not published, but not beyond `end`; gives where that is. */
static uint64_t take_published(struct aspan_packed_source *source, uint64_t tail, uint64_t end)
{
	while (tail != end) {
		struct aspan_packed_record *record = aspan_packed_ring_at(&source->ring, tail);
		/* Pairs with the store in aspan_packed_ring_publish() (ordering 1). */
		uint64_t stamp = atomic_load_explicit(&record->stamp, memory_order_acquire);

		if (!stamp) {
			break;
		}
		encode(source, record, tail, stamp);
		/* Ordered by the limit (ordering 2). */
		atomic_store_explicit(&record->stamp, 0, memory_order_relaxed);
		tail++;
	}
	return tail;
}

/* Encodes what is behind records that are not published, too. */
static void encode_retired(struct aspan_packed_source *source)
{
	uint64_t tail = aspan_packed_source_tail(source);
	uint64_t end = find_end(source);

	for (uint64_t at = tail; at != end; at++) {
		struct aspan_packed_record *record = aspan_packed_ring_at(&source->ring, at);
		uint64_t stamp = atomic_load_explicit(&record->stamp, memory_order_acquire);

		if (stamp > STAMP_TAKEN) {
			encode(source, record, at, stamp);
			stamp = STAMP_TAKEN;
			/* Nobody uses this place again. */
			atomic_store_explicit(&record->stamp, stamp, memory_order_relaxed);
		}
		if (stamp && at == tail) {
			tail++;
		}
	}
	move_tail(source, tail, 0);
}

/*
 * A thread may push while its ring is being closed. If the next session has begun by then, that record is of this one;
 * which cannot be known, but what is older than any record of a session that goes on can be, is of the last.
 */
static void discard_old(struct aspan_packed_source *source)
{
	uint64_t now_ns = aspan_packed_clock_now_ns();
	uint64_t tail = aspan_packed_source_tail(source);
	uint64_t end = atomic_load_explicit(&source->ring.head, memory_order_relaxed);

	for (; tail != end; tail++) {
		struct aspan_packed_record *record = aspan_packed_ring_at(&source->ring, tail);
		/* As in take_published(). */
		uint64_t stamp = atomic_load_explicit(&record->stamp, memory_order_acquire);

		if (!stamp ||
		    aspan_packed_clock_ns(&source->piece, stamp) + ASPAN_PACKED_MAX_AGE_NS >
			    now_ns) {
			break;
		}
		aspan_packed_encoder_skip(&source->encoder, &record->words);
		mark_encoded(source, tail);
		atomic_store_explicit(&record->stamp, 0, memory_order_relaxed);
	}
	move_tail(source, tail, 0);
}

static void discard_old_unless_current(struct aspan_packed_source *source)
{
	if (!source->is_open && !source->is_retired &&
	    !atomic_load_explicit(&aspan_packed_is_finished, memory_order_relaxed)) {
		discard_old(source);
	}
}

/* See aspan_packed_consumer_encode(); without has_encoded. */
static bool encode_published(struct aspan_packed_source *source)
{
	uint64_t tail = aspan_packed_source_tail(source);
	uint64_t end = find_end(source);

	if (source->is_retired) {
		encode_retired(source);
		return true;
	}
	aspan_packed_source_make_usable(source, end);
	if (source->is_open) {
		/* The thread, if it is not the caller, need not wait. */
		move_tail(source, tail,
			  aspan_packed_ring_limit(&source->ring, tail, ASPAN_PACKED_FULL));
	}
	tail = take_published(source, tail, end);
	move_tail(source, tail, limit_after(source, tail));
	return tail == end;
}

bool aspan_packed_consumer_encode(struct aspan_packed_source *source)
{
	bool is_all;

	discard_old_unless_current(source);
	is_all = encode_published(source);
	if (!source->is_open) {
		/* Nobody would come for it. */
		write_event(source);
	}
	note_encoded(source);
	return is_all;
}

bool aspan_packed_consumer_drain(struct aspan_packed_source *source)
{
	bool is_all = encode_published(source);

	write_event(source);
	note_encoded(source);
	return is_all;
}

bool aspan_packed_consumer_empty(struct aspan_packed_source *source)
{
	discard_old_unless_current(source);
	return aspan_packed_consumer_drain(source);
}

void aspan_packed_consumer_open(struct aspan_packed_source *source)
{
	source->is_open = true;
	move_tail(source, aspan_packed_source_tail(source),
		  limit_after(source, aspan_packed_source_tail(source)));
}

void aspan_packed_consumer_close(struct aspan_packed_source *source)
{
	source->is_open = false;
	move_tail(source, aspan_packed_source_tail(source), 0);
}

static uint64_t count_unpublished(struct aspan_packed_source *source)
{
	uint64_t end = atomic_load_explicit(&source->ring.head, memory_order_relaxed);
	uint64_t count = 0;

	for (uint64_t at = aspan_packed_source_tail(source); at != end; at++) {
		const struct aspan_packed_record *record = aspan_packed_ring_at(&source->ring, at);

		count += !atomic_load_explicit(&record->stamp, memory_order_relaxed);
	}
	return count;
}

void aspan_packed_consumer_retire(struct aspan_packed_source *source)
{
	aspan_packed_consumer_close(source);
	source->is_retired = true;
	aspan_packed_consumer_drain(source);
	source->next_index = source->encoder.record_index + count_unpublished(source);
}

static bool is_anything_published(struct aspan_packed_source *source, uint64_t position,
				  uint64_t end)
{
	for (; position != end; position++) {
		const struct aspan_packed_record *record =
			aspan_packed_ring_at(&source->ring, position);

		if (atomic_load_explicit(&record->stamp, memory_order_acquire)) {
			return true;
		}
	}
	return false;
}

void aspan_packed_consumer_retire_if_stuck(struct aspan_packed_source *source)
{
	uint64_t tail = aspan_packed_source_tail(source);
	uint64_t end = atomic_load_explicit(&source->ring.head, memory_order_relaxed);
	uint64_t now_ns;

	if (source->is_retired || !is_anything_published(source, tail, end)) {
		source->stuck_since_ns = 0;
		return;
	}
	now_ns = aspan_packed_clock_now_ns();
	if (!source->stuck_since_ns || source->stuck_at != tail) {
		source->stuck_at = tail;
		source->stuck_since_ns = now_ns;
	} else if (now_ns - source->stuck_since_ns >= ASPAN_PACKED_STUCK_NS) {
		aspan_packed_consumer_retire(source);
	}
}

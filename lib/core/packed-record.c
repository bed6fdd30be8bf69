/* SPDX-License-Identifier: MIT */
/*
 * See packed-record.h: where threads meet their rings.
 */
#include "packed-record.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "ledger.h"
#include "life.h"
#include "packed-consumer.h"
#include "packed-helper.h"

/* So many retired sources a thread may have; then the oldest is used again. */
#define MOST_RETIRED 8

static bool is_finished(void)
{
	return atomic_load_explicit(&aspan_packed_is_finished, memory_order_relaxed);
}

static void block_signals(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, before);
}

static void restore_signals(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* What makes no event is counted; its number is missing between the events, too. */
static void count_unrecorded(struct aspan_packed_words words)
{
	struct aspan_ledger_losses *losses = aspan_ledger_losses();

	atomic_fetch_add_explicit(words.owner & ASPAN_PACKED_IS_FREE ? &losses->unrecorded_frees :
								       &losses->unrecorded_allocs,
				  1, memory_order_relaxed);
}

static struct aspan_packed_source *source_of(const struct aspan_thread *thread)
{
	return thread->packed_ring ? aspan_packed_source_of(thread->packed_ring) : NULL;
}

/* Gives the thread a ring, if it has none; signals are blocked, so that no handler does the same. */
static void attach(struct aspan_thread *thread)
{
	struct aspan_packed_source *source;
	sigset_t signals;

	aspan_thread_watch();
	block_signals(&signals);
	if (!thread->packed_ring && aspan_trace_knows_thread()) {
		source = aspan_packed_source_create(thread->packed_count);
		thread->packed_ring = source ? &source->ring : NULL;
	}
	restore_signals(&signals);
}

/* No thread is interrupted in so many pushes at once: who has more retired ones has left some for ever. */
static void forget_oldest(struct aspan_packed_source *source)
{
	for (int i = 0; i < MOST_RETIRED && source; i++) {
		source = aspan_packed_source_link(source)->older;
	}
	if (source && aspan_packed_source_link(source)->older) {
		aspan_packed_source_destroy(aspan_packed_source_link(source)->older);
		aspan_packed_source_link(source)->older = NULL;
	}
}

/* Gives the thread another ring in the place of a retired one. */
static void replace(struct aspan_thread *thread, struct aspan_packed_source *retired)
{
	struct aspan_packed_source *source;
	sigset_t signals;

	block_signals(&signals);
	if (thread->packed_ring == &retired->ring) {
		source = aspan_packed_source_create(retired->next_index);
		if (source) {
			aspan_packed_source_link(source)->older = retired;
			thread->packed_ring = &source->ring;
			forget_oldest(source);
		}
	}
	restore_signals(&signals);
}

static bool is_full(struct aspan_packed_ring *ring)
{
	return atomic_load_explicit(&ring->head, memory_order_relaxed) >=
	       atomic_load_explicit(&ring->tail, memory_order_relaxed) + ASPAN_PACKED_FULL;
}

/* For the consumer: pushes into a closed ring what is recorded at once. */
static void push_and_record(const struct aspan_thread *thread, struct aspan_packed_source *source,
			    struct aspan_packed_words words)
{
	aspan_packed_ring_push_state(&source->ring, aspan_record_slot(thread), thread->span_id,
				     words);
	aspan_packed_consumer_drain(source);
}

/* Opens the ring if it can be. */
static void open_if_possible(struct aspan_packed_source *source)
{
	if (!is_finished() && aspan_packed_helper_is_there()) {
		aspan_packed_consumer_open(source);
	}
}

/*
 * The ring is full or closed, and we are its consumer. True if the record has been pushed, or is dropped; else there is room now, or
 * the ring is retired.
 */
static bool push_as_consumer(const struct aspan_thread *thread, struct aspan_packed_source *source,
			     struct aspan_packed_words words)
{
	if (aspan_trace_is_over()) {
		count_unrecorded(words);
		return true;
	}
	aspan_packed_source_adopt(source);
	aspan_packed_consumer_empty(source);
	if (!source->is_open && !source->is_retired) {
		open_if_possible(source);
	}
	if (is_full(&source->ring) && !source->is_retired) {
		/* What we interrupted, or left by a longjmp(), is in the way. */
		aspan_packed_consumer_retire(source);
	}
	if (source->is_open || source->is_retired) {
		return false;
	}
	push_and_record(thread, source, words);
	return true;
}

static bool push_or_make_room(struct aspan_thread *thread, struct aspan_packed_source *source,
			      struct aspan_packed_words words)
{
	bool is_pushed;
	bool is_retired;
	sigset_t signals;

	if (!is_finished()) {
		aspan_packed_helper_start();
	}
	aspan_packed_source_lock(source, &signals);
	is_pushed = push_as_consumer(thread, source, words);
	is_retired = source->is_retired;
	aspan_packed_source_unlock(source, &signals);
	if (is_retired) {
		replace(thread, source);
		if (!is_pushed && thread->packed_ring == &source->ring) {
			/* Without memory there is nothing to wait for. */
			count_unrecorded(words);
			return true;
		}
	}
	return is_pushed;
}

/* The thread's end has been noticed: a ring for one record. */
static void push_after_end(struct aspan_thread *thread, struct aspan_packed_words words)
{
	struct aspan_packed_source *source;
	sigset_t signals;
	sigset_t blocked;

	block_signals(&signals);
	source = aspan_trace_is_over() || !aspan_trace_knows_thread() ?
			 NULL :
			 aspan_packed_source_create(thread->packed_count);
	if (source) {
		aspan_packed_source_lock(source, &blocked);
		push_and_record(thread, source, words);
		aspan_packed_source_unlock(source, &blocked);
		aspan_packed_source_destroy(source);
	} else {
		count_unrecorded(words);
	}
	thread->packed_count++;
	restore_signals(&signals);
}

/* Makes room in an open ring that is half full, unless the helper is at it; true if there is room. */
static bool encode_own(struct aspan_packed_source *source)
{
	bool has_room;
	sigset_t signals;

	if (!aspan_packed_source_try_lock(source, &signals)) {
		return false;
	}
	if (source->is_open && !aspan_trace_is_over()) {
		aspan_packed_consumer_encode(source);
	}
	has_room = aspan_packed_ring_has_room(&source->ring);
	aspan_packed_source_unlock(source, &signals);
	return has_room;
}

/* True if the record is pushed, or cannot be. */
static bool push(struct aspan_thread *thread, struct aspan_packed_words words)
{
	struct aspan_packed_ring *ring = thread->packed_ring;

	if (!ring) {
		attach(thread);
		ring = thread->packed_ring;
	}
	if (!ring) {
		thread->packed_count++;
		count_unrecorded(words);
		return true;
	}
	if (aspan_packed_ring_has_room(ring)) {
		aspan_packed_ring_push_state(ring, aspan_record_slot(thread), thread->span_id,
					     words);
		return true;
	}
	if (aspan_packed_ring_is_open(ring) &&
	    (encode_own(aspan_packed_source_of(ring)) || aspan_packed_ring_use_rest(ring))) {
		return false;
	}
	return push_or_make_room(thread, aspan_packed_source_of(ring), words);
}

void aspan_packed_push_slow(struct aspan_packed_words words)
{
	struct aspan_thread *thread = &aspan_thread;
	int saved_errno = errno;

	if (thread->has_ended) {
		push_after_end(thread, words);
	} else {
		while (!push(thread, words)) {
		}
	}
	errno = saved_errno;
}

bool aspan_packed_encode(void)
{
	bool is_complete = true;

	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = aspan_packed_source_next(source)) {
		sigset_t signals;

		if (aspan_packed_source_is_encoded(source)) {
			continue;
		}
		aspan_packed_source_lock(source, &signals);
		is_complete &= !aspan_trace_is_over() && aspan_packed_consumer_encode(source);
		aspan_packed_source_unlock(source, &signals);
	}
	return is_complete;
}

void aspan_packed_flush(void)
{
	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = aspan_packed_source_next(source)) {
		sigset_t signals;

		if (aspan_packed_source_is_empty(source)) {
			continue;
		}
		aspan_packed_source_lock(source, &signals);
		aspan_packed_consumer_empty(source);
		aspan_packed_source_unlock(source, &signals);
	}
}

void aspan_packed_slots_change(void)
{
	aspan_packed_consumer_slots_change();
}

void aspan_packed_end(void)
{
	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = aspan_packed_source_next(source)) {
		sigset_t signals;

		aspan_packed_source_lock(source, &signals);
		aspan_packed_consumer_empty(source);
		aspan_packed_consumer_close(source);
		aspan_packed_source_unlock(source, &signals);
	}
}

bool aspan_packed_is_encoded(void)
{
	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = aspan_packed_source_next(source)) {
		if (!aspan_packed_source_is_encoded(source)) {
			return false;
		}
	}
	return true;
}

/* Gives back a source of a thread that has ended, and what was retired before it. */
static void end_sources(struct aspan_thread *thread, struct aspan_packed_source *source)
{
	while (source) {
		struct aspan_packed_source *older = aspan_packed_source_link(source)->older;
		sigset_t signals;

		aspan_packed_source_lock(source, &signals);
		if (!aspan_trace_is_over()) {
			aspan_packed_consumer_empty(source);
			aspan_packed_consumer_retire(source);
		}
		/* Of the newest. */
		if (source->next_index > thread->packed_count) {
			thread->packed_count = source->next_index;
		}
		aspan_packed_source_unlock(source, &signals);
		aspan_packed_source_destroy(source);
		source = older;
	}
}

void aspan_packed_thread_end(struct aspan_thread *thread)
{
	struct aspan_packed_source *source;
	sigset_t signals;

	aspan_life_know();
	block_signals(&signals);
	source = source_of(thread);
	thread->packed_ring = NULL;
	if (source) {
		end_sources(thread, source);
	}
	restore_signals(&signals);
}

/* Of the thread that forks: whether a push is interrupted by it. */
static ASPAN_TLS bool is_push_interrupted;

void aspan_packed_before_fork(void)
{
	struct aspan_packed_source *source = source_of(&aspan_thread);
	sigset_t signals;

	is_push_interrupted = false;
	if (source) {
		aspan_packed_source_lock(source, &signals);
		is_push_interrupted = !aspan_packed_consumer_empty(source);
		aspan_packed_source_unlock(source, &signals);
	}
}

void aspan_packed_forget_ledger(void)
{
	struct aspan_thread *thread = &aspan_thread;
	struct aspan_packed_source *source = source_of(thread);

	if (source && aspan_packed_source_link(source)->is_in_ledger) {
		thread->packed_ring = NULL;
		thread->packed_count = 0;
	}
	aspan_packed_source_forget_ledger();
	aspan_packed_clock_after_fork();
}

void aspan_packed_after_fork(void)
{
	struct aspan_thread *thread = &aspan_thread;
	struct aspan_packed_source *mine = source_of(thread);

	aspan_packed_helper_after_fork();
	aspan_packed_clock_after_fork();
	aspan_packed_source_begin_reset();
	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = aspan_packed_source_next(source)) {
		aspan_packed_source_reset_after_fork(source, source == mine && is_push_interrupted);
	}
	thread->packed_ring = NULL;
	thread->packed_count = 0;
}

void aspan_packed_finish(void)
{
	aspan_life_know();
	atomic_store_explicit(&aspan_packed_is_finished, true, memory_order_relaxed);
	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = aspan_packed_source_next(source)) {
		sigset_t signals;

		aspan_packed_source_lock(source, &signals);
		aspan_packed_consumer_close(source);
		aspan_packed_consumer_drain(source);
		aspan_packed_source_unlock(source, &signals);
	}
}

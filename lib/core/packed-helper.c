/* SPDX-License-Identifier: MIT */
/*
 * See packed-helper.h.
 *
 * The end: the event is found disabled, `is_ending` is set, and then each ring is closed. A thread that opens its ring looks
 * at `is_ending` after its ring is in the list, and opens it under the source's lock: so either it sees that the
 * helper ends, or the helper sees the ring open and closes it. Both accesses, and those of the list, are sequentially
 * consistent.
 */
#include "packed-helper.h"

#include <stdatomic.h>
#include <time.h>

#include "helper-thread.h"
#include "packed-consumer.h"
#include "trace.h"

static _Atomic bool is_ending;

static void empty(struct aspan_packed_source *source)
{
	sigset_t signals;

	if (aspan_packed_source_is_empty(source)) {
		return;
	}
	aspan_packed_source_lock(source, &signals);
	if (!aspan_trace_is_over() && !aspan_packed_consumer_empty(source)) {
		aspan_packed_consumer_retire_if_stuck(source);
	}
	aspan_packed_source_unlock(source, &signals);
}

static void empty_all(void)
{
	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = aspan_packed_source_next(source)) {
		empty(source);
	}
}

static void close_all(void)
{
	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = aspan_packed_source_next(source)) {
		sigset_t signals;

		aspan_packed_source_lock(source, &signals);
		aspan_packed_consumer_close(source);
		if (!aspan_trace_is_over()) {
			aspan_packed_consumer_drain(source);
		}
		aspan_packed_source_unlock(source, &signals);
	}
}

static void wait_period(void)
{
	struct timespec period = { .tv_nsec = ASPAN_PACKED_PERIOD_NS };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &period, NULL);
}

static void run(void)
{
	/* Of the helper before. */
	atomic_store_explicit(&is_ending, false, memory_order_seq_cst);
	while (aspan_trace_enabled(packed_events)) {
		empty_all();
		wait_period();
	}
	atomic_store_explicit(&is_ending, true, memory_order_seq_cst);
	close_all();
}

static struct aspan_helper helper = { .name = "allocspan-flush", .run = run };

void aspan_packed_helper_start(void)
{
	aspan_helper_start(&helper);
}

bool aspan_packed_helper_is_there(void)
{
	return aspan_helper_is_running(&helper) && aspan_helper_is_ours() &&
	       !atomic_load_explicit(&is_ending, memory_order_seq_cst);
}

void aspan_packed_helper_after_fork(void)
{
	aspan_helper_after_fork(&helper);
	atomic_store_explicit(&is_ending, false, memory_order_relaxed);
}

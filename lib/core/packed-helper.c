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

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "helper-thread.h"
#include "packed-source.h"
#include "trace.h"

#define NS_PER_S UINT64_C(1000000000)
/* How long the helper waits after a look at rings that had much. */
#define SHORTEST_WAIT_NS UINT64_C(20000)
#define MUCH (ASPAN_PACKED_HALF / 4)

/* 1 while the helper sleeps or is about to; who changes that wakes it. */
static _Atomic uint32_t is_asleep;
static _Atomic bool is_ending;

static uint64_t waiting_records(struct aspan_packed_source *source)
{
	return atomic_load_explicit(&source->ring.head, memory_order_relaxed) -
	       atomic_load_explicit(&source->ring.tail, memory_order_relaxed);
}

/* Gives how many records waited; those of a retired source may wait for ever. */
static uint64_t empty(struct aspan_packed_source *source)
{
	uint64_t waiting = waiting_records(source);
	sigset_t signals;

	if (waiting == 0) {
		return 0;
	}

	aspan_packed_source_lock(source, &signals);
	if (!aspan_packed_source_empty(source)) {
		aspan_packed_source_retire_if_stuck(source);
	}
	if (source->is_retired) {
		waiting = 0;
	}
	aspan_packed_source_unlock(source, &signals);
	return waiting;
}

/* Gives how many records waited in the fullest ring. */
static uint64_t empty_all(void)
{
	uint64_t most = 0;

	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = source->next) {
		uint64_t waiting = empty(source);

		if (waiting > most) {
			most = waiting;
		}
	}
	return most;
}

static void close_all(void)
{
	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = source->next) {
		sigset_t signals;

		aspan_packed_source_lock(source, &signals);
		aspan_packed_source_close(source);
		aspan_packed_source_drain(source);
		aspan_packed_source_unlock(source, &signals);
	}
}

static void sleep_for(uint64_t ns)
{
	struct timespec timeout = {
		.tv_sec = (time_t) (ns / NS_PER_S),
		.tv_nsec = (long) (ns % NS_PER_S),
	};

	/* Pairs with the exchange in aspan_packed_helper_wake(). */
	atomic_store_explicit(&is_asleep, 1, memory_order_seq_cst);
	syscall(SYS_futex, &is_asleep, FUTEX_WAIT_PRIVATE, 1, &timeout, NULL, 0);
	atomic_store_explicit(&is_asleep, 0, memory_order_seq_cst);
}

static void run(void)
{
	uint64_t wait_ns = SHORTEST_WAIT_NS;

	/* Of the helper before. */
	atomic_store_explicit(&is_ending, false, memory_order_seq_cst);
	while (aspan_trace_enabled(packed_events)) {
		wait_ns = empty_all() > MUCH ? SHORTEST_WAIT_NS : 2 * wait_ns;
		if (wait_ns > ASPAN_PACKED_PERIOD_NS) {
			wait_ns = ASPAN_PACKED_PERIOD_NS;
		}
		sleep_for(wait_ns);
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

void aspan_packed_helper_wake(void)
{
	int saved_errno = errno;

	/* Pairs with the stores in sleep_for(). */
	if (atomic_load_explicit(&is_asleep, memory_order_relaxed) &&
	    atomic_exchange_explicit(&is_asleep, 0, memory_order_seq_cst)) {
		syscall(SYS_futex, &is_asleep, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	}
	errno = saved_errno;
}

void aspan_packed_helper_after_fork(void)
{
	aspan_helper_after_fork(&helper);
	atomic_store_explicit(&is_ending, false, memory_order_relaxed);
	atomic_store_explicit(&is_asleep, 0, memory_order_relaxed);
}

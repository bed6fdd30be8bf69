/* SPDX-License-Identifier: MIT */
/*
 * See trace-end.h.
 */
#include "trace-end.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "barrier.h"
#include "helper-thread.h"
#include "lock.h"
#include "packed-record.h"

#define ENDING_WAIT_MS 100
#define LOOK_NS 50000
#define LOOKS (ENDING_WAIT_MS * 1000000 / LOOK_NS)

_Atomic(struct aspan_thread *) aspan_trace_ender;

/* A thread that came to the library in the last of its destructors has gone without an end: its memory may have, too. */
static bool is_there(const struct aspan_thread_record *record)
{
	return syscall(SYS_tgkill, getpid(), record->vtid, 0) == 0;
}

static bool is_recording(const struct aspan_thread_record *record)
{
	return record->thread != &aspan_thread && is_there(record) &&
	       __atomic_load_n(&record->thread->busy, __ATOMIC_ACQUIRE) & ASPAN_BUSY_TRACER;
}

/* False if that cannot be known now: somebody has the lock, and may be recording. */
static bool is_nobody_recording(void)
{
	const struct aspan_thread_record *record;
	struct aspan_lock lock;

	if (!aspan_try_lock(&lock)) {
		return false;
	}
	record = aspan_thread_first_record();
	while (record && !is_recording(record)) {
		record = aspan_thread_next_record(record);
	}
	aspan_unlock(&lock);
	return !record;
}

static void wait_for_others(void)
{
	const struct timespec look = { .tv_nsec = LOOK_NS };

	for (int i = 0; i < LOOKS && !is_nobody_recording(); i++) {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &look, NULL);
	}
}

void aspan_trace_end(void)
{
	int saved_errno = errno;

	if (aspan_helper_is_ours()) {
		/* Pairs with the load in aspan_trace_is_over(), by the membarrier. */
		atomic_store_explicit(&aspan_trace_ender, &aspan_thread, memory_order_seq_cst);
		aspan_barrier_for_all();
		wait_for_others();
		aspan_packed_end();
	} else {
		aspan_packed_flush();
	}
	errno = saved_errno;
}

void aspan_trace_end_undo(void)
{
	struct aspan_thread *ender = &aspan_thread;

	/* Not if another thread ends the program, too. */
	atomic_compare_exchange_strong_explicit(&aspan_trace_ender, &ender, NULL,
						memory_order_seq_cst, memory_order_relaxed);
}

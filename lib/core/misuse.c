/* SPDX-License-Identifier: MIT */
/*
 * See misuse.h.
 */
#include "misuse.h"

#include <allocspan/guard.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "compiler.h"
#include "debug.h"
#include "ledger.h"
#include "trace.h"

static _Atomic uint64_t misuse_count;

static const char *const misuse_names[] = {
#define MISUSE_NAME(symbol, name) [ASPAN_MISUSE_##symbol] = #name,
	ASPAN_MISUSES(MISUSE_NAME)
};

static void count(void)
{
	/* A count that nothing else depends on. */
	atomic_fetch_add_explicit(&misuse_count, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&aspan_ledger_losses()->misuses, 1, memory_order_relaxed);
}

static void tell(enum aspan_misuse what, uint64_t group_id, uint64_t span_id, void *ip)
{
	if (aspan_trace_enabled(misuse)) {
		/* Nothing was entered if it is an exit of what never was. */
		aspan_thread_watch();
		aspan_trace_emit(misuse, misuse_names[what], group_id, span_id, ip);
	}
	aspan_debug("misuse: %s at %p", misuse_names[what], ip);
}

ASPAN_SLOW void aspan_misuse(enum aspan_misuse what, uint64_t group_id, uint64_t span_id, void *ip)
{
	count();
	tell(what, group_id, span_id, ip);
}

/* Whether those who are told are others than the last time: sessions, or in a child process. */
static bool has_reader_changed(void)
{
	static _Atomic(void *) told_sessions;
	static _Atomic pid_t told_pid;
	/* Only compared: the list itself is LTTng's. */
	void *sessions = __atomic_load_n(aspan_trace.misuse.sessions, __ATOMIC_RELAXED);
	pid_t pid = getpid();
	/* Relaxed: of several threads that come at once, one gets the old value. */
	bool are_sessions_others = atomic_exchange_explicit(&told_sessions, sessions,
							    memory_order_relaxed) != sessions;

	return (atomic_exchange_explicit(&told_pid, pid, memory_order_relaxed) != pid) |
	       are_sessions_others;
}

/* True for the first, the second, the fourth and so on. */
static bool is_unseen_free_told(void)
{
	static _Atomic uint64_t unseen_count;
	uint64_t number;

	/* Relaxed: whoever counts first after this tells of it, and to tell once too often does no harm. */
	if (has_reader_changed()) {
		atomic_store_explicit(&unseen_count, 0, memory_order_relaxed);
	}
	number = atomic_fetch_add_explicit(&unseen_count, 1, memory_order_relaxed) + 1;
	return !(number & (number - 1));
}

ASPAN_SLOW void aspan_misuse_free_not_seen(uint64_t group_id, void *ip)
{
	int saved_errno = errno;

	count();
	atomic_fetch_add_explicit(&aspan_ledger_losses()->unseen_frees, 1, memory_order_relaxed);
	/* LTTng must not be called while it records; the next one is told instead. */
	if (!(aspan_thread.busy & ASPAN_BUSY_TRACER) && is_unseen_free_told()) {
		tell(ASPAN_MISUSE_FREE_NOT_SEEN, group_id, 0, ip);
	}
	errno = saved_errno;
}

uint64_t allocspan_misuse_count(void)
{
	return atomic_load_explicit(&misuse_count, memory_order_relaxed);
}

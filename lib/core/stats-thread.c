/* SPDX-License-Identifier: MIT */
/*
 * See stats-thread.h.
 */
#include "stats-thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "debug.h"
#include "group.h"
#include "lock.h"
#include "record.h"

#define STACK_BYTES ((size_t) 256 * 1024)
#define THREAD_NAME "allocspan-stats"
#define MS_PER_S 1000
#define NS_PER_MS 1000000

unsigned int aspan_stats_interval_ms = ASPAN_STATS_INTERVAL_MS;

static _Atomic bool is_running;
static _Atomic pid_t
	owner_pid; /* a child of vfork() shares our memory and must not start threads */

static void emit(struct allocspan_token *group, const struct allocspan_stats *stats)
{
	group->reported_alloc_count = stats->alloc_count;
	group->reported_free_count = stats->free_count;
	aspan_trace_emit(group_stats, group->view.id, group->view.name, group->tag_string,
			 stats->live_blocks, stats->live_bytes, stats->alloc_count,
			 stats->alloc_bytes, stats->free_count, stats->free_bytes, NULL);
}

/* Call with the lock held. */
static void report_group(struct allocspan_token *group, bool all)
{
	struct allocspan_stats stats;
	bool has_changed;

	if (group->state == ASPAN_GROUP_FREE) {
		return;
	}
	aspan_group_sum(group, &stats);
	has_changed = stats.alloc_count != group->reported_alloc_count ||
		      stats.free_count != group->reported_free_count;
	if (all ? stats.alloc_count > 0 : has_changed || group->is_settling) {
		emit(group, &stats);
		group->is_settling = has_changed;
	}
}

void aspan_stats_thread_group_ends(struct allocspan_token *group)
{
	if (aspan_trace_enabled(group_stats)) {
		report_group(group, false);
	}
}

/* The lock is given up from time to time, so that with a million groups nobody waits for all of them. */
static void report_groups(bool all)
{
	uint32_t slot = ASPAN_SLOT_ROOT;
	bool is_more = true;

	while (is_more) {
		struct aspan_lock lock = aspan_lock();
		uint32_t limit = aspan_group_slot_limit();
		uint32_t end = slot + ASPAN_GROUP_SEGMENT;

		for (; slot < limit && slot < end; slot++) {
			report_group(aspan_group_of_slot(slot), all);
		}
		is_more = slot < limit;
		aspan_unlock(&lock);
	}
}

static void wait_interval(void)
{
	struct timespec interval = {
		.tv_sec = aspan_stats_interval_ms / MS_PER_S,
		.tv_nsec = (long) (aspan_stats_interval_ms % MS_PER_S) * NS_PER_MS,
	};

	clock_nanosleep(CLOCK_MONOTONIC, 0, &interval, NULL);
}

static void *run(void *unused)
{
	void *sessions = NULL;

	(void) unused;
	/* Nothing that this thread allocates is the program's. */
	aspan_record_internal_begin();
	pthread_setname_np(pthread_self(), THREAD_NAME);
	while (aspan_trace_enabled(group_stats)) {
		/* Only compared: the list itself is LTTng's. */
		void *current = *(void *const volatile *) aspan_trace.group_stats.sessions;

		report_groups(current != sessions);
		sessions = current;
		wait_interval();
	}
	/* Pairs with the exchange in aspan_stats_thread_start(). */
	atomic_store_explicit(&is_running, false, memory_order_release);
	return NULL;
}

static int create_thread(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	sigset_t before;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	/* The program's signals are not for the helper. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, run, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

void aspan_stats_thread_start(void)
{
	uint32_t busy;

	if (atomic_load_explicit(&is_running, memory_order_relaxed) || aspan_thread.busy) {
		return;
	}
	if (atomic_load_explicit(&owner_pid, memory_order_relaxed) == 0) {
		atomic_store_explicit(&owner_pid, getpid(), memory_order_relaxed);
	}
	if (atomic_load_explicit(&owner_pid, memory_order_relaxed) != getpid() ||
	    atomic_exchange_explicit(&is_running, true, memory_order_acq_rel)) {
		return;
	}
	busy = aspan_record_internal_begin();
	if (create_thread() != 0) {
		aspan_debug("no helper thread for group_stats");
		atomic_store_explicit(&is_running, false, memory_order_relaxed);
	}
	aspan_record_internal_end(busy);
}

void aspan_stats_thread_finish(void)
{
	if (aspan_trace_enabled(group_stats)) {
		report_groups(false);
	}
}

void aspan_stats_thread_after_fork(void)
{
	atomic_store_explicit(&is_running, false, memory_order_relaxed);
	atomic_store_explicit(&owner_pid, getpid(), memory_order_relaxed);
}

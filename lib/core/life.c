/* SPDX-License-Identifier: MIT */
/*
 * See life.h.
 */
#include "life.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "group-counts.h"
#include "group.h"
#include "inherited.h"
#include "ledger.h"
#include "lock.h"
#include "packed-record.h"
#include "stats-thread.h"
#include "thread.h"
#include "trace-end.h"
#include "trace-open.h"
#include "trace.h"

#if defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define HAS_SINGLE_THREADED 1
#endif
#endif

/* How long an end waits for the lock, which somebody may hold who does not run any more. */
#define LOCK_TRIES 2000
#define LOCK_TRY_NS 50000

/* LTTng's list of sessions that had `process_begin` last; only compared. */
static _Atomic(const void *) announced_to;
static _Atomic bool is_told; /* an announcement was tried when this process began */
static bool
	has_begun; /* aspan_life_begin() was called, in this process or in one that it was forked from */

void aspan_before_fork(void)
{
	aspan_life_know();
	aspan_packed_before_fork();
	aspan_lock_before_fork();
}

void aspan_after_fork_in_parent(void)
{
	aspan_lock_after_fork();
}

/* What is the same however the child came to be. Call with the lock held, or alone. */
static void begin_child(enum aspan_trace_begin_how how)
{
	aspan_process_begin_child(how);
	aspan_trace_open_after_fork();
	aspan_thread_after_fork();
	aspan_packed_forget_ledger();
	aspan_ledger_after_fork();
	aspan_group_after_fork();
	aspan_inherited_after_fork();
	atomic_store_explicit(&announced_to, NULL, memory_order_relaxed);
	atomic_store_explicit(&is_told, false, memory_order_relaxed);
}

void aspan_after_fork_in_child(void)
{
	begin_child(ASPAN_BEGIN_FORK);
	aspan_packed_after_fork();
	aspan_stats_thread_after_fork();
	aspan_process_become_known();
	aspan_lock_after_fork();
	aspan_trace_begin_forked_child();
}

/* Whether the parent had no other threads, as far as that can be known. */
static bool was_parent_alone(void)
{
#ifdef HAS_SINGLE_THREADED
	return __libc_single_threaded;
#else
	return false;
#endif
}

/* In a child that nobody told. What was not there cannot be in the middle of anything. */
static void leave_lttng(void)
{
	if (aspan_trace_is_open() || !was_parent_alone()) {
		aspan_trace_cut_off();
		aspan_trace_open_never();
	}
}

/* Other threads of the child wait here; no handler interrupts the one that does it. */
static void know(void)
{
	bool is_other;

	if (aspan_process.pid == 0) {
		aspan_process_init();
		return;
	}
	/* Acquire: pairs with the release in aspan_process_become_known(). */
	is_other = atomic_exchange_explicit(&aspan_process_wiped.is_noticing, true,
					    memory_order_acq_rel);
	while (is_other &&
	       !(atomic_load_explicit(&aspan_process_wiped.hooks, memory_order_acquire) &
		 ASPAN_HOOK_KNOWN)) {
		sched_yield();
	}
	if (!is_other) {
		aspan_lock_renew();
		leave_lttng();
		begin_child(ASPAN_BEGIN_CLONE);
		aspan_process_become_known();
	}
}

void aspan_life_know_slow(void)
{
	int saved_errno = errno;
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	know();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved_errno;
}

void aspan_life_know_child(void)
{
	aspan_life_know();
}

/* Whether the library, or LTTng, does what this thread does. */
static bool is_librarys(void)
{
	return aspan_thread.busy & (ASPAN_BUSY_INTERNAL | ASPAN_BUSY_TRACER);
}

static void begin_ledger(void)
{
	struct aspan_lock lock = aspan_lock();

	aspan_ledger_begin();
	aspan_unlock(&lock);
}

void aspan_life_note_child(void)
{
	if (has_begun && !is_librarys()) {
		if (aspan_trace_is_cut_off()) {
			/* What it counts is known from there alone. */
			begin_ledger();
		}
		atomic_fetch_add_explicit(&aspan_ledger_losses()->forks, 1, memory_order_relaxed);
	}
}

static const void *current_sessions(void)
{
	return *(const void *const volatile *) aspan_trace.process_begin.sessions;
}

static void emit_begin(enum aspan_trace_begin_how how)
{
	char exe[ASPAN_LEDGER_EXE_BYTES];

	aspan_process_read_exe(exe, sizeof(exe));
	aspan_trace_emit(process_begin, how, aspan_process.pid, aspan_process_read_pid_ns(),
			 aspan_process.start_ns, getppid(), aspan_process.parent_start_ns, exe,
			 aspan_process.fork_depth ? ASPAN_INHERITED_UNKNOWN : 0,
			 aspan_process.fork_depth ? ASPAN_INHERITED_UNKNOWN : 0, NULL);
}

/* Whether a session may lack it. */
static bool is_unannounced(void)
{
	return aspan_trace_enabled(process_begin) &&
	       current_sessions() != atomic_load_explicit(&announced_to, memory_order_relaxed);
}

/* May allocate, as LTTng does for a thread that it does not know. */
static bool can_tell(void)
{
	aspan_thread_watch();
	return aspan_trace_knows_thread();
}

static void announce_by_event(void)
{
	bool was_told = atomic_exchange_explicit(&is_told, true, memory_order_relaxed);

	if (is_unannounced() && can_tell()) {
		atomic_store_explicit(&announced_to, current_sessions(), memory_order_relaxed);
		emit_begin(was_told ? ASPAN_BEGIN_SESSION_START : aspan_process.how);
	}
}

void aspan_life_announce(void)
{
	int saved_errno = errno;

	if (aspan_trace_is_open()) {
		announce_by_event();
	}
	if ((!aspan_trace_is_open() || aspan_trace_is_cut_off()) && !is_librarys()) {
		begin_ledger();
	}
	errno = saved_errno;
}

void aspan_life_begin(void)
{
	begin_ledger();
	has_begun = true;
}

static bool take_lock(struct aspan_lock *lock)
{
	const struct timespec pause = { .tv_nsec = LOCK_TRY_NS };
	bool is_taken = aspan_try_lock(lock);

	for (int i = 0; i < LOCK_TRIES && !is_taken; i++) {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
		is_taken = aspan_try_lock(lock);
	}
	return is_taken;
}

static void emit_end(enum aspan_trace_end_how how, const struct aspan_ledger_plain_counts *sum)
{
	const struct aspan_ledger_losses *losses = aspan_ledger_losses();

	aspan_trace_emit(process_end, how, aspan_process.pid, aspan_process.start_ns,
			 sum->alloc_count, sum->alloc_bytes,
			 sum->free_count + sum->inherited_free_count,
			 sum->free_bytes + sum->inherited_free_bytes,
			 losses->unrecorded_allocs + losses->unrecorded_frees +
				 losses->untracked_blocks + losses->uncounted,
			 NULL);
}

/* Without the lock the end is not told: whoever asks sees that it is missing. */
static void tell_end(enum aspan_trace_end_how how)
{
	struct aspan_ledger_plain_counts sum = { 0 };
	/* Before the lock: lock.h tells why. */
	bool is_recorded = aspan_trace_enabled(process_end) && can_tell();
	struct aspan_lock lock;

	if (!take_lock(&lock)) {
		return;
	}
	if (is_recorded) {
		aspan_group_count_all(&sum);
	}
	aspan_ledger_close(how);
	aspan_unlock(&lock);
	if (is_recorded) {
		emit_end(how, &sum);
	}
}

void aspan_life_exit(void)
{
	aspan_life_know();
	tell_end(ASPAN_END_EXIT);
}

void aspan_life_quick_exit(void)
{
	aspan_life_end(ASPAN_END_QUICK_EXIT);
}

void aspan_life_end(enum aspan_trace_end_how how)
{
	int saved_errno = errno;

	aspan_life_know();
	aspan_trace_end();
	if (aspan_process.pid == getpid()) {
		tell_end(how);
	}
	errno = saved_errno;
}

void aspan_life_end_undo(void)
{
	int saved_errno = errno;

	aspan_trace_end_undo();
	if (aspan_process.pid == getpid()) {
		struct aspan_lock lock = aspan_lock();

		aspan_ledger_reopen();
		aspan_unlock(&lock);
		if (aspan_trace_enabled(process_begin) && can_tell()) {
			emit_begin(ASPAN_BEGIN_EXEC_FAILED);
		}
	}
	errno = saved_errno;
}

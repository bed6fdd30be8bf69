/* SPDX-License-Identifier: MIT */
/*
 * See helper-thread.h.
 */
#include "helper-thread.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "debug.h"
#include "record.h"
#include "thread.h"
#include "trace.h"

#define STACK_BYTES ((size_t) 256 * 1024)

static _Atomic pid_t
	owner_pid; /* a child of vfork() shares our memory and must not start threads */

static void *run(void *argument)
{
	struct aspan_helper *helper = argument;

	/* Nothing that this thread allocates is the program's. */
	aspan_record_internal_begin();
	/* Before it holds any lock: lock.h tells why. */
	aspan_thread_watch();
	/* So that it is waited for (trace-end.h). */
	aspan_thread_record_make();
	pthread_setname_np(pthread_self(), helper->name);
	helper->run();
	/* Pairs with the exchange in aspan_helper_start(). */
	atomic_store_explicit(&helper->is_running, false, memory_order_release);
	return NULL;
}

static int create_thread(struct aspan_helper *helper)
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
	error = pthread_create(&thread, &attributes, run, helper);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

void aspan_helper_init(void)
{
	atomic_store_explicit(&owner_pid, getpid(), memory_order_relaxed);
}

bool aspan_helper_is_ours(void)
{
	return atomic_load_explicit(&owner_pid, memory_order_relaxed) == getpid();
}

bool aspan_helper_start(struct aspan_helper *helper)
{
	uint32_t busy;

	if (aspan_helper_is_running(helper)) {
		return true;
	}
	if (aspan_thread.busy || !aspan_helper_is_ours() || aspan_trace_is_cut_off()) {
		return false;
	}
	if (atomic_exchange_explicit(&helper->is_running, true, memory_order_acq_rel)) {
		return true;
	}
	busy = aspan_record_internal_begin();
	if (create_thread(helper) != 0) {
		aspan_debug("no helper thread %s", helper->name);
		atomic_store_explicit(&helper->is_running, false, memory_order_relaxed);
	}
	aspan_record_internal_end(busy);
	return aspan_helper_is_running(helper);
}

void aspan_helper_after_fork(struct aspan_helper *helper)
{
	atomic_store_explicit(&helper->is_running, false, memory_order_relaxed);
	aspan_helper_init();
}

/* SPDX-License-Identifier: MIT */
/*
 * See init.h.
 */
#include "init.h"

#include <allocspan/tracking.h>

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "barrier.h"
#include "call-stack.h"
#include "debug.h"
#include "group.h"
#include "helper-thread.h"
#include "ledger.h"
#include "life.h"
#include "linker.h"
#include "lock.h"
#include "packed-record.h"
#include "record.h"
#include "stats-thread.h"
#include "thread.h"
#include "trace-open.h"

#define ENV_CLOCK "ALLOCSPAN_CLOCK"
#define CLOCK_MONOTONIC_NAME "monotonic"
#define ENV_DEBUG "ALLOCSPAN_DEBUG"
#define ENV_ROOT "ALLOCSPAN_ROOT"
#define ENV_STACK "ALLOCSPAN_STACK"
#define ENV_STATS_INTERVAL "ALLOCSPAN_STATS_INTERVAL_MS"
#define LONGEST_INTERVAL_MS 3600000

_Atomic int aspan_init_state = ASPAN_INIT_NOT_YET;

static _Atomic bool is_started; /* by the constructor */

static int state(void)
{
	/* Pairs with the release stores below. */
	return atomic_load_explicit(&aspan_init_state, memory_order_acquire);
}

/* All but the provider of events. */
static int init_core(void)
{
	uint32_t busy = aspan_record_internal_begin();
	struct aspan_lock lock = aspan_lock();
	int error = 0;

	if (state() == ASPAN_INIT_NOT_YET) {
		aspan_process_init();
		aspan_barrier_init();
		error = aspan_group_init();
		if (!error) {
			error = aspan_thread_init();
		}
		if (!error) {
			atomic_store_explicit(&aspan_init_state, ASPAN_INIT_DONE_BUT_TRACE,
					      memory_order_release);
		}
	}
	aspan_unlock(&lock);
	aspan_record_internal_end(busy);
	return error;
}

static void open_trace(void)
{
	aspan_trace_open();
	/* Pairs with the acquire in aspan_init(). */
	atomic_store_explicit(&aspan_init_state, ASPAN_INIT_DONE, memory_order_release);
}

int aspan_init_slow(void)
{
	int error = state() == ASPAN_INIT_NOT_YET ? init_core() : 0;

	/* Before the constructor, which decides about it, it is too early. */
	if (!error && is_started) {
		open_trace();
	}
	return error;
}

/* A set-user-id program is not steered by its environment. */
static bool environment_says_yes(const char *name)
{
	const char *value = secure_getenv(name);

	return value && strcmp(value, "") != 0 && strcmp(value, "0") != 0;
}

static bool wants_monotonic_clock(void)
{
	const char *value = secure_getenv(ENV_CLOCK);

	if (value && strcmp(value, CLOCK_MONOTONIC_NAME) != 0) {
		aspan_debug(ENV_CLOCK "=%s is not " CLOCK_MONOTONIC_NAME ": ignored", value);
		return false;
	}
	return value;
}

static void read_stack_depth(void)
{
	const char *value = secure_getenv(ENV_STACK);
	char *end = NULL;
	unsigned long depth;

	if (!value) {
		return;
	}
	depth = strtoul(value, &end, 10);
	if (end == value || *end || depth > ASPAN_CALL_STACK_MAX) {
		aspan_debug(ENV_STACK "=%s is not a number of 0 to %d: no call stacks", value,
			    ASPAN_CALL_STACK_MAX);
		return;
	}
	aspan_call_stack_init((unsigned int) depth);
}

static void read_stats_interval(void)
{
	const char *value = secure_getenv(ENV_STATS_INTERVAL);
	char *end = NULL;
	unsigned long interval_ms;

	if (!value) {
		return;
	}
	interval_ms = strtoul(value, &end, 10);
	if (end == value || *end || interval_ms < 1 || interval_ms > LONGEST_INTERVAL_MS) {
		aspan_debug(ENV_STATS_INTERVAL "=%s is not a number of 1 to %d: using %d", value,
			    LONGEST_INTERVAL_MS, ASPAN_STATS_INTERVAL_MS);
		return;
	}
	aspan_stats_interval_ms = (unsigned int) interval_ms;
}

__attribute__((constructor)) static void start(void)
{
	int saved_errno = errno;
	uint32_t busy = aspan_record_internal_begin();

	aspan_debug_wanted = environment_says_yes(ENV_DEBUG);
	aspan_process_init();
	aspan_ledger_init();
	read_stats_interval();
	read_stack_depth();
	aspan_packed_clock_init(wants_monotonic_clock());
	aspan_linker_init();
	aspan_helper_init();
	if (init_core() == 0) {
		pthread_atfork(aspan_before_fork, aspan_after_fork_in_parent,
			       aspan_after_fork_in_child);
		aspan_life_begin();
		is_started = true;
		if (aspan_trace_is_needed_from_start()) {
			open_trace();
		}
		/* After LTTng's own, so that it runs before LTTng's end. In reverse. */
		atexit(aspan_life_exit);
		atexit(aspan_stats_thread_finish);
		atexit(aspan_packed_finish);
		at_quick_exit(aspan_life_quick_exit);
		at_quick_exit(aspan_packed_finish);
	}
	aspan_record_internal_end(busy);
	if (environment_says_yes(ENV_ROOT)) {
		allocspan_root_enable();
	}
	aspan_stats_thread_ensure();
	errno = saved_errno;
}

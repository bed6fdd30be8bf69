/* SPDX-License-Identifier: MIT */
/*
 * See trace.h.
 */
#include "trace.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>

#define FORK_HANDLER_FILE "liblttng-ust-fork.so.1"

static const int never_enabled;
static void *const no_sessions;

#define CLOSED_EVENT(event, parameters, arguments)                                                 \
	.event = { .enabled = &never_enabled, .sessions = &no_sessions },

/* clang-format off */
struct aspan_trace_events aspan_trace = {
	.size_bytes = sizeof(struct aspan_trace_events),
	ASPAN_ALL_EVENTS(CLOSED_EVENT)
};
/* clang-format on */

void aspan_trace_use(const struct aspan_trace_events *table)
{
	/*
	 * Threads that allocate meanwhile see old or new pointers; each of them is valid at any time, and `emit` is
	 * set before a flag can be found raised.
	 */
#define COPY_EMIT(event, parameters, arguments) aspan_trace.event.emit = table->event.emit;
	ASPAN_ALL_EVENTS(COPY_EMIT)
	atomic_thread_fence(memory_order_release);
	aspan_trace.init_thread = table->init_thread;
	aspan_trace.after_fork_in_parent = table->after_fork_in_parent;
	aspan_trace.after_fork_in_child = table->after_fork_in_child;
	aspan_trace.before_fork = table->before_fork;
#define COPY_FLAGS(event, parameters, arguments)                                                   \
	aspan_trace.event.sessions = table->event.sessions;                                        \
	aspan_trace.event.enabled = table->event.enabled;
	ASPAN_ALL_EVENTS(COPY_FLAGS)
}

static bool is_cut_off;

void aspan_trace_cut_off(void)
{
	const struct aspan_trace_events open = aspan_trace;

#define CLOSE(event, parameters, arguments) aspan_trace.event.enabled = &never_enabled;
	ASPAN_TRACE_EVENTS(CLOSE)
#undef CLOSE
	aspan_trace.process_begin.enabled = open.process_begin.enabled;
	aspan_trace.process_end.enabled = open.process_end.enabled;
	is_cut_off = true;
}

bool aspan_trace_is_cut_off(void)
{
	return is_cut_off;
}

bool aspan_trace_knows_thread(void)
{
	return !is_cut_off || aspan_thread.is_in_tracer;
}

bool aspan_trace_has_fork_handler(void)
{
	/* Set once, by the constructor of whoever asks first. */
	static _Atomic int has_handler = -1;
	int has = atomic_load_explicit(&has_handler, memory_order_relaxed);

	if (has < 0) {
		void *library = dlopen(FORK_HANDLER_FILE, RTLD_LAZY | RTLD_NOLOAD);

		has = library != NULL;
		if (library) {
			dlclose(library);
		}
		atomic_store_explicit(&has_handler, has, memory_order_relaxed);
	}
	return has;
}

/* Of the thread that forks; protected by LTTng's own lock, which is held from before to after. */
static sigset_t fork_signals;

bool aspan_trace_before_fork(void)
{
	sigset_t signals;

	if (!aspan_trace.before_fork) {
		return false;
	}
	aspan_trace.before_fork(&signals);
	fork_signals = signals;
	return true;
}

void aspan_trace_after_fork_in_parent(bool is_prepared)
{
	sigset_t signals = fork_signals;

	if (is_prepared) {
		aspan_trace.after_fork_in_parent(&signals);
	}
}

void aspan_trace_after_fork_in_child(bool is_prepared)
{
	sigset_t signals = fork_signals;
	uint32_t busy = aspan_thread.busy;

	if (is_prepared) {
		/* It frees what the parent's sessions needed, and cannot record that: its flags are still those of the parent. */
		aspan_thread.busy = busy | ASPAN_BUSY_INTERNAL | ASPAN_BUSY_TRACER;
		aspan_trace.after_fork_in_child(&signals);
		aspan_thread.busy = busy;
	} else if (aspan_trace.before_fork) {
		/* Another thread has opened LTTng since: its threads are not here. */
		aspan_trace_cut_off();
	}
}

/* Of the thread that forks: LTTng itself may fork once more while it starts in the child. */
static ASPAN_TLS unsigned int handled_forks;

uint32_t aspan_trace_before_handled_fork(void)
{
	handled_forks++;
	return aspan_thread.busy;
}

void aspan_trace_begin_forked_child(void)
{
	if (handled_forks) {
		aspan_thread.busy |= ASPAN_BUSY_INTERNAL | ASPAN_BUSY_TRACER;
	}
}

void aspan_trace_after_handled_fork(uint32_t busy)
{
	handled_forks--;
	aspan_thread.busy = busy;
}

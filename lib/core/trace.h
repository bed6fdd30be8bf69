/* SPDX-License-Identifier: MIT */
/*
 * The recording of events, through the table of tp/trace-events.h.
 *
 * Until the provider is loaded, and for ever where liblttng-ust is absent, all flags point to a zero.
 */
#ifndef ASPAN_CORE_TRACE_H
#define ASPAN_CORE_TRACE_H

#include "barrier.h"
#include "compiler.h"
#include "thread.h"
#include "trace-end.h"
#include "trace-events.h"

extern ASPAN_HIDDEN struct aspan_trace_events aspan_trace;

/* LTTng's flag: not 0 while a session records the event. It may change at any time; both answers are right then. */
#define aspan_trace_flag(event)                                                                    \
	((uint32_t) __atomic_load_n(aspan_trace.event.enabled, __ATOMIC_RELAXED))

#define aspan_trace_enabled(event) aspan_unlikely(aspan_trace_flag(event) != 0)

/* Records, unless another thread ends the program; what LTTng allocates meanwhile is not tracked. */
#define aspan_trace_emit(event, ...)                                                               \
	do {                                                                                       \
		uint32_t aspan_busy_before = aspan_trace_emit_begin();                             \
                                                                                                   \
		if (!aspan_trace_is_over()) {                                                      \
			aspan_trace.event.emit(__VA_ARGS__);                                       \
		}                                                                                  \
		aspan_trace_emit_end(aspan_busy_before);                                           \
	} while (0)

/* The same for who holds a lock that a thread that ends the program takes afterwards. */
#define aspan_trace_emit_to_the_end(event, ...)                                                    \
	do {                                                                                       \
		uint32_t aspan_busy_before = aspan_trace_emit_begin();                             \
                                                                                                   \
		aspan_trace.event.emit(__VA_ARGS__);                                               \
		aspan_trace_emit_end(aspan_busy_before);                                           \
	} while (0)

/* See trace-end.h for the order. */
static inline uint32_t aspan_trace_emit_begin(void)
{
	uint32_t before = aspan_thread.busy;

	__atomic_store_n(&aspan_thread.busy, before | ASPAN_BUSY_TRACER, __ATOMIC_RELAXED);
	aspan_barrier_fence();
	return before;
}

static inline void aspan_trace_emit_end(uint32_t before)
{
	__atomic_store_n(&aspan_thread.busy, before, __ATOMIC_RELEASE);
}

/*
 * Around fork(), from outside of all handlers: keep LTTng in order in the child. There LTTng starts its threads again,
 * which allocates. The first returns whether LTTng was there to be prepared, which the others need to know.
 */
ASPAN_PRIVATE bool aspan_trace_before_fork(void);
ASPAN_PRIVATE void aspan_trace_after_fork_in_parent(bool is_prepared);
ASPAN_PRIVATE void aspan_trace_after_fork_in_child(bool is_prepared);

/* Whether the program runs with liblttng-ust-fork, which does all that: it must not be done twice. */
ASPAN_PRIVATE bool aspan_trace_has_fork_handler(void);

/*
 * Where it does: around its fork(), so that what LTTng frees in the child is not recorded, which it could not be.
 * What the first gives is for the second. aspan_trace_begin_forked_child() is for the handler of pthread_atfork().
 */
ASPAN_PRIVATE uint32_t aspan_trace_before_handled_fork(void);
ASPAN_PRIVATE void aspan_trace_after_handled_fork(uint32_t busy);
void aspan_trace_begin_forked_child(void);

/* Prepares this thread for events in signal handlers. May allocate; call with `busy` set. */
static inline void aspan_trace_init_thread(void)
{
	if (aspan_trace.init_thread) {
		aspan_trace.init_thread();
	}
}

/*
 * In a child that has LTTng's state as its parent had it in the middle of things: its locks may be taken for ever by threads that are
 * not there. Nothing of it is called any more, here and in this child's children, but for the recording of a thread that LTTng
 * knows, which takes no lock; and of that only packed events, and what tells of processes: all others would carry the parent's pid.
 */
void aspan_trace_cut_off(void);

ASPAN_PRIVATE bool aspan_trace_is_cut_off(void);

/* Whether this thread can record. Call after aspan_thread_watch(). */
bool aspan_trace_knows_thread(void);

/* Takes the provider's events into use. Call once (trace-open.c). */
void aspan_trace_use(const struct aspan_trace_events *table);

#endif

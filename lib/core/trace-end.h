/* SPDX-License-Identifier: MIT */
/*
 * Before a program ends at once (`_exit`) or is replaced (`exec`): no thread may be in the middle of recording an event.
 *
 * LTTng's buffers are shared with other processes. A thread that is taken away between reserving room in one and committing it
 * leaves a sub-buffer that is never handed on: all that anybody records there afterwards is lost, and nobody counts it.
 * (At an ordinary exit, LTTng waits for the others itself.)
 *
 * So the thread that ends the program says so, and waits for those that are recording; what others would record from then on is
 * dropped. It waits for ENDING_WAIT_MS at most: a thread may have left a signal handler that interrupted LTTng by a longjmp().
 *
 * Ordering: a thread sets ASPAN_BUSY_TRACER and then looks at `aspan_trace_ender`; the ender sets that and then looks at the
 * others' `busy`, with a membarrier() in between: so one of the two sees the other.
 */
#ifndef ASPAN_CORE_TRACE_END_H
#define ASPAN_CORE_TRACE_END_H

#include <stdatomic.h>
#include <stdbool.h>

#include "compiler.h"
#include "thread.h"

/* Who ends the program; NULL while nobody does. */
extern ASPAN_HIDDEN _Atomic(struct aspan_thread *) aspan_trace_ender;

/* Whether another thread ends the program, so that nothing must be recorded any more. */
static inline bool aspan_trace_is_over(void)
{
	struct aspan_thread *ender = atomic_load_explicit(&aspan_trace_ender, memory_order_relaxed);

	return aspan_unlikely(ender != NULL) && ender != &aspan_thread;
}

/*
 * Records what waits in packed rings, and sees to it that nobody else records any more. Async-signal-safe. In a child of
 * vfork(), whose end is not that of the program, it only does the first.
 */
void aspan_trace_end(void);

/* The program goes on: exec has failed. */
void aspan_trace_end_undo(void);

#endif

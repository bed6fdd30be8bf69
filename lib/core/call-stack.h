/* SPDX-License-Identifier: MIT */
/*
 * Call stacks of allocations: the events `alloc_stack`.
 *
 * The frames come from libunwind (libunwind.so.8, `unw_backtrace`), or where that is not installed from GCC's unwinder
 * (libgcc_s.so.1, `_Unwind_Backtrace`), which takes some ten times as long. Both follow the unwind tables that all programs of
 * Debian have, so nothing has to be compiled with frame pointers, and both allocate nothing through malloc once a thread is
 * prepared.
 *
 * Off until a depth is set: it costs more than everything else together, and so must not come with `allocspan:*`.
 */
#ifndef ASPAN_CORE_CALL_STACK_H
#define ASPAN_CORE_CALL_STACK_H

#include <stdint.h>

#include "compiler.h"
#include "trace.h"

struct allocspan_token;

#define ASPAN_CALL_STACK_MAX 128

/* How many frames an event has at most; 0: none are recorded. */
extern unsigned int aspan_call_stack_depth;

/* Opens the unwinder. Call once, at the library's start. What goes wrong is only told to ALLOCSPAN_DEBUG. */
void aspan_call_stack_init(unsigned int depth);

/* Makes what the unwinder keeps for a thread. May allocate; part of aspan_thread_prepare(). */
void aspan_call_stack_init_thread(void);

ASPAN_SLOW void aspan_call_stack_record(const void *address, const struct allocspan_token *group,
					void *ip);

/* Before the event `alloc` of the same block, on the same thread. `ip` is in the frame that comes first. */
static inline void aspan_call_stack_trace(const void *address, const struct allocspan_token *group,
					  void *ip)
{
	if (aspan_unlikely(aspan_call_stack_depth > 0) && aspan_trace_enabled(alloc_stack)) {
		aspan_call_stack_record(address, group, ip);
	}
}

#endif

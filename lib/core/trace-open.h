/* SPDX-License-Identifier: MIT */
/*
 * When the provider of events, and LTTng with it, comes into the process.
 *
 * LTTng starts threads, registers the process with the session daemon, and maps buffers: far more work than a short program
 * does itself. So a program that only has the interposer preloaded gets none of that before it makes its first token, span,
 * fiber or context, or tracks the root group; most never do. Where anything that the program was started with needs
 * this library, or LTTng is there anyway, it is opened in the constructor: before the program has threads, or has
 * given up rights that LTTng needs.
 */
#ifndef ASPAN_CORE_TRACE_OPEN_H
#define ASPAN_CORE_TRACE_OPEN_H

#include <stdatomic.h>
#include <stdbool.h>

#include "compiler.h"

extern ASPAN_HIDDEN _Atomic bool aspan_trace_open_is_over;

/* Whether it was tried, with success or not: it is not tried again. */
static inline bool aspan_trace_is_open(void)
{
	/* Pairs with the release in aspan_trace_open(). */
	return atomic_load_explicit(&aspan_trace_open_is_over, memory_order_acquire);
}

/* Whether it is to be opened in the constructor. */
bool aspan_trace_is_needed_from_start(void);

/*
 * Opens it, and records `process_begin`; when any thread has returned, both have been done. What goes wrong is only told to
 * ALLOCSPAN_DEBUG. Waits for LTTng, for the dynamic linker's lock, and for nothing of ours; call without any lock.
 */
void aspan_trace_open(void);

/* It is not opened, if it is not open yet: a call that others wait for in the dynamic linker may never come back. */
void aspan_trace_open_never(void);

/* In a child: if another thread of the parent was opening it, the linker's lock is taken for ever, and it stays closed. */
void aspan_trace_open_after_fork(void);

#endif

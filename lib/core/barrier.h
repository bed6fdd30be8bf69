/* SPDX-License-Identifier: MIT */
/*
 * A barrier that one thread makes for all: what costs the others nothing, and replaces a fence that each would need.
 *
 * A thread that stores and then loads (with aspan_barrier_fence() in between), and one that stores, calls
 * aspan_barrier_for_all() and loads, cannot both miss what the other stored.
 */
#ifndef ASPAN_CORE_BARRIER_H
#define ASPAN_CORE_BARRIER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "compiler.h"

/* The kernel has no membarrier(). */
extern ASPAN_HIDDEN bool aspan_barrier_needs_fence;

void aspan_barrier_init(void);

/* Async-signal-safe; a system call. */
void aspan_barrier_for_all(void);

/* The other side. */
static inline void aspan_barrier_fence(void)
{
	aspan_signal_fence();
	if (aspan_unlikely(aspan_barrier_needs_fence)) {
		atomic_thread_fence(memory_order_seq_cst);
	}
}

#endif

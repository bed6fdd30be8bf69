/* SPDX-License-Identifier: MIT */
/*
 * Helper threads: threads of the library's own, each of which exists only while a session records what it is for.
 *
 * A helper is started from wherever the library notices that it is wanted, which may be inside malloc; it allocates
 * nothing that is tracked, and all signals are blocked on it.
 */
#ifndef ASPAN_CORE_HELPER_THREAD_H
#define ASPAN_CORE_HELPER_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "compiler.h"

/* Statically allocated; not zero but for `name` and `run` only by its own functions. */
struct aspan_helper {
	const char *name; /* of the thread, at most 15 bytes */
	void (*run)(void);
	_Atomic bool is_running;
};

/* Starts the helper unless it runs. False if it cannot be started here; the caller may try again at any time. */
ASPAN_SLOW bool aspan_helper_start(struct aspan_helper *helper);

static inline bool aspan_helper_is_running(struct aspan_helper *helper)
{
	return atomic_load_explicit(&helper->is_running, memory_order_relaxed);
}

/* This process is the one that may start helpers. Call once, at the library's start. */
void aspan_helper_init(void);

/* Whether this is the process whose helpers run: not so in a child that was made without fork()'s handlers. */
bool aspan_helper_is_ours(void);

/* The helper is not in the child. */
void aspan_helper_after_fork(struct aspan_helper *helper);

#endif

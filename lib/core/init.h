/* SPDX-License-Identifier: MIT */
/*
 * The library's start, in its constructor or with the first call that needs it, whichever comes first.
 */
#ifndef ASPAN_CORE_INIT_H
#define ASPAN_CORE_INIT_H

#include <stdatomic.h>

#include "compiler.h"

enum aspan_init_state {
	ASPAN_INIT_NOT_YET,
	ASPAN_INIT_DONE_BUT_TRACE, /* the provider is opened with the first call that needs it (trace-open.h) */
	ASPAN_INIT_DONE,
};

extern ASPAN_HIDDEN _Atomic int aspan_init_state;

ASPAN_SLOW int aspan_init_slow(void);

/*
 * Groups, threads and forks are taken care of from here on, and events are recorded where they can be. Returns 0 or -ENOMEM. Call
 * without any lock: the first call may load LTTng.
 */
static inline int aspan_init(void)
{
	/* Pairs with the release in aspan_init_slow(). */
	if (aspan_likely(atomic_load_explicit(&aspan_init_state, memory_order_acquire) ==
			 ASPAN_INIT_DONE)) {
		return 0;
	}
	return aspan_init_slow();
}

#endif

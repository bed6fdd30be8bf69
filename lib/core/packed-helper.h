/* SPDX-License-Identifier: MIT */
/*
 * The helper thread of packed recording: records what waits in the rings and encoders of all threads, so that nothing waits
 * for long. It runs while the event is enabled and there is a ring, every ASPAN_PACKED_PERIOD_NS.
 *
 * A thread that records much empties its ring itself: on its own processor the records are in the cache, and with more
 * threads than processors one helper would hold up all others.
 */
#ifndef ASPAN_CORE_PACKED_HELPER_H
#define ASPAN_CORE_PACKED_HELPER_H

#include <stdbool.h>

#include "compiler.h"

/* A quarter of what a record may wait at most: the helper may be late itself. */
#define ASPAN_PACKED_PERIOD_NS 25000000

/* Starts the helper unless it runs. Without locks. */
ASPAN_SLOW void aspan_packed_helper_start(void);

/* Whether a ring may be opened. Ask with the lock of its source, after it is in the list. */
bool aspan_packed_helper_is_there(void);

/* The helper is not in the child. */
void aspan_packed_helper_after_fork(void);

#endif

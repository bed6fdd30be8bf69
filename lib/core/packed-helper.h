/* SPDX-License-Identifier: MIT */
/*
 * The helper thread of packed recording: empties the rings, so that the program's threads need not call the tracer, and no
 * record waits for long.
 *
 * It runs while the event is enabled and there is a ring. It looks at all rings at least every
 * ASPAN_PACKED_PERIOD_NS, at once when a producer finds its ring half full, and soon again as long as there is
 * much to do.
 */
#ifndef ASPAN_CORE_PACKED_HELPER_H
#define ASPAN_CORE_PACKED_HELPER_H

#include <stdbool.h>

#include "compiler.h"

/* Half of what a record may wait at most: the helper may be late itself. */
#define ASPAN_PACKED_PERIOD_NS UINT64_C(50000000)

/* Starts the helper unless it runs. Without locks. */
ASPAN_SLOW void aspan_packed_helper_start(void);

/* Whether a ring may be opened. Ask with the lock of its source, after it is in the list. */
bool aspan_packed_helper_is_there(void);

/* Wakes the helper if it sleeps. Async-signal-safe. */
ASPAN_SLOW void aspan_packed_helper_wake(void);

/* The helper is not in the child. */
void aspan_packed_helper_after_fork(void);

#endif

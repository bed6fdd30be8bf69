/* SPDX-License-Identifier: MIT */
/*
 * Entering what is no span, and exiting: what guards, marks, ended threads and destroyed fibers have in common.
 */
#ifndef ASPAN_CORE_GUARD_H
#define ASPAN_CORE_GUARD_H

#include <stdint.h>

#include <allocspan/guard.h>

#include "compiler.h"

struct allocspan_fiber;

/* Makes a slot active on this thread. */
struct allocspan_guard aspan_guard_enter(uint32_t slot, void *ip);

/* allocspan_guard_exit() for a caller at `ip`. */
ASPAN_PRIVATE void aspan_guard_exit(struct allocspan_guard *guard, void *ip);

/* Exits every entry of the current stack made after a serial, innermost first, with its `span_exit` event. */
void aspan_guard_exit_since(struct allocspan_fiber *stack, uint64_t serial, void *ip);

#endif

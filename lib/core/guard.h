/* SPDX-License-Identifier: MIT */
/*
 * Exiting: what guards, marks, ended threads and destroyed fibers have in common.
 */
#ifndef ASPAN_CORE_GUARD_H
#define ASPAN_CORE_GUARD_H

#include <stdint.h>

struct allocspan_fiber;

/* Exits every entry of the current stack at or above a depth, innermost first, with its `span_exit` event. */
void aspan_guard_exit_above(struct allocspan_fiber *stack, uint32_t depth, void *ip);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Exiting: what guards, marks, ended threads and destroyed fibers have in common.
 */
#ifndef ASPAN_CORE_GUARD_H
#define ASPAN_CORE_GUARD_H

#include <stdint.h>

struct allocspan_fiber;

/* Exits every entry of the current stack made after a serial, innermost first, with its `span_exit` event. */
void aspan_guard_exit_since(struct allocspan_fiber *stack, uint64_t serial, void *ip);

#endif

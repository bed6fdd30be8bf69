/* SPDX-License-Identifier: MIT */
/*
 * Entering what is no span, and exiting: what guards, marks, ended threads and destroyed fibers have in common.
 */
#ifndef ASPAN_CORE_GUARD_H
#define ASPAN_CORE_GUARD_H

#include <stdint.h>

#include <allocspan/guard.h>

#include "compiler.h"
#include "group-stack.h"

/* Where there is no room at hand. */
ASPAN_SLOW struct allocspan_guard aspan_guard_enter_slowly(uint32_t slot, void *ip);

/* Makes a slot active on this thread. */
static inline struct allocspan_guard aspan_guard_enter(uint32_t slot, void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	struct allocspan_fiber *stack = thread->stack;
	struct aspan_entry *entry = aspan_stack_find_room(stack);

	if (aspan_unlikely(!entry)) {
		return aspan_guard_enter_slowly(slot, ip);
	}
	return aspan_stack_push(thread, stack, entry, slot, NULL, 0, ASPAN_ENTRY_TOKEN);
}

/* allocspan_guard_exit() for a caller at `ip`. */
ASPAN_PRIVATE void aspan_guard_exit(struct allocspan_guard *guard, void *ip);

/* Exits every entry of the current stack made after a serial, innermost first, with its `span_exit` event. */
void aspan_guard_exit_since(struct allocspan_fiber *stack, uint64_t serial, void *ip);

#endif

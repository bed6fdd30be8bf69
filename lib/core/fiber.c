/* SPDX-License-Identifier: MIT */
/*
 * Fibers: see include/allocspan/fiber.h for the contract. A fiber is a stack of group-stack.h.
 */
#include <allocspan/fiber.h>

#include <errno.h>
#include <stddef.h>

#include "group-stack.h"
#include "init.h"
#include "misuse.h"

struct allocspan_fiber *allocspan_fiber_create(void)
{
	struct allocspan_fiber *fiber = NULL;
	int error = aspan_init();

	if (!error) {
		fiber = aspan_stack_create();
		error = -ENOMEM;
	}
	if (!fiber) {
		errno = -error;
	}
	return fiber;
}

void allocspan_fiber_destroy(struct allocspan_fiber *fiber)
{
	if (fiber) {
		aspan_stack_destroy(fiber);
	}
}

struct allocspan_fiber *allocspan_fiber_get_current(void)
{
	if (!aspan_thread.stack && !aspan_thread.has_ended) {
		aspan_stack_make_room(ASPAN_CALLER_IP());
	}
	return aspan_thread.stack;
}

void allocspan_fiber_switch(struct allocspan_fiber *fiber)
{
	if (!fiber) {
		aspan_misuse(ASPAN_MISUSE_ENTER_NULL, 0, 0, ASPAN_CALLER_IP());
		return;
	}
	/* What the fiber has entered may be exited on this thread. */
	aspan_thread_watch();
	aspan_stack_switch(&aspan_thread, fiber);
}

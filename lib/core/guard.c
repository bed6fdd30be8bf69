/* SPDX-License-Identifier: MIT */
/*
 * Guards: see include/allocspan/guard.h for the contract and group-stack.h for how it is kept.
 */
#include "guard.h"

#include <allocspan/guard.h>

#include "group-stack.h"
#include "group.h"
#include "misuse.h"
#include "record.h"
#include "span.h"

static void remove_entry(struct aspan_thread *thread, struct allocspan_fiber *stack, uint32_t index,
			 struct aspan_entry *entry, uint64_t serial, void *ip)
{
	if ((serial & ASPAN_ENTRY_KIND_MASK) == ASPAN_ENTRY_SPAN) {
		aspan_span_trace_exit(thread, entry, ip);
	}
	aspan_stack_remove(thread, stack, index, entry);
}

static ASPAN_SLOW void exit_wrongly(struct allocspan_guard *guard, void *ip)
{
	const struct aspan_thread *thread = &aspan_thread;
	enum aspan_misuse what = ASPAN_MISUSE_EXIT_OTHER_THREAD;

	if (!guard || guard->stack_id == ASPAN_GUARD_NEVER) {
		what = ASPAN_MISUSE_EXIT_NOT_ENTERED;
	} else if (guard->stack_id == ASPAN_GUARD_VOID) {
		guard->stack_id = ASPAN_GUARD_EXITED;
		return;
	} else if (guard->stack_id == ASPAN_GUARD_EXITED ||
		   (thread->stack && guard->stack_id == thread->stack->id)) {
		what = ASPAN_MISUSE_EXIT_TWICE;
	}
	aspan_misuse(what, allocspan_current_group_id(), thread->span_id, ip);
}

void allocspan_guard_exit(struct allocspan_guard *guard)
{
	struct aspan_thread *thread = &aspan_thread;
	struct aspan_entry *entry;
	uint64_t serial;

	if (aspan_unlikely(!guard || !(entry = aspan_stack_find(thread->stack, guard)))) {
		exit_wrongly(guard, ASPAN_CALLER_IP());
		return;
	}
	serial = guard->serial;
	guard->stack_id = ASPAN_GUARD_EXITED;
	remove_entry(thread, thread->stack, guard->index, entry, serial, ASPAN_CALLER_IP());
}

void aspan_guard_exit_since(struct allocspan_fiber *stack, uint64_t serial, void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	uint32_t top;

	while ((top = stack->top) != 0) {
		struct aspan_entry *entry = aspan_stack_entry(stack, top);
		uint64_t entry_serial = atomic_load_explicit(&entry->serial, memory_order_relaxed);

		if (entry_serial <= (serial | ASPAN_ENTRY_KIND_MASK)) {
			return;
		}
		remove_entry(thread, stack, top, entry, entry_serial, ip);
	}
}

uint64_t allocspan_current_group_id(void)
{
	uint32_t slot = aspan_record_slot(&aspan_thread);

	return aspan_slot_is_group(slot) ? aspan_group_of_slot(slot)->view.id : 0;
}

struct allocspan_guard allocspan_untracked_enter(void)
{
	return aspan_stack_push(&aspan_thread, ASPAN_SLOT_UNTRACKED, NULL, 0, ASPAN_ENTRY_TOKEN,
				ASPAN_CALLER_IP());
}

struct allocspan_mark allocspan_mark_take(void)
{
	const struct allocspan_fiber *stack = aspan_thread.stack;

	if (!stack) {
		return (struct allocspan_mark){ 0 };
	}
	return (struct allocspan_mark){ .stack_id = stack->id, .serial = stack->last_serial };
}

void allocspan_unwind(const struct allocspan_mark *mark)
{
	struct allocspan_fiber *stack = aspan_thread.stack;

	/* A mark from before the thread's first guard names no stack and means its very bottom. */
	if (!mark || (mark->stack_id && (!stack || mark->stack_id != stack->id))) {
		aspan_misuse(ASPAN_MISUSE_UNWIND_OTHER_THREAD, allocspan_current_group_id(),
			     aspan_thread.span_id, ASPAN_CALLER_IP());
		return;
	}
	if (stack) {
		aspan_guard_exit_since(stack, mark->serial, ASPAN_CALLER_IP());
	}
}

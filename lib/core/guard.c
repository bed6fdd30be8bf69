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
#include "trace.h"

static void exit_entry(struct aspan_thread *thread, struct allocspan_fiber *stack,
		       struct aspan_entry *entry, void *ip)
{
	if (aspan_entry_kind(entry) == ASPAN_ENTRY_SPAN && aspan_trace_enabled(span_exit)) {
		aspan_span_trace_exit(thread, entry, ip);
	}
	aspan_stack_remove(thread, stack, entry);
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

static ASPAN_SLOW void exit_out_of_order(struct aspan_thread *thread, struct allocspan_guard *guard,
					 void *ip)
{
	struct aspan_entry *entry = guard ? aspan_stack_find(thread->stack, guard) : NULL;

	if (!entry) {
		exit_wrongly(guard, ip);
		return;
	}
	guard->stack_id = ASPAN_GUARD_EXITED;
	exit_entry(thread, thread->stack, entry, ip);
}

static ASPAN_SLOW void exit_traced_span(struct aspan_thread *thread, struct aspan_entry *entry,
					void *ip)
{
	if (aspan_entry_kind(entry) == ASPAN_ENTRY_SPAN) {
		aspan_span_trace_exit(thread, entry, ip);
	}
	aspan_stack_pop(thread, thread->stack, entry, ASPAN_ENTRY_SPAN);
}

/* The innermost entry, of a span or a context. */
static __attribute__((noinline)) void exit_span(struct aspan_thread *thread,
						struct aspan_entry *entry, void *ip)
{
	if (aspan_trace_enabled(span_exit)) {
		exit_traced_span(thread, entry, ip);
		return;
	}
	aspan_stack_pop(thread, thread->stack, entry, ASPAN_ENTRY_SPAN);
}

/* A token that is innermost takes two dozen instructions; everything else is somewhere else. */
static inline void exit_guard(struct allocspan_guard *guard, void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	struct allocspan_fiber *stack = thread->stack;
	struct aspan_entry *entry;
	uint64_t serial;

	if (aspan_unlikely(!guard || !stack || guard->stack_id != stack->id)) {
		exit_out_of_order(thread, guard, ip);
		return;
	}
	entry = stack->top;
	serial = atomic_load_explicit(&entry->serial, memory_order_relaxed);
	if (aspan_unlikely(serial != guard->serial)) {
		exit_out_of_order(thread, guard, ip);
		return;
	}
	guard->stack_id = ASPAN_GUARD_EXITED;
	if ((serial & ASPAN_ENTRY_KIND_MASK) != ASPAN_ENTRY_TOKEN) {
		exit_span(thread, entry, ip);
		return;
	}
	aspan_stack_pop(thread, stack, entry, ASPAN_ENTRY_TOKEN);
}

void allocspan_guard_exit(struct allocspan_guard *guard)
{
	exit_guard(guard, ASPAN_CALLER_IP());
}

void aspan_guard_exit(struct allocspan_guard *guard, void *ip)
{
	exit_guard(guard, ip);
}

void aspan_guard_exit_since(struct allocspan_fiber *stack, uint64_t serial, void *ip)
{
	while (!aspan_stack_is_empty(stack) &&
	       atomic_load_explicit(&stack->top->serial, memory_order_relaxed) >
		       (serial | ASPAN_ENTRY_KIND_MASK)) {
		exit_entry(&aspan_thread, stack, stack->top, ip);
	}
}

uint64_t allocspan_current_group_id(void)
{
	uint32_t slot = aspan_record_slot(&aspan_thread);

	return aspan_slot_is_group(slot) ? aspan_group_of_slot(slot)->view.id : 0;
}

ASPAN_SLOW struct allocspan_guard aspan_guard_enter_slowly(uint32_t slot, void *ip)
{
	struct aspan_entry *entry = aspan_stack_make_room(ip);

	return entry ? aspan_stack_push(&aspan_thread, aspan_thread.stack, entry, slot, NULL, 0,
					ASPAN_ENTRY_TOKEN) :
		       aspan_guard_void();
}

struct allocspan_guard allocspan_untracked_enter(void)
{
	return aspan_guard_enter(ASPAN_SLOT_UNTRACKED, ASPAN_CALLER_IP());
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

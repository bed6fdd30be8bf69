/* SPDX-License-Identifier: MIT */
/*
 * Contexts: see include/allocspan/context.h for the contract.
 */
#include <allocspan/context.h>

#include <errno.h>

#include "arena.h"
#include "group.h"
#include "init.h"
#include "lock.h"
#include "misuse.h"
#include "record.h"
#include "span.h"

struct allocspan_context allocspan_context_capture(void)
{
	const struct aspan_thread *thread = &aspan_thread;
	struct allocspan_context context = { .span = aspan_span_current(thread) };
	uint32_t slot = thread->active_slot;

	if (aspan_slot_is_group(slot)) {
		context.token = aspan_group_of_slot(slot);
		aspan_group_retain_active(context.token);
	}
	context.untracked = slot == ASPAN_SLOT_UNTRACKED;
	if (context.span) {
		aspan_span_retain(context.span);
	}
	return context;
}

static uint32_t context_slot(const struct allocspan_context *context)
{
	if (context->token) {
		return context->token->slot;
	}
	return context->untracked ? (uint32_t) ASPAN_SLOT_UNTRACKED : (uint32_t) ASPAN_SLOT_NONE;
}

struct allocspan_guard allocspan_context_enter(const struct allocspan_context *context)
{
	struct aspan_thread *thread = &aspan_thread;
	struct aspan_entry *entry;

	if (aspan_unlikely(!context)) {
		aspan_misuse(ASPAN_MISUSE_ENTER_NULL, 0, 0, ASPAN_CALLER_IP());
		return aspan_guard_void();
	}
	entry = aspan_stack_find_room(thread->stack);
	if (!entry) {
		entry = aspan_stack_make_room(ASPAN_CALLER_IP());
		if (!entry) {
			return aspan_guard_void();
		}
	}
	return aspan_stack_push(thread, thread->stack, entry, context_slot(context), context->span,
				allocspan_span_id(context->span), ASPAN_ENTRY_CONTEXT);
}

void allocspan_context_release(struct allocspan_context *context)
{
	if (!context) {
		return;
	}
	if (context->token) {
		aspan_group_release(context->token, ASPAN_CALLER_IP());
	}
	allocspan_span_release(context->span);
	*context = (struct allocspan_context){ 0 };
}

/* Compiled with -fexceptions, so the guard is exited however the function is left. */
void *allocspan_context_call(const struct allocspan_context *context, void *(*function)(void *),
			     void *argument)
{
	__attribute__((cleanup(allocspan_guard_exit))) struct allocspan_guard guard =
		allocspan_context_enter(context);

	return function(argument);
}

void *allocspan_span_call(struct allocspan_span *span, void *(*function)(void *), void *argument)
{
	__attribute__((cleanup(allocspan_guard_exit))) struct allocspan_guard guard =
		aspan_span_enter(span, ASPAN_CALLER_IP());

	return function(argument);
}

/* What a new thread is told; freed by the thread, or where it could not be created. */
struct thread_start {
	struct allocspan_context context;
	void *(*function)(void *);
	void *argument;
};

static void free_start(struct thread_start *start)
{
	struct aspan_lock lock;

	allocspan_context_release(&start->context);
	lock = aspan_lock();
	aspan_arena_free(start, sizeof(*start));
	aspan_unlock(&lock);
}

static void *run_thread(void *argument)
{
	struct thread_start *start = argument;
	void *(*function)(void *) = start->function;
	void *function_argument = start->argument;
	__attribute__((cleanup(allocspan_guard_exit))) struct allocspan_guard guard =
		allocspan_context_enter(&start->context);

	/* Entered, it needs the references no longer. */
	free_start(start);
	return function(function_argument);
}

int allocspan_thread_create(pthread_t *thread, const pthread_attr_t *attributes,
			    void *(*start)(void *), void *argument)
{
	struct thread_start *inherited;
	struct aspan_lock lock;
	int error = aspan_init();

	if (error) {
		return error;
	}
	lock = aspan_lock();
	inherited = aspan_arena_alloc(sizeof(*inherited));
	aspan_unlock(&lock);
	if (!inherited) {
		return -ENOMEM;
	}
	*inherited = (struct thread_start){
		.context = allocspan_context_capture(),
		.function = start,
		.argument = argument,
	};
	error = pthread_create(thread, attributes, run_thread, inherited);
	if (error) {
		free_start(inherited);
	}
	return -error;
}

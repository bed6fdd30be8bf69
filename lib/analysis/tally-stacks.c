/* SPDX-License-Identifier: MIT */
/*
 * Call sites and call stacks of blocks.
 *
 * `alloc_stack` comes right before the `alloc` of the same block on the same thread. Either can be lost, and an address is given
 * out again and again, so a stack is only that of the very next allocation of its thread, if address and call site are the same
 * and the tracer lost nothing in between. Otherwise the block has a call site and no stack.
 */
#include "tally-stacks.h"

#include "model.h"

#include <errno.h>

/* Code is told apart by what is loaded there, where the trace says that. */
static int find_callsite(struct aspan_tally *tally, uint32_t process,
			 const struct aspan_event *event, uint64_t address, uint32_t *callsite)
{
	struct aspan_callsite_query query = {
		.address = address,
		.process = process,
		.code = address == event->ip ? event->code : NULL,
		.objects = &tally->objects,
		.space = aspan_objects_get_space(&tally->objects, &event->origin, process),
	};

	return query.space ? aspan_callsite_table_find(&tally->callsites, &query, callsite) :
			     -ENOMEM;
}

int aspan_tally_take_stack(struct aspan_tally *tally, uint32_t process,
			   const struct aspan_event *event)
{
	uint32_t index, callsite, stack = ASPAN_CALL_ROOT;
	int result;

	if (!tally->has_stacks || event->frame_count == 0) {
		return 0;
	}
	result = aspan_thread_table_find(&tally->threads, process, &event->origin, &index);
	/* From the outermost in. An unwinder that found the end can have put a zero there. */
	for (size_t i = event->frame_count; !result && i-- > 0;) {
		if (event->frames[i] == 0) {
			continue;
		}
		result = find_callsite(tally, process, event, event->frames[i], &callsite);
		result = result ? result :
				  aspan_call_tree_find(&tally->calls, stack, callsite, &stack);
	}
	if (!result) {
		tally->threads.threads[index].pending = (struct aspan_pending_stack){
			.is_there = stack != ASPAN_CALL_ROOT,
			.address = event->address,
			.ip = event->frames[0],
			.stack = stack,
			.loss_count = tally->loss_count,
		};
	}
	return result;
}

/* The stack that the thread told for this alloc, or the root. */
static uint32_t take_pending(const struct aspan_tally *tally, struct aspan_thread *thread,
			     const struct aspan_event *event)
{
	const struct aspan_pending_stack *pending = &thread->pending;
	bool is_of_event = pending->is_there && pending->address == event->address &&
			   (event->ip == 0 || event->ip == pending->ip) &&
			   pending->loss_count == tally->loss_count;

	thread->pending.is_there = false;
	return is_of_event ? pending->stack : ASPAN_CALL_ROOT;
}

int aspan_tally_find_code(struct aspan_tally *tally, uint32_t process, uint32_t thread,
			  const struct aspan_event *event, struct aspan_place_key *key)
{
	if (tally->has_stacks) {
		key->stack = take_pending(tally, &tally->threads.threads[thread], event);
	}
	if (key->stack != ASPAN_CALL_ROOT) {
		key->callsite = tally->calls.nodes[key->stack].callsite;
		return 0;
	}
	return event->ip ? find_callsite(tally, process, event, event->ip, &key->callsite) : 0;
}

void aspan_tally_note_losses(struct aspan_tally *tally)
{
	tally->loss_count++;
}

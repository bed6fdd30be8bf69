/* SPDX-License-Identifier: MIT */
/*
 * Puts packed records of many threads and ordinary events into the order of their times.
 *
 * The heap holds the threads that have a record, the one with the oldest on top. What came out last stays where it
 * is until the next call, which begins by moving its thread on: so what was given points into the queue and is not copied.
 */
#include "packed-merge.h"

#include "packed-heap.h"
#include "packed-items.h"
#include "packed-queue.h"
#include "packed-threads.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct aspan_packed_merge {
	struct aspan_packed_threads threads;
	struct aspan_packed_heap heap; /* of those threads that have a record */
	struct aspan_packed_items items;
	struct aspan_packed_thread *given_thread; /* on top; its record came out last */
	uint64_t newest_ns; /* of what was added */
	uint64_t given_ns; /* of what came out */
	bool is_ended;
	struct aspan_packed_announce announce;
	struct aspan_packed_merge_counts counts;
	char error[256];
};

struct aspan_packed_merge *aspan_packed_merge_create(void)
{
	return calloc(1, sizeof(struct aspan_packed_merge));
}

void aspan_packed_merge_destroy(struct aspan_packed_merge *merge)
{
	if (!merge) {
		return;
	}
	aspan_packed_threads_fini(&merge->threads);
	aspan_packed_heap_fini(&merge->heap);
	aspan_packed_items_fini(&merge->items);
	free(merge);
}

void aspan_packed_merge_set_announce(struct aspan_packed_merge *merge,
				     void (*announce)(void *data, uint64_t address), void *data)
{
	merge->announce = (struct aspan_packed_announce){ .function = announce, .data = data };
}

const char *aspan_packed_merge_get_error(const struct aspan_packed_merge *merge)
{
	return merge->error;
}

const struct aspan_packed_merge_counts *
aspan_packed_merge_get_counts(const struct aspan_packed_merge *merge)
{
	return &merge->counts;
}

static int __attribute__((cold))
fail(struct aspan_packed_merge *merge, const struct aspan_packed_fields *event,
     const struct aspan_packed_error *error)
{
	snprintf(merge->error, sizeof(merge->error),
		 "a packed event of thread %" PRId64 " of process %" PRId64
		 " is damaged: its field '%s' %s (byte %zu, first record %" PRIu64 ")",
		 event->vtid, event->vpid, error->field, error->what, error->byte,
		 event->record_index);
	return -EINVAL;
}

/* Goes to the thread's next record. 1; 0: there is none yet; or negative errno. */
static int advance(struct aspan_packed_merge *merge, struct aspan_packed_thread *thread)
{
	int result = aspan_packed_queue_advance(thread, &merge->announce);

	return result == -EINVAL ? fail(merge, &thread->first->event, &thread->cursor.error) :
				   result;
}

static int queue_payload(struct aspan_packed_merge *merge, struct aspan_packed_thread *thread,
			 struct aspan_packed_payload *payload)
{
	int result;

	if (!aspan_packed_queue_add(thread, payload)) {
		return 0;
	}
	result = advance(merge, thread);
	return result == 1 ? aspan_packed_heap_push(&merge->heap, thread) : result;
}

static void note_newest(struct aspan_packed_merge *merge, uint64_t time_ns)
{
	merge->newest_ns = time_ns > merge->newest_ns ? time_ns : merge->newest_ns;
}

/* The thread that came out last is on top of the heap, and must leave it before another one comes in. */
static int move_on(struct aspan_packed_merge *merge)
{
	struct aspan_packed_thread *thread = merge->given_thread;
	int result;

	if (!thread) {
		return 0;
	}
	merge->given_thread = NULL;
	result = advance(merge, thread);
	if (result == 1) {
		aspan_packed_heap_sift_top(&merge->heap);
	} else {
		aspan_packed_heap_pop(&merge->heap);
	}
	return result < 0 ? result : 0;
}

int aspan_packed_merge_note_process(struct aspan_packed_merge *merge,
				    const struct aspan_origin *origin, uint64_t offset_ns)
{
	return aspan_packed_threads_note_process(&merge->threads, origin, offset_ns);
}

void aspan_packed_merge_note_begin(struct aspan_packed_merge *merge,
				   const struct aspan_origin *origin)
{
	aspan_packed_threads_note_begin(&merge->threads, origin);
}

/* An event that a process handed to the tracer, and still had when it was killed, was salvaged, too. */
static bool is_there_already(const struct aspan_packed_thread *thread,
			     const struct aspan_packed_fields *event)
{
	return thread->is_begun && event->record_index == thread->last_index &&
	       event->begin_ns == thread->last_begin_ns;
}

/* What was salvaged is of the process that another trace has, and at that trace's times. */
static void go_home(const struct aspan_packed_merge *merge, struct aspan_origin *origin,
		    uint64_t *offset_ns)
{
	const struct aspan_packed_process *home =
		aspan_packed_threads_find_home(&merge->threads, origin);

	if (home) {
		origin->trace = home->origin.trace;
		origin->pid_namespace = home->origin.pid_namespace;
		origin->is_salvaged = false;
		*offset_ns = home->offset_ns;
	}
}

static int note_thread(struct aspan_packed_merge *merge, const struct aspan_origin *origin,
		       uint64_t begin_ns, uint64_t offset_ns, struct aspan_packed_thread **thread)
{
	int result = aspan_packed_threads_find(&merge->threads, origin, thread);

	return result ? result :
			aspan_packed_threads_note_record(&merge->threads, origin,
							 begin_ns + offset_ns, offset_ns);
}

int aspan_packed_merge_add_event(struct aspan_packed_merge *merge,
				 const struct aspan_origin *origin, uint64_t time_ns,
				 uint64_t offset_ns, const struct aspan_packed_fields *event)
{
	struct aspan_origin thread_origin = *origin;
	struct aspan_packed_thread *thread;
	struct aspan_packed_payload *payload;
	struct aspan_packed_error error;
	int result = move_on(merge);

	if (result) {
		return result;
	}
	result = aspan_packed_payload_create(&payload, event, &error);
	if (result) {
		return result == -EINVAL ? fail(merge, event, &error) : result;
	}
	thread_origin.has_vpid = true;
	thread_origin.vpid = (uint64_t) event->vpid;
	thread_origin.vtid = (uint64_t) event->vtid;
	thread_origin.procname = NULL;
	if (origin->is_salvaged) {
		go_home(merge, &thread_origin, &offset_ns);
	}
	payload->event_ns = time_ns;
	payload->offset_ns = offset_ns;
	result = note_thread(merge, &thread_origin, event->begin_ns, offset_ns, &thread);
	if (result || is_there_already(thread, event)) {
		free(payload);
		return result;
	}
	if (!thread->is_begun) {
		thread->is_begun = aspan_packed_threads_begins(&merge->threads, thread);
	}
	note_newest(merge, time_ns);
	return queue_payload(merge, thread, payload);
}

static bool is_ignored(const struct aspan_packed_merge *merge, const struct aspan_packed_item *item)
{
	uint64_t first_ns;

	if (!item->is_allocation) {
		return false;
	}
	first_ns = aspan_packed_threads_get_first_ns(&merge->threads, &item->origin);
	return first_ns != UINT64_MAX && item->time_ns + ASPAN_PACKED_MIXED_SLACK_NS >= first_ns;
}

int aspan_packed_merge_add_item(struct aspan_packed_merge *merge, uint64_t time_ns, void *item,
				const struct aspan_origin *allocation_origin)
{
	struct aspan_packed_item added = { .item = item, .is_allocation = allocation_origin };

	note_newest(merge, time_ns);
	added.time_ns = merge->newest_ns;
	if (allocation_origin) {
		added.origin = *allocation_origin;
	}
	/* No later event can make it wanted, and so it need not wait. */
	if (is_ignored(merge, &added)) {
		merge->counts.ignored_items++;
		return 1;
	}
	return aspan_packed_items_add(&merge->items, &added);
}

void aspan_packed_merge_end(struct aspan_packed_merge *merge)
{
	merge->is_ended = true;
}

static bool is_due(const struct aspan_packed_merge *merge, uint64_t time_ns)
{
	return merge->is_ended || (merge->newest_ns > ASPAN_PACKED_HOLD_NS &&
				   time_ns <= merge->newest_ns - ASPAN_PACKED_HOLD_NS);
}

int aspan_packed_merge_take_item(struct aspan_packed_merge *merge, void **item)
{
	if (merge->items.count == 0) {
		return 0;
	}
	*item = aspan_packed_items_get_first(&merge->items)->item;
	aspan_packed_items_take_first(&merge->items);
	return 1;
}

static int give_item(struct aspan_packed_merge *merge, struct aspan_packed_output *output)
{
	const struct aspan_packed_item *item = aspan_packed_items_get_first(&merge->items);
	bool is_to_be_ignored = is_ignored(merge, item);

	*output = (struct aspan_packed_output){
		.type = is_to_be_ignored ? ASPAN_PACKED_IGNORED_ITEM : ASPAN_PACKED_ITEM,
		.time_ns = item->time_ns,
	};
	merge->counts.ignored_items += is_to_be_ignored;
	merge->given_ns = item->time_ns > merge->given_ns ? item->time_ns : merge->given_ns;
	return aspan_packed_merge_take_item(merge, &output->item);
}

static void fill_record(struct aspan_packed_merge *merge, const struct aspan_packed_thread *thread,
			struct aspan_packed_output *output)
{
	const struct aspan_packed_payload *payload = thread->first;
	const struct aspan_packed_record *record = aspan_packed_queue_get_record(thread);

	output->type = ASPAN_PACKED_RECORD;
	output->record = record;
	output->group = &payload->groups[record->group];
	output->current_group_id =
		record->current_group ? payload->groups[record->current_group - 1].id : 0;
	merge->counts.records++;
	merge->counts.late_records += thread->time_ns < merge->given_ns;
}

static int give_record(struct aspan_packed_merge *merge, struct aspan_packed_output *output)
{
	struct aspan_packed_thread *thread = merge->heap.threads[0];
	const char *name = thread->first->event.thread_name;

	output->origin = thread->origin;
	output->origin.procname = *name ? name : NULL;
	output->item = NULL;
	if (thread->lost_count) {
		output->type = ASPAN_PACKED_LOSS;
		output->lost_count = thread->lost_count;
		merge->counts.lost_records += thread->lost_count;
		thread->lost_count = 0;
	} else {
		fill_record(merge, thread, output);
		merge->given_thread = thread;
	}
	merge->given_ns = thread->time_ns > merge->given_ns ? thread->time_ns : merge->given_ns;
	output->time_ns = merge->given_ns;
	return 1;
}

int aspan_packed_merge_next(struct aspan_packed_merge *merge, struct aspan_packed_output *output)
{
	const struct aspan_packed_item *item = NULL;
	int result = move_on(merge);

	if (result) {
		return result;
	}
	if (merge->items.count > 0) {
		item = aspan_packed_items_get_first(&merge->items);
	}
	if (merge->heap.count > 0 && (!item || merge->heap.threads[0]->time_ns < item->time_ns)) {
		return is_due(merge, merge->heap.threads[0]->time_ns) ? give_record(merge, output) :
									0;
	}
	return item && is_due(merge, item->time_ns) ? give_item(merge, output) : 0;
}

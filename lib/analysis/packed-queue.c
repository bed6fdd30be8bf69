/* SPDX-License-Identifier: MIT */
/*
 * What waits of one thread, and which of its records is the current one.
 *
 * Decoding runs ahead by a batch, so that what a record needs can be fetched from memory meanwhile. An error in the batch
 * is told when its turn comes.
 */
#include "packed-queue.h"

#include <errno.h>
#include <stdlib.h>

/* Memory answers in the time that so many records take. */
#define BATCH_RECORDS 16

/* A record is not younger than its event, nor older than the record before it. */
static uint64_t get_time(const struct aspan_packed_thread *thread)
{
	const struct aspan_packed_payload *payload = thread->first;
	int64_t time_ns =
		(int64_t) (aspan_packed_queue_get_record(thread)->time_ns + payload->offset_ns);

	time_ns = time_ns > (int64_t) payload->event_ns ? (int64_t) payload->event_ns : time_ns;
	time_ns = time_ns < (int64_t) thread->time_ns ? (int64_t) thread->time_ns : time_ns;
	return (uint64_t) time_ns;
}

static void begin_payload(struct aspan_packed_thread *thread)
{
	aspan_packed_cursor_fini(&thread->cursor);
	aspan_packed_cursor_init(&thread->cursor, &thread->first->event,
				 thread->first->group_count);
	thread->batch_next = thread->batch_count = 0;
	thread->batch_result = 1;
	thread->lost_count += thread->first->lost_count;
}

static void end_payload(struct aspan_packed_thread *thread)
{
	struct aspan_packed_payload *payload = thread->first;

	thread->first = payload->next;
	if (!thread->first) {
		thread->last_link = &thread->first;
		free(thread->batch);
		thread->batch = NULL;
	}
	free(payload);
}

static void decode_batch(struct aspan_packed_thread *thread,
			 const struct aspan_packed_announce *announce)
{
	uint32_t count = 0;

	if (!thread->batch) {
		thread->batch = malloc(BATCH_RECORDS * sizeof(*thread->batch));
		thread->batch_result = thread->batch ? 1 : -ENOMEM;
	}
	while (count < BATCH_RECORDS && thread->batch_result == 1) {
		struct aspan_packed_record *record = &thread->batch[count];

		thread->batch_result = aspan_packed_cursor_next(&thread->cursor, record);
		if (thread->batch_result != 1) {
			break;
		}
		if (announce->function) {
			announce->function(announce->data, record->address);
		}
		count++;
	}
	thread->batch_next = 0;
	thread->batch_count = count;
}

/* Goes to the next record of the payload. 1; 0: there is none; or negative errno. */
static int advance_in_payload(struct aspan_packed_thread *thread,
			      const struct aspan_packed_announce *announce)
{
	if (thread->batch_next == thread->batch_count && thread->batch_result == 1) {
		decode_batch(thread, announce);
	}
	if (thread->batch_next < thread->batch_count) {
		thread->batch_next++;
		return 1;
	}
	return thread->batch_result;
}

int aspan_packed_queue_advance(struct aspan_packed_thread *thread,
			       const struct aspan_packed_announce *announce)
{
	for (;;) {
		int result = advance_in_payload(thread, announce);

		if (result == 1) {
			thread->time_ns = get_time(thread);
		}
		if (result) {
			return result;
		}
		end_payload(thread);
		if (!thread->first) {
			return 0;
		}
		begin_payload(thread);
	}
}

/* Missing records are only known of between two events, and where a thread began in the trace; a thread id that is used again begins anew. */
static uint64_t count_lost(const struct aspan_packed_thread *thread,
			   const struct aspan_packed_fields *event)
{
	return thread->is_begun && event->record_index > thread->next_index ?
		       event->record_index - thread->next_index :
		       0;
}

bool aspan_packed_queue_add(struct aspan_packed_thread *thread,
			    struct aspan_packed_payload *payload)
{
	bool was_empty = !thread->first;

	payload->lost_count = count_lost(thread, &payload->event);
	thread->is_begun = true;
	thread->last_index = payload->event.record_index;
	thread->last_begin_ns = payload->event.begin_ns;
	thread->next_index = payload->event.record_index + payload->event.record_count;
	*thread->last_link = payload;
	thread->last_link = &payload->next;
	if (was_empty) {
		begin_payload(thread);
	}
	return was_empty;
}

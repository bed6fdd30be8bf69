/* SPDX-License-Identifier: MIT */
/*
 * See waiting-events.h.
 */
#include "waiting-events.h"

#include "packed-decode.h"
#include "packed-format.h"
#include "packed-write.h"

#include <errno.h>

struct maker {
	const struct aspan_waiting_process *process;
	const struct aspan_waiting_thread *thread;
	aspan_waiting_events_take *take;
	void *data;
};

/* What is written when a thread's last event was: all older ones have been. */
static int give(const struct maker *maker, struct aspan_packed_fields *event, uint64_t last_ns)
{
	event->vpid = maker->process->vpid;
	event->vtid = maker->thread->vtid;
	event->thread_name = maker->thread->name;
	event->flush_ns = last_ns + ASPAN_PACKED_MAX_AGE_NS;
	return maker->take(maker->data, event);
}

/* How many bytes the records have that count, and when the last one was made. 0 or -EINVAL. */
static int measure(const struct aspan_packed_fields *event, size_t group_count, size_t *bytes,
		   uint64_t *last_ns)
{
	struct aspan_packed_cursor cursor;
	struct aspan_packed_record record;
	int result = 1;

	aspan_packed_cursor_init(&cursor, event, group_count);
	for (uint64_t i = 0; result == 1 && i < event->record_count; i++) {
		result = aspan_packed_cursor_next(&cursor, &record);
	}
	*bytes = (size_t) (cursor.at - cursor.begin);
	*last_ns = cursor.time_ns;
	aspan_packed_cursor_fini(&cursor);
	return result == 1 ? 0 : -EINVAL;
}

static int make_encoded(const struct maker *maker, uint64_t *damaged_count)
{
	const struct aspan_waiting_thread *thread = maker->thread;
	struct aspan_packed_fields event = {
		.version = ASPAN_PACKED_VERSION,
		.record_index = thread->record_index,
		.record_count = thread->encoded_count,
		.begin_ns = thread->begin_ns,
		.flush_ns = INT64_MAX,
		.span_id = thread->begin_span_id,
		.groups = thread->encoded_groups,
		.groups_bytes = thread->encoded_groups_bytes,
		.records = (const char *) thread->encoded_records,
		.records_bytes = thread->encoded_records_bytes,
	};
	struct aspan_packed_error error;
	uint64_t last_ns = 0;
	size_t group_count;

	if (thread->encoded_count == 0) {
		return 0;
	}
	if (aspan_packed_fields_check(&event, &error) ||
	    aspan_packed_groups_parse(event.groups, event.groups_bytes, NULL, 0, &group_count,
				      &error) ||
	    measure(&event, group_count, &event.records_bytes, &last_ns) ||
	    last_ns > INT64_MAX - ASPAN_PACKED_MAX_AGE_NS) {
		*damaged_count += thread->encoded_count;
		return 0;
	}
	return give(maker, &event, last_ns);
}

static int give_written(const struct maker *maker, struct aspan_packed_write *write)
{
	return write->event.record_count ? give(maker, &write->event, write->last_ns) : 0;
}

static int make_written(const struct maker *maker, struct aspan_packed_write *write)
{
	const struct aspan_waiting_thread *thread = maker->thread;
	uint64_t next_index = thread->record_index + thread->encoded_count;
	int result = 1;

	if (thread->record_count) {
		aspan_packed_write_begin(write, next_index, thread->records[0].time_ns);
	}
	for (size_t i = 0; result == 1 && i < thread->record_count; i++) {
		const struct aspan_waiting_record *record = &thread->records[i];

		result = aspan_packed_write_add(write, record, thread->groups, thread->group_count);
		if (result == 0) {
			result = give_written(maker, write);
			if (result) {
				return result;
			}
			aspan_packed_write_begin(write, next_index + i, record->time_ns);
			result = aspan_packed_write_add(write, record, thread->groups,
							thread->group_count);
		}
	}
	if (result < 0) {
		return result;
	}
	return thread->record_count ? give_written(maker, write) : 0;
}

/* The clock of a trace has 63 bits. */
static bool are_times_possible(const struct aspan_waiting_thread *thread)
{
	return thread->record_count == 0 || thread->records[thread->record_count - 1].time_ns <
						    INT64_MAX - ASPAN_PACKED_MAX_AGE_NS;
}

int aspan_waiting_events_make(const struct aspan_waiting_process *process,
			      const struct aspan_waiting_thread *thread,
			      aspan_waiting_events_take *take, void *data, uint64_t *damaged_count)
{
	const struct maker maker = {
		.process = process, .thread = thread, .take = take, .data = data
	};
	struct aspan_packed_write write = { .groups = NULL };
	int result = make_encoded(&maker, damaged_count);

	if (!result && !are_times_possible(thread)) {
		*damaged_count += thread->record_count;
		return 0;
	}
	result = result ? result : make_written(&maker, &write);
	aspan_packed_write_fini(&write);
	return result;
}

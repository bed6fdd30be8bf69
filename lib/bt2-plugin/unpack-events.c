/* SPDX-License-Identifier: MIT */
/*
 * The events `allocspan:alloc` and `allocspan:free`, made from packed records.
 *
 * The lists of fields say in which order they are; what fills them counts along.
 */
#include "unpack-events.h"

#include "unpack-declare.h"
#include "unpack-field.h"

#include <errno.h>

/* As LTTng declares them, ip decimal. */
static const struct aspan_unpack_declared contexts[] = {
	{ "vpid", ASPAN_UNPACK_SIGNED, 32, 10 },     { "vtid", ASPAN_UNPACK_SIGNED, 32, 10 },
	{ "procname", ASPAN_UNPACK_STRING, 0, 0 },   { "ip", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "pid_ns", ASPAN_UNPACK_UNSIGNED, 64, 10 },
};

#define CONTEXT_COUNT (sizeof(contexts) / sizeof(contexts[0]))

static const struct aspan_unpack_declared alloc_fields[] = {
	{ "ptr", ASPAN_UNPACK_UNSIGNED, 64, 16 },      { "size", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "group_id", ASPAN_UNPACK_UNSIGNED, 64, 10 }, { "span_id", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "kind", ASPAN_UNPACK_KIND, 8, 10 },	       { "tags", ASPAN_UNPACK_STRING, 0, 0 },
};

static const struct aspan_unpack_declared free_fields[] = {
	{ "ptr", ASPAN_UNPACK_UNSIGNED, 64, 16 },
	{ "size", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "delta", ASPAN_UNPACK_SIGNED, 64, 10 },
	{ "source_group_id", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "current_group_id", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "span_id", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "kind", ASPAN_UNPACK_KIND, 8, 10 },
	{ "tags", ASPAN_UNPACK_STRING, 0, 0 },
};

static int declare(struct aspan_unpack_events *events, bt_trace_class *trace_class)
{
	bt_stream_class *stream_class = events->made.stream_class;
	/* pid_ns is the last one. */
	size_t context_count = CONTEXT_COUNT - !events->has_pid_ns;
	int result =
		aspan_unpack_declare_contexts(trace_class, stream_class, contexts, context_count);

	if (result) {
		return result;
	}
	events->alloc = aspan_unpack_declare_event(trace_class, stream_class, "allocspan:alloc",
						   BT_EVENT_CLASS_LOG_LEVEL_DEBUG, alloc_fields,
						   sizeof(alloc_fields) / sizeof(alloc_fields[0]));
	events->free = aspan_unpack_declare_event(trace_class, stream_class, "allocspan:free",
						  BT_EVENT_CLASS_LOG_LEVEL_DEBUG, free_fields,
						  sizeof(free_fields) / sizeof(free_fields[0]));
	return events->alloc && events->free ? 0 : -ENOMEM;
}

int aspan_unpack_events_init(struct aspan_unpack_events *events, bt_self_message_iterator *iterator,
			     struct aspan_unpack_queue *queue, bt_trace_class *trace_class,
			     bt_trace *trace, bt_clock_class *clock_class, bool has_pid_ns)
{
	int result;

	*events = (struct aspan_unpack_events){ .has_pid_ns = has_pid_ns };
	result = aspan_unpack_made_stream_init(&events->made, iterator, queue, trace_class,
					       clock_class);
	result = result ? result : declare(events, trace_class);
	return result ? result : aspan_unpack_made_stream_begin(&events->made, trace);
}

void aspan_unpack_events_fini(struct aspan_unpack_events *events)
{
	bt_event_class_put_ref(events->alloc);
	bt_event_class_put_ref(events->free);
	aspan_unpack_made_stream_fini(&events->made);
}

static int fill_contexts(const struct aspan_unpack_events *events, bt_event *event,
			 const struct aspan_packed_output *output)
{
	bt_field *fields = bt_event_borrow_common_context_field(event);
	const struct aspan_origin *origin = &output->origin;

	aspan_unpack_field_set_signed(fields, 0, (int64_t) origin->vpid);
	aspan_unpack_field_set_signed(fields, 1, (int64_t) origin->vtid);
	aspan_unpack_field_set_unsigned(fields, 3, output->record->ip);
	if (events->has_pid_ns) {
		aspan_unpack_field_set_unsigned(fields, 4, origin->pid_namespace);
	}
	return aspan_unpack_field_set_string(fields, 2, origin->procname ? origin->procname : "");
}

static int fill_alloc(bt_event *event, const struct aspan_packed_output *output)
{
	bt_field *fields = bt_event_borrow_payload_field(event);
	const struct aspan_packed_record *record = output->record;

	aspan_unpack_field_set_unsigned(fields, 0, record->address);
	aspan_unpack_field_set_unsigned(fields, 1, record->size_bytes);
	aspan_unpack_field_set_unsigned(fields, 2, output->group->id);
	aspan_unpack_field_set_unsigned(fields, 3, record->span_id);
	aspan_unpack_field_set_unsigned(fields, 4, record->kind);
	return aspan_unpack_field_set_string(fields, 5, output->group->tags);
}

static int fill_free(bt_event *event, const struct aspan_packed_output *output)
{
	bt_field *fields = bt_event_borrow_payload_field(event);
	const struct aspan_packed_record *record = output->record;

	aspan_unpack_field_set_unsigned(fields, 0, record->address);
	aspan_unpack_field_set_unsigned(fields, 1, record->size_bytes);
	aspan_unpack_field_set_signed(fields, 2, (int64_t) (0 - record->size_bytes));
	aspan_unpack_field_set_unsigned(fields, 3, output->group->id);
	aspan_unpack_field_set_unsigned(fields, 4, output->current_group_id);
	aspan_unpack_field_set_unsigned(fields, 5, record->span_id);
	aspan_unpack_field_set_unsigned(fields, 6, record->kind);
	return aspan_unpack_field_set_string(fields, 7, output->group->tags);
}

int aspan_unpack_events_add(struct aspan_unpack_events *events,
			    const struct aspan_packed_output *output)
{
	bool is_free = output->record->is_free;
	bt_message *message = aspan_unpack_made_stream_add(
		&events->made, is_free ? events->free : events->alloc, output->time_ns);
	bt_event *event = message ? bt_message_event_borrow_event(message) : NULL;

	if (!event || fill_contexts(events, event, output) ||
	    (is_free ? fill_free(event, output) : fill_alloc(event, output))) {
		bt_message_put_ref(message);
		return -ENOMEM;
	}
	return aspan_unpack_queue_push(events->made.queue, message);
}

/* SPDX-License-Identifier: MIT */
/*
 * The filter component class `filter.allocspan.lttng-ust-libc`.
 */
#include "libc-filter.h"

#include "event-layout.h"
#include "id-map.h"
#include "libc-events.h"
#include "stream-table.h"
#include "unpack-frame.h"
#include "unpack-mirror.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FAIL(filter, ...)                                                                          \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(                                       \
		bt_self_message_iterator_borrow_component((filter)->self), __VA_ARGS__)

/* What an event class is to us, and where its fields are. */
struct event_class {
	const bt_event_class *source;
	bool is_alloc, is_free;
	int ptr, size, kind;
	int ip; /* of the contexts; -1: none */
};

/* A trace, and what is made of it. */
struct trace {
	struct aspan_unpack_mirror *mirror; /* lends trace class, environment and clock */
	struct aspan_libc_events events;
};

struct filter {
	struct aspan_filter_iterator frame;
	bt_self_message_iterator *self;
	struct aspan_stream_table streams;
	struct aspan_model
		*numbering; /* takes no events: the table gets the traces' numbers from it */
	struct trace *traces; /* by these numbers */
	size_t trace_count;
	struct event_class *classes;
	size_t class_count;
	struct aspan_id_map class_map;
};

bt_component_class_initialize_method_status
aspan_libc_filter_initialize(bt_self_component_filter *self,
			     bt_self_component_filter_configuration *config, const bt_value *params,
			     void *data)
{
	(void) config;
	(void) data;
	return aspan_filter_initialize(self, params, "lttng-ust-libc");
}

static int fail_memory(const struct filter *filter)
{
	FAIL(filter, "no memory for what the trace holds");
	return -ENOMEM;
}

static int find_contexts_member(const bt_event_class *event_class, const char *name)
{
	return aspan_field_find(bt_stream_class_borrow_event_common_context_field_class_const(
					bt_event_class_borrow_stream_class_const(event_class)),
				name, BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER);
}

static int fill_class(const struct filter *filter, struct event_class *filled)
{
	const char *name = bt_event_class_get_name(filled->source);
	const bt_field_class *payload =
		bt_event_class_borrow_payload_field_class_const(filled->source);

	filled->is_alloc = name && strcmp(name, "allocspan:alloc") == 0;
	filled->is_free = name && strcmp(name, "allocspan:free") == 0;
	if (!filled->is_alloc && !filled->is_free) {
		return 0;
	}
	filled->ptr = aspan_field_find(payload, "ptr", BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER);
	filled->size = aspan_field_find(payload, "size", BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER);
	filled->kind = aspan_field_find(payload, "kind", BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER);
	filled->ip = find_contexts_member(filled->source, "ip");
	if (filled->ptr >= 0 && filled->size >= 0 && filled->kind >= 0) {
		return 0;
	}
	FAIL(filter,
	     "event '%s' has not the fields ptr, size and kind: the trace is of another version "
	     "of allocspan, or damaged",
	     name);
	return -EINVAL;
}

static int add_class(struct filter *filter, const bt_event_class *source, uint32_t *index)
{
	struct event_class *moved =
		reallocarray(filter->classes, filter->class_count + 1, sizeof(*moved));
	int result;

	if (!moved) {
		return fail_memory(filter);
	}
	filter->classes = moved;
	*index = (uint32_t) filter->class_count;
	moved[*index] = (struct event_class){ .source = source };
	result = fill_class(filter, &moved[*index]);
	if (!result && aspan_id_map_set(&filter->class_map, (uintptr_t) source, *index)) {
		result = fail_memory(filter);
	}
	if (!result) {
		bt_event_class_get_ref(source);
		filter->class_count++;
	}
	return result;
}

static int find_class(struct filter *filter, const bt_event_class *source,
		      const struct event_class **found)
{
	uint32_t index = aspan_id_map_find(&filter->class_map, (uintptr_t) source);

	if (index == ASPAN_ID_MAP_NONE) {
		int result = add_class(filter, source, &index);

		if (result) {
			return result;
		}
	}
	*found = &filter->classes[index];
	return 0;
}

static int make_events(struct filter *filter, struct trace *trace,
		       const struct aspan_stream *stream)
{
	const bt_stream_class *stream_class = bt_stream_borrow_class_const(stream->stream);
	const bt_clock_class *clock =
		bt_stream_class_borrow_default_clock_class_const(stream_class);
	const bt_field_class *contexts =
		bt_stream_class_borrow_event_common_context_field_class_const(stream_class);
	bt_clock_class *clock_copy;

	if (!clock) {
		FAIL(filter, "the trace has events without a time");
		return -EINVAL;
	}
	trace->mirror = aspan_unpack_mirror_create(filter->self,
						   bt_stream_borrow_trace_const(stream->stream));
	clock_copy = trace->mirror ? aspan_unpack_mirror_borrow_clock_class(trace->mirror, clock) :
				     NULL;
	if (!clock_copy ||
	    aspan_libc_events_init(
		    &trace->events, filter->self, &filter->frame.queue,
		    aspan_unpack_mirror_borrow_trace_class(trace->mirror),
		    aspan_unpack_mirror_borrow_trace(trace->mirror), clock_copy,
		    aspan_field_find(contexts, "ip", BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER) >= 0)) {
		return fail_memory(filter);
	}
	return 0;
}

/* Makes the trace's events when the first of it is wanted. */
static int find_trace(struct filter *filter, const bt_stream *source,
		      const struct aspan_stream **stream, struct trace **found)
{
	int result = aspan_stream_table_find(&filter->streams, filter->numbering, source, stream);
	uint32_t index;

	if (result) {
		return fail_memory(filter);
	}
	index = (*stream)->origin.trace;
	if (index >= filter->trace_count) {
		struct trace *moved =
			reallocarray(filter->traces, (size_t) index + 1, sizeof(*moved));

		if (!moved) {
			return fail_memory(filter);
		}
		memset(moved + filter->trace_count, 0,
		       (index + 1 - filter->trace_count) * sizeof(*moved));
		filter->traces = moved;
		filter->trace_count = (size_t) index + 1;
	}
	*found = &filter->traces[index];
	return (*found)->mirror ? 0 : make_events(filter, *found, *stream);
}

static uint64_t get_number(const bt_field *structure, int index)
{
	return bt_field_integer_unsigned_get_value(
		bt_field_structure_borrow_member_field_by_index_const(structure, (uint64_t) index));
}

static int read_time(const struct filter *filter, const struct aspan_stream *stream,
		     const bt_message *message, uint64_t *time_ns)
{
	int64_t ns;

	if (!stream->has_clock) {
		FAIL(filter, "the trace has events without a time");
		return -EINVAL;
	}
	if (bt_clock_snapshot_get_ns_from_origin(
		    bt_message_event_borrow_default_clock_snapshot_const(message), &ns) !=
	    BT_CLOCK_SNAPSHOT_GET_NS_FROM_ORIGIN_STATUS_OK) {
		FAIL(filter, "the trace has an event at an impossible time");
		return -EINVAL;
	}
	*time_ns = (uint64_t) ns;
	return 0;
}

static int take_allocation(struct filter *filter, const bt_message *message,
			   const struct event_class *event_class)
{
	const bt_event *event = bt_message_event_borrow_event_const(message);
	const bt_field *payload = bt_event_borrow_payload_field_const(event);
	const bt_field *contexts = bt_event_borrow_common_context_field_const(event);
	struct aspan_libc_source source = { .is_free = event_class->is_free };
	const struct aspan_stream *stream;
	struct trace *trace;
	int result = find_trace(filter, bt_event_borrow_stream_const(event), &stream, &trace);

	result = result ? result : read_time(filter, stream, message, &source.time_ns);
	if (result) {
		return result;
	}
	aspan_stream_read_origin(stream, event, &source.origin);
	source.address = get_number(payload, event_class->ptr);
	source.size_bytes = get_number(payload, event_class->size);
	source.kind = get_number(payload, event_class->kind);
	source.ip = event_class->ip >= 0 ? get_number(contexts, event_class->ip) : 0;
	return aspan_libc_events_add(&trace->events, &source) ? fail_memory(filter) : 0;
}

static int take_discarded(struct filter *filter, const bt_stream *source, const uint64_t *count)
{
	const struct aspan_stream *stream;
	struct trace *trace;
	int result = find_trace(filter, source, &stream, &trace);

	if (!result && aspan_unpack_made_stream_discard(&trace->events.made, count)) {
		result = fail_memory(filter);
	}
	return result;
}

static int take_event(struct filter *filter, const bt_message *message)
{
	const bt_event *event = bt_message_event_borrow_event_const(message);
	const struct event_class *event_class;
	int result = find_class(filter, bt_event_borrow_class_const(event), &event_class);

	if (!result && (event_class->is_alloc || event_class->is_free)) {
		result = take_allocation(filter, message, event_class);
	}
	return result;
}

static int take(void *state, const bt_message *message)
{
	struct filter *filter = state;
	uint64_t count;

	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_EVENT:
		return take_event(filter, message);
	case BT_MESSAGE_TYPE_DISCARDED_EVENTS:
		return take_discarded(filter,
				      bt_message_discarded_events_borrow_stream_const(message),
				      bt_message_discarded_events_get_count(message, &count) ==
						      BT_PROPERTY_AVAILABILITY_AVAILABLE ?
					      &count :
					      NULL);
	case BT_MESSAGE_TYPE_DISCARDED_PACKETS:
		/* How many events they held nobody knows. */
		return take_discarded(
			filter, bt_message_discarded_packets_borrow_stream_const(message), NULL);
	default:
		return 0;
	}
}

static int end(void *state)
{
	struct filter *filter = state;

	for (size_t i = 0; i < filter->trace_count; i++) {
		if (filter->traces[i].mirror &&
		    aspan_unpack_made_stream_end(&filter->traces[i].events.made)) {
			return fail_memory(filter);
		}
	}
	return 0;
}

static void destroy(struct filter *filter)
{
	if (!filter) {
		return;
	}
	aspan_filter_iterator_fini(&filter->frame);
	for (size_t i = 0; i < filter->trace_count; i++) {
		aspan_libc_events_fini(&filter->traces[i].events);
		aspan_unpack_mirror_destroy(filter->traces[i].mirror);
	}
	for (size_t i = 0; i < filter->class_count; i++) {
		bt_event_class_put_ref(filter->classes[i].source);
	}
	aspan_stream_table_fini(&filter->streams);
	aspan_model_destroy(filter->numbering);
	aspan_id_map_fini(&filter->class_map);
	free(filter->classes);
	free(filter->traces);
	free(filter);
}

bt_message_iterator_class_initialize_method_status
aspan_libc_iterator_initialize(bt_self_message_iterator *self,
			       bt_self_message_iterator_configuration *config,
			       bt_self_component_port_output *port)
{
	struct filter *filter = calloc(1, sizeof(*filter));

	(void) config;
	(void) port;
	if (filter) {
		filter->self = self;
		filter->frame.work =
			(struct aspan_filter_work){ .state = filter, .take = take, .end = end };
		filter->numbering = aspan_model_create();
	}
	if (!filter || !filter->numbering) {
		destroy(filter);
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	}
	if (aspan_filter_iterator_connect(&filter->frame, self)) {
		destroy(filter);
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	bt_self_message_iterator_set_data(self, filter);
	return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

void aspan_libc_iterator_finalize(bt_self_message_iterator *self)
{
	destroy(bt_self_message_iterator_get_data(self));
}

bt_message_iterator_class_next_method_status
aspan_libc_iterator_next(bt_self_message_iterator *self, bt_message_array_const messages,
			 uint64_t capacity, uint64_t *count)
{
	struct filter *filter = bt_self_message_iterator_get_data(self);

	return aspan_filter_iterator_next(&filter->frame, messages, capacity, count);
}

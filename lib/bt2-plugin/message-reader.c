/* SPDX-License-Identifier: MIT */
/*
 * Turns babeltrace2's messages into the model's events.
 *
 * Streams, traces and event classes are known by their addresses. The reader holds a reference on each, so
 * that no address is used again for another one.
 */
#include "message-reader.h"

#include "event-layout.h"
#include "id-map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FAIL(reader, ...)                                                                          \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT((reader)->component, __VA_ARGS__)

/* What babeltrace2 calls the CTF structure event.context, where LTTng puts contexts. */
struct contexts {
	int vpid, vtid, pid_ns, procname; /* index of the member, or -1 */
};

struct stream {
	const bt_stream *stream;
	struct aspan_origin origin; /* of all its events, as far as the trace tells it */
	struct contexts contexts;
	bool has_clock;
};

struct event_class {
	const bt_event_class *event_class;
	struct aspan_event_layout layout;
};

struct trace {
	const bt_trace *trace;
	uint32_t index; /* in the model */
};

struct aspan_message_reader {
	struct aspan_model *model;
	bt_self_component *component;
	struct stream *streams;
	size_t stream_count;
	struct aspan_id_map stream_map; /* address to index */
	struct event_class *event_classes;
	size_t event_class_count;
	struct aspan_id_map event_class_map;
	struct trace *traces;
	size_t trace_count;
};

struct aspan_message_reader *aspan_message_reader_create(struct aspan_model *model,
							 bt_self_component *component)
{
	struct aspan_message_reader *reader = calloc(1, sizeof(*reader));

	if (reader) {
		reader->model = model;
		reader->component = component;
	}
	return reader;
}

void aspan_message_reader_destroy(struct aspan_message_reader *reader)
{
	if (!reader) {
		return;
	}
	for (size_t i = 0; i < reader->stream_count; i++) {
		bt_stream_put_ref(reader->streams[i].stream);
	}
	for (size_t i = 0; i < reader->event_class_count; i++) {
		bt_event_class_put_ref(reader->event_classes[i].event_class);
	}
	for (size_t i = 0; i < reader->trace_count; i++) {
		bt_trace_put_ref(reader->traces[i].trace);
	}
	aspan_id_map_fini(&reader->stream_map);
	aspan_id_map_fini(&reader->event_class_map);
	free(reader->streams);
	free(reader->event_classes);
	free(reader->traces);
	free(reader);
}

static const char *get_environment_string(const bt_trace *trace, const char *name)
{
	const bt_value *value = bt_trace_borrow_environment_entry_value_by_name_const(trace, name);

	return value && bt_value_is_string(value) ? bt_value_string_get(value) : NULL;
}

/* Only traces of one process (LTTng's per-process buffers) have it in their environment. */
static bool get_environment_vpid(const bt_trace *trace, uint64_t *vpid)
{
	const bt_value *value =
		bt_trace_borrow_environment_entry_value_by_name_const(trace, "vpid");

	if (!value || !bt_value_is_signed_integer(value)) {
		return false;
	}
	*vpid = (uint64_t) bt_value_integer_signed_get(value);
	return true;
}

static int add_trace(struct aspan_message_reader *reader, const bt_trace *trace, uint32_t *index)
{
	struct trace *moved = reallocarray(reader->traces, reader->trace_count + 1, sizeof(*moved));
	int result;

	if (!moved) {
		return -ENOMEM;
	}
	reader->traces = moved;
	result = aspan_model_add_trace(reader->model, get_environment_string(trace, "hostname"),
				       index);
	if (result) {
		return result;
	}
	bt_trace_get_ref(trace);
	moved[reader->trace_count++] = (struct trace){ .trace = trace, .index = *index };
	return 0;
}

static int find_trace(struct aspan_message_reader *reader, const bt_trace *trace, uint32_t *index)
{
	for (size_t i = 0; i < reader->trace_count; i++) {
		if (reader->traces[i].trace == trace) {
			*index = reader->traces[i].index;
			return 0;
		}
	}
	return add_trace(reader, trace, index);
}

static int fill_stream(struct aspan_message_reader *reader, struct stream *filled,
		       const bt_stream *stream)
{
	const bt_trace *trace = bt_stream_borrow_trace_const(stream);
	const bt_stream_class *stream_class = bt_stream_borrow_class_const(stream);
	const bt_field_class *contexts =
		bt_stream_class_borrow_event_common_context_field_class_const(stream_class);

	*filled = (struct stream){
		.stream = stream,
		.has_clock = bt_stream_class_borrow_default_clock_class_const(stream_class),
		.origin.procname = get_environment_string(trace, "procname"),
		.contexts = {
			.vpid = aspan_field_find(contexts, "vpid", BT_FIELD_CLASS_TYPE_SIGNED_INTEGER),
			.vtid = aspan_field_find(contexts, "vtid", BT_FIELD_CLASS_TYPE_SIGNED_INTEGER),
			.pid_ns = aspan_field_find(contexts, "pid_ns",
						   BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER),
			.procname = aspan_field_find(contexts, "procname",
						     BT_FIELD_CLASS_TYPE_STRING),
		},
	};
	filled->origin.has_vpid = get_environment_vpid(trace, &filled->origin.vpid) ||
				  filled->contexts.vpid >= 0;
	return find_trace(reader, trace, &filled->origin.trace);
}

static int add_stream(struct aspan_message_reader *reader, const bt_stream *stream, uint32_t *index)
{
	struct stream *moved =
		reallocarray(reader->streams, reader->stream_count + 1, sizeof(*moved));
	int result;

	if (!moved) {
		return -ENOMEM;
	}
	reader->streams = moved;
	*index = (uint32_t) reader->stream_count;
	result = fill_stream(reader, &moved[*index], stream);
	if (!result) {
		result = aspan_id_map_set(&reader->stream_map, (uintptr_t) stream, *index);
	}
	if (!result) {
		bt_stream_get_ref(stream);
		reader->stream_count++;
	}
	return result;
}

static int find_stream(struct aspan_message_reader *reader, const bt_stream *stream,
		       const struct stream **found)
{
	uint32_t index = aspan_id_map_find(&reader->stream_map, (uintptr_t) stream);

	if (index == ASPAN_ID_MAP_NONE) {
		int result = add_stream(reader, stream, &index);

		if (result) {
			FAIL(reader, "no memory for another stream");
			return result;
		}
	}
	*found = &reader->streams[index];
	return 0;
}

static int fill_layout(struct aspan_message_reader *reader, const bt_event_class *event_class,
		       struct aspan_event_layout *layout)
{
	const char *bad_field;
	int result = aspan_event_layout_init(layout, event_class, &bad_field);

	if (result) {
		FAIL(reader,
		     "event '%s' has no field '%s' of the expected type: the trace is of another "
		     "version of allocspan, or damaged",
		     bt_event_class_get_name(event_class), bad_field);
	}
	return result;
}

static int add_event_class(struct aspan_message_reader *reader, const bt_event_class *event_class,
			   uint32_t *index)
{
	struct event_class *moved =
		reallocarray(reader->event_classes, reader->event_class_count + 1, sizeof(*moved));
	int result;

	if (!moved) {
		FAIL(reader, "no memory for another event class");
		return -ENOMEM;
	}
	reader->event_classes = moved;
	*index = (uint32_t) reader->event_class_count;
	moved[*index].event_class = event_class;
	result = fill_layout(reader, event_class, &moved[*index].layout);
	if (result) {
		return result;
	}
	result = aspan_id_map_set(&reader->event_class_map, (uintptr_t) event_class, *index);
	if (result) {
		FAIL(reader, "no memory for another event class");
		return result;
	}
	bt_event_class_get_ref(event_class);
	reader->event_class_count++;
	return 0;
}

static int find_layout(struct aspan_message_reader *reader, const bt_event_class *event_class,
		       const struct aspan_event_layout **layout)
{
	uint32_t index = aspan_id_map_find(&reader->event_class_map, (uintptr_t) event_class);

	if (index == ASPAN_ID_MAP_NONE) {
		int result = add_event_class(reader, event_class, &index);

		if (result) {
			return result;
		}
	}
	*layout = &reader->event_classes[index].layout;
	return 0;
}

static const bt_field *borrow_context(const bt_field *contexts, int index)
{
	return bt_field_structure_borrow_member_field_by_index_const(contexts, (uint64_t) index);
}

static void read_contexts(const struct stream *stream, const bt_event *event,
			  struct aspan_origin *origin)
{
	const struct contexts *members = &stream->contexts;
	const bt_field *contexts = bt_event_borrow_common_context_field_const(event);

	*origin = stream->origin;
	if (members->vpid >= 0) {
		origin->vpid = (uint64_t) bt_field_integer_signed_get_value(
			borrow_context(contexts, members->vpid));
	}
	if (members->vtid >= 0) {
		origin->vtid = (uint64_t) bt_field_integer_signed_get_value(
			borrow_context(contexts, members->vtid));
	}
	if (members->pid_ns >= 0) {
		origin->pid_namespace = bt_field_integer_unsigned_get_value(
			borrow_context(contexts, members->pid_ns));
	}
	if (members->procname >= 0) {
		origin->procname =
			bt_field_string_get_value(borrow_context(contexts, members->procname));
	}
}

static int read_time(struct aspan_message_reader *reader, const struct stream *stream,
		     const bt_message *message, uint64_t *time_ns)
{
	const bt_clock_snapshot *snapshot;
	int64_t ns;

	if (!stream->has_clock) {
		FAIL(reader, "the trace has events without a time");
		return -EINVAL;
	}
	snapshot = bt_message_event_borrow_default_clock_snapshot_const(message);
	if (bt_clock_snapshot_get_ns_from_origin(snapshot, &ns) !=
	    BT_CLOCK_SNAPSHOT_GET_NS_FROM_ORIGIN_STATUS_OK) {
		FAIL(reader, "the trace has an event at an impossible time");
		return -EINVAL;
	}
	*time_ns = (uint64_t) ns;
	return 0;
}

static int read_event(struct aspan_message_reader *reader, const bt_message *message)
{
	const bt_event *source = bt_message_event_borrow_event_const(message);
	const struct aspan_event_layout *layout;
	const struct stream *stream;
	struct aspan_event event;
	int result = find_stream(reader, bt_event_borrow_stream_const(source), &stream);

	if (result) {
		return result;
	}
	result = find_layout(reader, bt_event_borrow_class_const(source), &layout);
	if (result) {
		return result;
	}
	result = read_time(reader, stream, message, &event.time_ns);
	if (result) {
		return result;
	}
	event.type = layout->type;
	if (layout->type != ASPAN_EVENT_OTHER) {
		event.group_id = 0;
		event.name = NULL;
		read_contexts(stream, source, &event.origin);
		aspan_event_layout_read(layout, source, &event);
	}
	result = aspan_model_feed(reader->model, &event);
	if (result) {
		FAIL(reader, "no memory for what the trace holds: %s", strerror(-result));
	}
	return result;
}

static int read_discarded_events(struct aspan_message_reader *reader, const bt_message *message)
{
	const struct stream *stream;
	uint64_t count;
	bool is_known = bt_message_discarded_events_get_count(message, &count) ==
			BT_PROPERTY_AVAILABILITY_AVAILABLE;
	int result = find_stream(reader, bt_message_discarded_events_borrow_stream_const(message),
				 &stream);

	if (!result) {
		aspan_model_note_discarded_events(reader->model, stream->origin.trace,
						  is_known ? &count : NULL);
	}
	return result;
}

static int read_discarded_packets(struct aspan_message_reader *reader, const bt_message *message)
{
	const struct stream *stream;
	uint64_t count;
	bool is_known = bt_message_discarded_packets_get_count(message, &count) ==
			BT_PROPERTY_AVAILABILITY_AVAILABLE;
	int result = find_stream(reader, bt_message_discarded_packets_borrow_stream_const(message),
				 &stream);

	if (!result) {
		aspan_model_note_discarded_packets(reader->model, stream->origin.trace,
						   is_known ? &count : NULL);
	}
	return result;
}

int aspan_message_reader_read(struct aspan_message_reader *reader, const bt_message *message)
{
	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_EVENT:
		return read_event(reader, message);
	case BT_MESSAGE_TYPE_DISCARDED_EVENTS:
		return read_discarded_events(reader, message);
	case BT_MESSAGE_TYPE_DISCARDED_PACKETS:
		return read_discarded_packets(reader, message);
	default:
		return 0;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * Turns babeltrace2's messages into the model's events.
 *
 * Event classes are known by their addresses. The reader holds a reference on each, so that no address is used
 * again for another one.
 */
#include "message-reader.h"

#include "bind-class.h"
#include "event-layout.h"
#include "id-map.h"
#include "stream-table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FAIL(reader, ...)                                                                          \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT((reader)->component, __VA_ARGS__)

struct event_class {
	const bt_event_class *event_class;
	struct aspan_event_layout layout;
	struct aspan_bind_class *bind; /* NULL: the replay wants nothing of it */
};

struct aspan_message_reader {
	struct aspan_model *model;
	struct aspan_bind_replay *replay; /* NULL: none */
	bt_self_component *component;
	struct aspan_stream_table streams;
	struct event_class *event_classes;
	size_t event_class_count;
	struct aspan_id_map event_class_map;
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

void aspan_message_reader_set_replay(struct aspan_message_reader *reader,
				     struct aspan_bind_replay *replay)
{
	reader->replay = replay;
}

void aspan_message_reader_destroy(struct aspan_message_reader *reader)
{
	if (!reader) {
		return;
	}
	for (size_t i = 0; i < reader->event_class_count; i++) {
		bt_event_class_put_ref(reader->event_classes[i].event_class);
		aspan_bind_class_destroy(reader->event_classes[i].bind);
	}
	aspan_stream_table_fini(&reader->streams);
	aspan_id_map_fini(&reader->event_class_map);
	free(reader->event_classes);
	free(reader);
}

static int find_stream(struct aspan_message_reader *reader, const bt_stream *stream,
		       const struct aspan_stream **found)
{
	int result = aspan_stream_table_find(&reader->streams, reader->model, stream, found);

	if (result) {
		FAIL(reader, "no memory for another stream");
	}
	return result;
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
	moved[*index] = (struct event_class){ .event_class = event_class };
	result = fill_layout(reader, event_class, &moved[*index].layout);
	if (!result && reader->replay) {
		result = aspan_bind_class_create(&moved[*index].bind, reader->replay,
						 reader->component, event_class);
	}
	if (result) {
		return result;
	}
	result = aspan_id_map_set(&reader->event_class_map, (uintptr_t) event_class, *index);
	if (result) {
		FAIL(reader, "no memory for another event class");
		aspan_bind_class_destroy(moved[*index].bind);
		return result;
	}
	bt_event_class_get_ref(event_class);
	reader->event_class_count++;
	return 0;
}

static int find_event_class(struct aspan_message_reader *reader, const bt_event_class *event_class,
			    const struct event_class **found)
{
	uint32_t index = aspan_id_map_find(&reader->event_class_map, (uintptr_t) event_class);

	if (index == ASPAN_ID_MAP_NONE) {
		int result = add_event_class(reader, event_class, &index);

		if (result) {
			return result;
		}
	}
	*found = &reader->event_classes[index];
	return 0;
}

static int read_time(struct aspan_message_reader *reader, const struct aspan_stream *stream,
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

/* A replay tells threads apart. */
static int check_contexts(struct aspan_message_reader *reader, const struct aspan_stream *stream)
{
	if (stream->origin.has_vpid && stream->contexts.vtid >= 0) {
		return 0;
	}
	FAIL(reader,
	     "the trace lacks the context '%s', by which --bind tells %s apart; record it with: lttng "
	     "add-context -u -t vpid -t vtid",
	     stream->origin.has_vpid ? "vtid" : "vpid",
	     stream->origin.has_vpid ? "threads" : "processes");
	return -EINVAL;
}

/* Hands an event to the replay, if there is one and it wants it, or else to the model. */
static int feed(struct aspan_message_reader *reader, const struct event_class *event_class,
		const bt_event *source, struct aspan_event *event)
{
	int result;

	if (event_class->bind) {
		result = aspan_bind_class_read(event_class->bind, reader->replay, reader->model,
					       source, event);
		event->type = ASPAN_EVENT_OTHER;
	} else if (reader->replay && event->type != ASPAN_EVENT_OTHER) {
		return aspan_bind_replay_feed(reader->replay, reader->model, event);
	} else {
		result = 0;
	}
	return result ? result : aspan_model_feed(reader->model, event);
}

static int read_event(struct aspan_message_reader *reader, const bt_message *message)
{
	const bt_event *source = bt_message_event_borrow_event_const(message);
	const struct event_class *event_class;
	const struct aspan_stream *stream;
	struct aspan_event event = { .group_id = 0 };
	int result = find_stream(reader, bt_event_borrow_stream_const(source), &stream);

	if (!result) {
		result =
			find_event_class(reader, bt_event_borrow_class_const(source), &event_class);
	}
	if (!result) {
		result = read_time(reader, stream, message, &event.time_ns);
	}
	if (result) {
		return result;
	}
	event.type = event_class->layout.type;
	if (event.type != ASPAN_EVENT_OTHER || event_class->bind) {
		result = reader->replay ? check_contexts(reader, stream) : 0;
		if (result) {
			return result;
		}
		aspan_stream_read_origin(stream, source, &event.origin);
		aspan_event_layout_read(&event_class->layout, source, &event);
	}
	result = feed(reader, event_class, source, &event);
	if (result) {
		FAIL(reader, "no memory for what the trace holds: %s", strerror(-result));
	}
	return result;
}

static int read_discarded_events(struct aspan_message_reader *reader, const bt_message *message)
{
	const struct aspan_stream *stream;
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
	const struct aspan_stream *stream;
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

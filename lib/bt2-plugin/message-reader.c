/* SPDX-License-Identifier: MIT */
/*
 * Turns babeltrace2's messages into the model's events.
 *
 * Event classes are known by their addresses. The reader holds a reference on each, so that no address is used
 * again for another one.
 *
 * Where there may be packed events, messages go through a queue (packed-reader.h) and come out of it as the very same
 * messages, between the records.
 */
#include "message-reader.h"

#include "bind-class.h"
#include "event-layout.h"
#include "id-map.h"
#include "object-layout.h"
#include "packed-losses.h"
#include "packed-reader.h"
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
	struct aspan_packed_layout packed;
	struct aspan_object_layout object;
};

struct aspan_message_reader {
	struct aspan_model *model;
	struct aspan_bind_replay *replay; /* NULL: none */
	bt_self_component *component;
	struct aspan_stream_table streams;
	struct event_class *event_classes;
	size_t event_class_count;
	struct aspan_id_map event_class_map;
	struct aspan_packed_reader *packed; /* NULL: there are no packed events so far */
	struct aspan_packed_losses packed_losses;
	uint64_t late_count; /* of records, as far as the model knows */
	uint64_t frames[ASPAN_EVENT_FRAMES_MAX]; /* of the event that is being read */
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
	aspan_packed_reader_destroy(reader->packed);
	aspan_packed_losses_fini(&reader->packed_losses);
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

static int fill_layouts(struct aspan_message_reader *reader, const bt_event_class *event_class,
			struct event_class *layouts)
{
	const char *bad_field;
	int result = aspan_event_layout_init(&layouts->layout, event_class,
					     aspan_model_wants_detail(reader->model), &bad_field);

	result = result ? result :
			  aspan_packed_layout_init(&layouts->packed, event_class, &bad_field);
	if (!result && aspan_model_wants_objects(reader->model)) {
		result = aspan_object_layout_init(&layouts->object, event_class, &bad_field);
	}
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
	result = fill_layouts(reader, event_class, &moved[*index]);
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

static int take_object(struct aspan_message_reader *reader, const struct aspan_stream *stream,
		       const struct event_class *event_class, const bt_event *source)
{
	struct aspan_object_event event;
	struct aspan_origin origin;

	aspan_stream_read_origin(stream, source, &origin);
	aspan_object_layout_read(&event_class->object, source, &event);
	return aspan_model_take_object(reader->model, &origin, &event);
}

static int read_event(struct aspan_message_reader *reader, const bt_message *message)
{
	const bt_event *source = bt_message_event_borrow_event_const(message);
	const struct event_class *event_class;
	const struct aspan_stream *stream;
	struct aspan_event event = { .group_id = 0 };
	struct aspan_stream_code code;
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
		if (aspan_model_wants_detail(reader->model)) {
			aspan_stream_read_code(stream, source, &event, &code);
		}
		aspan_event_layout_read_frames(&event_class->layout, source, reader->frames,
					       &event);
	}
	result = event_class->object.is_wanted ? take_object(reader, stream, event_class, source) :
						 0;
	result = result ? result : feed(reader, event_class, source, &event);
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

	if (!result && reader->packed) {
		result = aspan_packed_losses_add_events(&reader->packed_losses, reader->model,
							stream->origin.trace,
							is_known ? &count : NULL);
	} else if (!result) {
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

static int read_now(struct aspan_message_reader *reader, const bt_message *message)
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

/* From here on: traces that may have packed events. */

static int queue_event(struct aspan_message_reader *reader, const bt_message *message)
{
	const bt_event *source = bt_message_event_borrow_event_const(message);
	const struct event_class *event_class;
	const struct aspan_stream *stream;
	struct aspan_origin origin;
	uint64_t time_ns;
	bool is_allocation;
	int result = find_stream(reader, bt_event_borrow_stream_const(source), &stream);

	if (!result) {
		result =
			find_event_class(reader, bt_event_borrow_class_const(source), &event_class);
	}
	if (!result) {
		result = read_time(reader, stream, message, &time_ns);
	}
	if (result) {
		return result;
	}
	is_allocation = event_class->layout.type == ASPAN_EVENT_ALLOC ||
			event_class->layout.type == ASPAN_EVENT_FREE;
	if (is_allocation || event_class->packed.is_packed) {
		aspan_stream_read_origin(stream, source, &origin);
	}
	if (event_class->packed.is_packed) {
		return aspan_packed_reader_add_event(reader->packed, &event_class->packed, message,
						     &origin, time_ns);
	}
	return aspan_packed_reader_add_message(reader->packed, message, time_ns,
					       is_allocation ? &origin : NULL);
}

static int queue_message(struct aspan_message_reader *reader, const bt_message *message)
{
	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_EVENT:
		return queue_event(reader, message);
	case BT_MESSAGE_TYPE_DISCARDED_EVENTS:
	case BT_MESSAGE_TYPE_DISCARDED_PACKETS:
		return aspan_packed_reader_add_message(reader->packed, message, 0, NULL);
	default:
		return 0;
	}
}

static int take_record(struct aspan_message_reader *reader,
		       const struct aspan_packed_output *output)
{
	const struct aspan_packed_record *record = output->record;
	struct aspan_event event = {
		.type = record->is_free ? ASPAN_EVENT_FREE : ASPAN_EVENT_ALLOC,
		.time_ns = output->time_ns,
		.origin = output->origin,
		.group_id = output->group->id,
		.tags = output->group->tags,
		.address = record->address,
		.size_bytes = record->size_bytes,
		.current_group_id = output->current_group_id,
		.span_id = record->span_id,
		.kind = record->kind,
		.ip = record->ip,
	};
	int result = reader->replay ?
			     aspan_bind_replay_feed(reader->replay, reader->model, &event) :
			     aspan_model_feed(reader->model, &event);

	if (result) {
		FAIL(reader, "no memory for what the trace holds: %s", strerror(-result));
	}
	return result;
}

/* A record at another time than its own makes a trace as unsure as a lost event does. */
static int note_late(struct aspan_message_reader *reader, const struct aspan_packed_output *output)
{
	uint64_t late_count = aspan_packed_reader_get_counts(reader->packed)->late_records;
	int result = 0;

	if (late_count > reader->late_count) {
		result = aspan_packed_losses_add_records(&reader->packed_losses, reader->model,
							 output->origin.trace, 0);
	}
	reader->late_count = late_count;
	return result;
}

static int take_output(struct aspan_message_reader *reader,
		       const struct aspan_packed_output *output, const bt_message *message)
{
	int result;

	switch (output->type) {
	case ASPAN_PACKED_RECORD:
		result = note_late(reader, output);
		return result ? result : take_record(reader, output);
	case ASPAN_PACKED_LOSS:
		return aspan_packed_losses_add_records(&reader->packed_losses, reader->model,
						       output->origin.trace, output->lost_count);
	default:
		result = read_now(reader, message);
		bt_message_put_ref(message);
		return result;
	}
}

static int take_what_is_due(struct aspan_message_reader *reader)
{
	struct aspan_packed_output output;
	const bt_message *message;
	int result;

	while ((result = aspan_packed_reader_next(reader->packed, &output, &message)) == 1) {
		result = take_output(reader, &output, message);
		if (result) {
			return result;
		}
	}
	return result;
}

/* The class of an event that has been read before, or NULL. */
static const struct event_class *get_known_class(const struct aspan_message_reader *reader,
						 const bt_message *message)
{
	const bt_event_class *event_class;
	uint32_t index;

	if (bt_message_get_type(message) != BT_MESSAGE_TYPE_EVENT) {
		return NULL;
	}
	event_class = bt_event_borrow_class_const(bt_message_event_borrow_event_const(message));
	index = aspan_id_map_find(&reader->event_class_map, (uintptr_t) event_class);
	return index == ASPAN_ID_MAP_NONE ? NULL : &reader->event_classes[index];
}

void aspan_message_reader_prefetch(const struct aspan_message_reader *reader,
				   bt_message_array_const messages, uint64_t count)
{
	if (!aspan_model_wants_prefetch(reader->model)) {
		return;
	}
	for (uint64_t i = 0; i < count; i++) {
		const struct event_class *event_class = get_known_class(reader, messages[i]);
		uint64_t address;

		if (event_class &&
		    aspan_event_layout_read_address(
			    &event_class->layout, bt_message_event_borrow_event_const(messages[i]),
			    &address)) {
			aspan_model_prefetch(reader->model, address);
		}
	}
}

static void prefetch_record(void *model, uint64_t address)
{
	if (aspan_model_wants_prefetch(model)) {
		aspan_model_prefetch(model, address);
	}
}

int aspan_message_reader_read(struct aspan_message_reader *reader, const bt_message *message)
{
	int result;

	if (!reader->packed && !get_known_class(reader, message) &&
	    aspan_packed_reader_is_wanted_for(message)) {
		reader->packed = aspan_packed_reader_create(reader->component);
		if (!reader->packed) {
			FAIL(reader, "no memory for packed events");
			return -ENOMEM;
		}
		aspan_packed_reader_set_announce(reader->packed, prefetch_record, reader->model);
	}
	if (!reader->packed) {
		return read_now(reader, message);
	}
	result = queue_message(reader, message);
	return result ? result : take_what_is_due(reader);
}

int aspan_message_reader_finish(struct aspan_message_reader *reader)
{
	int result;

	if (!reader->packed) {
		return 0;
	}
	aspan_packed_reader_end(reader->packed);
	result = take_what_is_due(reader);
	aspan_packed_losses_finish(&reader->packed_losses, reader->model);
	return result;
}

int aspan_message_reader_add_notes(const struct aspan_message_reader *reader,
				   struct aspan_report *report)
{
	return reader->packed ?
		       aspan_packed_losses_add_notes(&reader->packed_losses,
						     aspan_packed_reader_get_counts(reader->packed),
						     report) :
		       0;
}

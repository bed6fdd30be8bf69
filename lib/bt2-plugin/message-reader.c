/* SPDX-License-Identifier: MIT */
/*
 * Turns babeltrace2's messages into the model's events.
 *
 * Event classes are known by their addresses. The reader holds a reference on each, so that no address is used
 * again for another one.
 *
 * Where there may be packed events, messages go through message-queue.c.
 */
#include "message-reader-state.h"

#include "first-packet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int aspan_message_reader_find_stream(struct aspan_message_reader *reader, const bt_stream *stream,
				     const struct aspan_stream **found)
{
	int result = aspan_stream_table_find(&reader->streams, reader->model, stream, found);

	if (result) {
		ASPAN_READER_FAIL(reader, "no memory for another stream");
	}
	return result;
}

static int fill_layouts(struct aspan_message_reader *reader, const bt_event_class *event_class,
			struct aspan_message_class *layouts)
{
	const char *bad_field;
	int result = aspan_event_layout_init(&layouts->layout, event_class,
					     aspan_model_wants_detail(reader->model), &bad_field);

	result = result ? result :
			  aspan_packed_layout_init(&layouts->packed, event_class, &bad_field);
	result = result ? result :
			  aspan_process_layout_init(&layouts->process, layouts->layout.type,
						    event_class, &bad_field);
	if (!result && aspan_model_wants_objects(reader->model)) {
		result = aspan_object_layout_init(&layouts->object, event_class, &bad_field);
	}
	if (result) {
		ASPAN_READER_FAIL(
			reader,
			"event '%s' has no field '%s' of the expected type: the trace is of another "
			"version of allocspan, or damaged",
			bt_event_class_get_name(event_class), bad_field);
	}
	return result;
}

static int add_event_class(struct aspan_message_reader *reader, const bt_event_class *event_class,
			   uint32_t *index)
{
	struct aspan_message_class *moved =
		reallocarray(reader->event_classes, reader->event_class_count + 1, sizeof(*moved));
	int result;

	if (!moved) {
		ASPAN_READER_FAIL(reader, "no memory for another event class");
		return -ENOMEM;
	}
	reader->event_classes = moved;
	*index = (uint32_t) reader->event_class_count;
	moved[*index] = (struct aspan_message_class){ .event_class = event_class };
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
		ASPAN_READER_FAIL(reader, "no memory for another event class");
		aspan_bind_class_destroy(moved[*index].bind);
		return result;
	}
	bt_event_class_get_ref(event_class);
	reader->event_class_count++;
	return 0;
}

int aspan_message_reader_find_class(struct aspan_message_reader *reader,
				    const bt_event_class *event_class,
				    const struct aspan_message_class **found)
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

int aspan_message_reader_read_time(struct aspan_message_reader *reader,
				   const struct aspan_stream *stream, const bt_message *message,
				   uint64_t *time_ns)
{
	const bt_clock_snapshot *snapshot;
	int64_t ns;

	if (!stream->has_clock) {
		ASPAN_READER_FAIL(reader, "the trace has events without a time");
		return -EINVAL;
	}
	snapshot = bt_message_event_borrow_default_clock_snapshot_const(message);
	if (bt_clock_snapshot_get_ns_from_origin(snapshot, &ns) !=
	    BT_CLOCK_SNAPSHOT_GET_NS_FROM_ORIGIN_STATUS_OK) {
		ASPAN_READER_FAIL(reader, "the trace has an event at an impossible time");
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
	ASPAN_READER_FAIL(
		reader,
		"the trace lacks the context '%s', by which --bind tells %s apart; record it with: lttng "
		"add-context -u -t vpid -t vtid",
		stream->origin.has_vpid ? "vtid" : "vpid",
		stream->origin.has_vpid ? "threads" : "processes");
	return -EINVAL;
}

/* Hands an event to the replay, if there is one and it wants it, or else to the model. */
static int feed(struct aspan_message_reader *reader, const struct aspan_message_class *event_class,
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
		       const struct aspan_message_class *event_class, const bt_event *source)
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
	const struct aspan_message_class *event_class;
	const struct aspan_stream *stream;
	struct aspan_event event = { .group_id = 0 };
	struct aspan_process_facts facts;
	struct aspan_stream_code code;
	int result = aspan_message_reader_find_stream(reader, bt_event_borrow_stream_const(source),
						      &stream);

	if (!result) {
		result = aspan_message_reader_find_class(
			reader, bt_event_borrow_class_const(source), &event_class);
	}
	if (!result) {
		result = aspan_message_reader_read_time(reader, stream, message, &event.time_ns);
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
	if (event_class->process.is_wanted) {
		aspan_process_layout_read(&event_class->process, source, &facts);
		event.process = &facts;
	}
	result = event_class->object.is_wanted ? take_object(reader, stream, event_class, source) :
						 0;
	result = result ? result : feed(reader, event_class, source, &event);
	if (result) {
		ASPAN_READER_FAIL(reader, "no memory for what the trace holds: %s",
				  strerror(-result));
	}
	return result;
}

static int read_discarded_events(struct aspan_message_reader *reader, const bt_message *message)
{
	const struct aspan_stream *stream;
	uint64_t count;
	bool is_known = bt_message_discarded_events_get_count(message, &count) ==
			BT_PROPERTY_AVAILABILITY_AVAILABLE;
	int result = aspan_message_reader_find_stream(
		reader, bt_message_discarded_events_borrow_stream_const(message), &stream);

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
	int result = aspan_message_reader_find_stream(
		reader, bt_message_discarded_packets_borrow_stream_const(message), &stream);

	if (!result) {
		aspan_model_note_discarded_packets(reader->model, stream->origin.trace,
						   is_known ? &count : NULL);
	}
	return result;
}

bool aspan_message_reader_get_packet_time(const bt_message *message, uint64_t *time_ns)
{
	const bt_packet *packet = bt_message_packet_beginning_borrow_packet_const(message);
	const bt_stream *stream = bt_packet_borrow_stream_const(packet);
	int64_t ns;

	if (!bt_stream_class_packets_have_beginning_default_clock_snapshot(
		    bt_stream_borrow_class_const(stream)) ||
	    bt_clock_snapshot_get_ns_from_origin(
		    bt_message_packet_beginning_borrow_default_clock_snapshot_const(message),
		    &ns) != BT_CLOCK_SNAPSHOT_GET_NS_FROM_ORIGIN_STATUS_OK) {
		return false;
	}
	*time_ns = (uint64_t) ns;
	return true;
}

/* A first packet with a number above 0: those before it are not there. */
static int read_packet_beginning(struct aspan_message_reader *reader, const bt_message *message)
{
	const bt_packet *packet = bt_message_packet_beginning_borrow_packet_const(message);
	const struct aspan_stream *stream;
	uint64_t time_ns, number;
	int result = aspan_message_reader_find_stream(reader, bt_packet_borrow_stream_const(packet),
						      &stream);

	if (!result && aspan_stream_take_first_packet(&reader->streams, stream) &&
	    aspan_message_reader_get_packet_time(message, &time_ns) &&
	    aspan_first_packet_read_number(message, &number) && number > 0) {
		aspan_model_note_overwritten(reader->model, stream->origin.trace, time_ns, number);
	}
	return result;
}

int aspan_message_reader_read_now(struct aspan_message_reader *reader, const bt_message *message)
{
	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_EVENT:
		return read_event(reader, message);
	case BT_MESSAGE_TYPE_PACKET_BEGINNING:
		return read_packet_beginning(reader, message);
	case BT_MESSAGE_TYPE_DISCARDED_EVENTS:
		return read_discarded_events(reader, message);
	case BT_MESSAGE_TYPE_DISCARDED_PACKETS:
		return read_discarded_packets(reader, message);
	default:
		return 0;
	}
}

/* The class of an event that has been read before, or NULL. */
static const struct aspan_message_class *get_known_class(const struct aspan_message_reader *reader,
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
		const struct aspan_message_class *event_class =
			get_known_class(reader, messages[i]);
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
	if (!reader->packed && !get_known_class(reader, message) &&
	    aspan_packed_reader_is_wanted_for(message)) {
		reader->packed = aspan_packed_reader_create(reader->component);
		if (!reader->packed) {
			ASPAN_READER_FAIL(reader, "no memory for packed events");
			return -ENOMEM;
		}
		aspan_packed_reader_set_announce(reader->packed, prefetch_record, reader->model);
	}
	if (!reader->packed) {
		return aspan_message_reader_read_now(reader, message);
	}
	return aspan_message_queue_read(reader, message);
}

int aspan_message_reader_finish(struct aspan_message_reader *reader)
{
	return reader->packed ? aspan_message_queue_finish(reader) : 0;
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

/* SPDX-License-Identifier: MIT */
/*
 * The mirror of a trace: its messages. Within a stream they come in order, so that one packet of it is open at a time.
 */
#include "unpack-mirror-state.h"

#include "unpack-field.h"

#include <stdbool.h>

static uint64_t get_value(const bt_clock_snapshot *snapshot)
{
	return bt_clock_snapshot_get_value(snapshot);
}

static struct aspan_unpack_stream *find_stream(struct aspan_unpack_mirror *mirror,
					       const bt_stream *source)
{
	return aspan_unpack_mirror_find_stream(mirror, source);
}

static bt_message *copy_stream_beginning(struct aspan_unpack_mirror *mirror,
					 const bt_message *source)
{
	struct aspan_unpack_stream *stream =
		find_stream(mirror, bt_message_stream_beginning_borrow_stream_const(source));
	const bt_clock_snapshot *snapshot;
	bt_message *copy;

	copy = stream ? bt_message_stream_beginning_create(mirror->iterator, stream->copy) : NULL;
	if (copy &&
	    bt_stream_class_borrow_default_clock_class_const(
		    bt_stream_borrow_class_const(stream->copy)) &&
	    bt_message_stream_beginning_borrow_default_clock_snapshot_const(source, &snapshot) ==
		    BT_MESSAGE_STREAM_CLOCK_SNAPSHOT_STATE_KNOWN) {
		bt_message_stream_beginning_set_default_clock_snapshot(copy, get_value(snapshot));
	}
	return copy;
}

static bt_message *copy_stream_end(struct aspan_unpack_mirror *mirror, const bt_message *source)
{
	struct aspan_unpack_stream *stream =
		find_stream(mirror, bt_message_stream_end_borrow_stream_const(source));
	const bt_clock_snapshot *snapshot;
	bt_message *copy;

	copy = stream ? bt_message_stream_end_create(mirror->iterator, stream->copy) : NULL;
	if (copy &&
	    bt_stream_class_borrow_default_clock_class_const(
		    bt_stream_borrow_class_const(stream->copy)) &&
	    bt_message_stream_end_borrow_default_clock_snapshot_const(source, &snapshot) ==
		    BT_MESSAGE_STREAM_CLOCK_SNAPSHOT_STATE_KNOWN) {
		bt_message_stream_end_set_default_clock_snapshot(copy, get_value(snapshot));
	}
	return copy;
}

/* The copy of a packet; the one before it of the stream is over. */
static bt_packet *open_packet(struct aspan_unpack_stream *stream, const bt_packet *source)
{
	const bt_field *context = bt_packet_borrow_context_field_const(source);

	bt_packet_put_ref(stream->packet);
	stream->packet_source = source;
	stream->packet = bt_packet_create(stream->copy);
	if (stream->packet && context &&
	    aspan_unpack_field_copy(context, bt_packet_borrow_context_field(stream->packet))) {
		return NULL;
	}
	return stream->packet;
}

static bt_message *copy_packet_beginning(struct aspan_unpack_mirror *mirror,
					 const bt_message *source)
{
	const bt_packet *packet_source = bt_message_packet_beginning_borrow_packet_const(source);
	struct aspan_unpack_stream *stream =
		find_stream(mirror, bt_packet_borrow_stream_const(packet_source));
	bt_packet *packet = stream ? open_packet(stream, packet_source) : NULL;

	if (!packet) {
		return NULL;
	}
	if (!bt_stream_class_packets_have_beginning_default_clock_snapshot(
		    bt_stream_borrow_class_const(stream->copy))) {
		return bt_message_packet_beginning_create(mirror->iterator, packet);
	}
	return bt_message_packet_beginning_create_with_default_clock_snapshot(
		mirror->iterator, packet,
		get_value(bt_message_packet_beginning_borrow_default_clock_snapshot_const(source)));
}

static bt_message *copy_packet_end(struct aspan_unpack_mirror *mirror, const bt_message *source)
{
	const bt_packet *packet_source = bt_message_packet_end_borrow_packet_const(source);
	struct aspan_unpack_stream *stream =
		find_stream(mirror, bt_packet_borrow_stream_const(packet_source));

	if (!stream || !stream->packet) {
		return NULL;
	}
	if (!bt_stream_class_packets_have_end_default_clock_snapshot(
		    bt_stream_borrow_class_const(stream->copy))) {
		return bt_message_packet_end_create(mirror->iterator, stream->packet);
	}
	return bt_message_packet_end_create_with_default_clock_snapshot(
		mirror->iterator, stream->packet,
		get_value(bt_message_packet_end_borrow_default_clock_snapshot_const(source)));
}

static bt_message *create_event(struct aspan_unpack_mirror *mirror, const bt_message *source,
				const bt_event_class *event_class,
				const struct aspan_unpack_stream *stream)
{
	bool has_clock = bt_stream_class_borrow_default_clock_class_const(
		bt_stream_borrow_class_const(stream->copy));
	uint64_t value =
		has_clock ?
			get_value(bt_message_event_borrow_default_clock_snapshot_const(source)) :
			0;

	if (stream->packet && has_clock) {
		return bt_message_event_create_with_packet_and_default_clock_snapshot(
			mirror->iterator, event_class, stream->packet, value);
	}
	if (stream->packet) {
		return bt_message_event_create_with_packet(mirror->iterator, event_class,
							   stream->packet);
	}
	return has_clock ? bt_message_event_create_with_default_clock_snapshot(
				   mirror->iterator, event_class, stream->copy, value) :
			   bt_message_event_create(mirror->iterator, event_class, stream->copy);
}

static bool copy_fields(const bt_event *source, bt_event *copy)
{
	const bt_field *common = bt_event_borrow_common_context_field_const(source);
	const bt_field *specific = bt_event_borrow_specific_context_field_const(source);
	const bt_field *payload = bt_event_borrow_payload_field_const(source);

	return (!common ||
		!aspan_unpack_field_copy(common, bt_event_borrow_common_context_field(copy))) &&
	       (!specific ||
		!aspan_unpack_field_copy(specific, bt_event_borrow_specific_context_field(copy))) &&
	       (!payload || !aspan_unpack_field_copy(payload, bt_event_borrow_payload_field(copy)));
}

static bt_message *copy_event(struct aspan_unpack_mirror *mirror, const bt_message *source)
{
	const bt_event *event = bt_message_event_borrow_event_const(source);
	bt_event_class *event_class =
		aspan_unpack_mirror_find_event_class(mirror, bt_event_borrow_class_const(event));
	struct aspan_unpack_stream *stream =
		find_stream(mirror, bt_event_borrow_stream_const(event));
	bt_message *copy;

	copy = event_class && stream ? create_event(mirror, source, event_class, stream) : NULL;
	if (copy && !copy_fields(event, bt_message_event_borrow_event(copy))) {
		bt_message_put_ref(copy);
		return NULL;
	}
	return copy;
}

static bt_message *copy_discarded_events(struct aspan_unpack_mirror *mirror,
					 const bt_message *source)
{
	struct aspan_unpack_stream *stream =
		find_stream(mirror, bt_message_discarded_events_borrow_stream_const(source));
	bt_message *copy;
	uint64_t count;

	if (!stream) {
		return NULL;
	}
	if (bt_stream_class_discarded_events_have_default_clock_snapshots(
		    bt_stream_borrow_class_const(stream->copy))) {
		copy = bt_message_discarded_events_create_with_default_clock_snapshots(
			mirror->iterator, stream->copy,
			get_value(
				bt_message_discarded_events_borrow_beginning_default_clock_snapshot_const(
					source)),
			get_value(
				bt_message_discarded_events_borrow_end_default_clock_snapshot_const(
					source)));
	} else {
		copy = bt_message_discarded_events_create(mirror->iterator, stream->copy);
	}
	if (copy && bt_message_discarded_events_get_count(source, &count) ==
			    BT_PROPERTY_AVAILABILITY_AVAILABLE) {
		bt_message_discarded_events_set_count(copy, count);
	}
	return copy;
}

static bt_message *copy_discarded_packets(struct aspan_unpack_mirror *mirror,
					  const bt_message *source)
{
	struct aspan_unpack_stream *stream =
		find_stream(mirror, bt_message_discarded_packets_borrow_stream_const(source));
	bt_message *copy;
	uint64_t count;

	if (!stream) {
		return NULL;
	}
	if (bt_stream_class_discarded_packets_have_default_clock_snapshots(
		    bt_stream_borrow_class_const(stream->copy))) {
		copy = bt_message_discarded_packets_create_with_default_clock_snapshots(
			mirror->iterator, stream->copy,
			get_value(
				bt_message_discarded_packets_borrow_beginning_default_clock_snapshot_const(
					source)),
			get_value(
				bt_message_discarded_packets_borrow_end_default_clock_snapshot_const(
					source)));
	} else {
		copy = bt_message_discarded_packets_create(mirror->iterator, stream->copy);
	}
	if (copy && bt_message_discarded_packets_get_count(source, &count) ==
			    BT_PROPERTY_AVAILABILITY_AVAILABLE) {
		bt_message_discarded_packets_set_count(copy, count);
	}
	return copy;
}

bt_message *aspan_unpack_mirror_copy_message(struct aspan_unpack_mirror *mirror,
					     const bt_message *source)
{
	switch (bt_message_get_type(source)) {
	case BT_MESSAGE_TYPE_STREAM_BEGINNING:
		return copy_stream_beginning(mirror, source);
	case BT_MESSAGE_TYPE_STREAM_END:
		return copy_stream_end(mirror, source);
	case BT_MESSAGE_TYPE_PACKET_BEGINNING:
		return copy_packet_beginning(mirror, source);
	case BT_MESSAGE_TYPE_PACKET_END:
		return copy_packet_end(mirror, source);
	case BT_MESSAGE_TYPE_EVENT:
		return copy_event(mirror, source);
	case BT_MESSAGE_TYPE_DISCARDED_EVENTS:
		return copy_discarded_events(mirror, source);
	default:
		return copy_discarded_packets(mirror, source);
	}
}

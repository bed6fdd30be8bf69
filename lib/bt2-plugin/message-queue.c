/* SPDX-License-Identifier: MIT */
/*
 * The message reader of traces that may have packed events: messages go through a queue (packed-reader.h) and come out of
 * it as the very same messages, between the records.
 */
#include "message-reader-state.h"

#include "trace-process.h"

#include <string.h>

/* A process that a context shows under another pid, as after clone(), may be any. */
static bool begins(const struct aspan_message_class *event_class, const bt_event *source,
		   const struct aspan_origin *origin)
{
	struct aspan_process_facts facts;

	if (event_class->layout.type != ASPAN_EVENT_PROCESS_BEGIN) {
		return false;
	}
	aspan_process_layout_read(&event_class->process, source, &facts);
	return (facts.how == ASPAN_BEGIN_LOAD || facts.how == ASPAN_BEGIN_FORK) &&
	       origin->has_vpid && origin->vpid == facts.vpid;
}

static int note_process(struct aspan_message_reader *reader,
			const struct aspan_message_class *event_class, const bt_message *message,
			const struct aspan_origin *origin, uint64_t time_ns)
{
	int result = aspan_packed_reader_note_process(reader->packed, message, origin, time_ns);

	if (!result && begins(event_class, bt_message_event_borrow_event_const(message), origin)) {
		aspan_packed_reader_note_begin(reader->packed, origin);
	}
	return result;
}

static int queue_event(struct aspan_message_reader *reader, const bt_message *message)
{
	const bt_event *source = bt_message_event_borrow_event_const(message);
	const struct aspan_message_class *event_class;
	const struct aspan_stream *stream;
	struct aspan_origin origin;
	uint64_t time_ns;
	bool is_allocation;
	int result = aspan_message_reader_find_stream(reader, bt_event_borrow_stream_const(source),
						      &stream);

	if (!result) {
		result = aspan_message_reader_find_class(
			reader, bt_event_borrow_class_const(source), &event_class);
	}
	if (!result) {
		result = aspan_message_reader_read_time(reader, stream, message, &time_ns);
	}
	if (result) {
		return result;
	}
	is_allocation = event_class->layout.type == ASPAN_EVENT_ALLOC ||
			event_class->layout.type == ASPAN_EVENT_FREE;
	if (is_allocation || event_class->packed.is_packed || event_class->process.is_wanted) {
		aspan_stream_read_origin(stream, source, &origin);
	}
	if (event_class->process.is_wanted) {
		result = note_process(reader, event_class, message, &origin, time_ns);
		if (result) {
			return result;
		}
	}
	if (event_class->packed.is_packed) {
		/* Of a live trace, the class may be newer than the stream. */
		aspan_model_note_records(reader->model, origin.trace);
		return aspan_packed_reader_add_event(reader->packed, &event_class->packed, message,
						     &origin, time_ns);
	}
	return aspan_packed_reader_add_message(reader->packed, message, time_ns,
					       is_allocation ? &origin : NULL);
}

static int queue_message(struct aspan_message_reader *reader, const bt_message *message)
{
	uint64_t time_ns;

	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_EVENT:
		return queue_event(reader, message);
	case BT_MESSAGE_TYPE_PACKET_BEGINNING:
		/* In its place among records: who had some before is cut. */
		return aspan_message_reader_get_packet_time(message, &time_ns) ?
			       aspan_packed_reader_add_message(reader->packed, message, time_ns,
							       NULL) :
			       0;
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
	int result;

	event.origin.is_exact = true;
	result = reader->replay ? aspan_bind_replay_feed(reader->replay, reader->model, &event) :
				  aspan_model_feed(reader->model, &event);

	if (result) {
		ASPAN_READER_FAIL(reader, "no memory for what the trace holds: %s",
				  strerror(-result));
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
		result = aspan_message_reader_read_now(reader, message);
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

int aspan_message_queue_read(struct aspan_message_reader *reader, const bt_message *message)
{
	int result = queue_message(reader, message);

	return result ? result : take_what_is_due(reader);
}

int aspan_message_queue_finish(struct aspan_message_reader *reader)
{
	int result;

	aspan_packed_reader_end(reader->packed);
	result = take_what_is_due(reader);
	aspan_packed_losses_finish(&reader->packed_losses, reader->model);
	return result;
}

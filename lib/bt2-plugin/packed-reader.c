/* SPDX-License-Identifier: MIT */
/*
 * Packed events and other messages, in one order.
 */
#include "packed-reader.h"

#include <errno.h>
#include <stdlib.h>

#define FAIL(reader, ...)                                                                          \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT((reader)->component, __VA_ARGS__)

struct aspan_packed_reader {
	bt_self_component *component;
	struct aspan_packed_merge *merge;
};

bool aspan_packed_reader_is_wanted_for(const bt_message *message)
{
	const bt_stream *stream;

	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_STREAM_BEGINNING:
		stream = bt_message_stream_beginning_borrow_stream_const(message);
		return aspan_packed_layout_is_in_trace_class(
			bt_trace_borrow_class_const(bt_stream_borrow_trace_const(stream)));
	case BT_MESSAGE_TYPE_EVENT:
		/* A class that a live trace got since. */
		return aspan_packed_layout_is_class(
			bt_event_borrow_class_const(bt_message_event_borrow_event_const(message)));
	default:
		return false;
	}
}

struct aspan_packed_reader *aspan_packed_reader_create(bt_self_component *component)
{
	struct aspan_packed_reader *reader = calloc(1, sizeof(*reader));

	if (!reader) {
		return NULL;
	}
	reader->component = component;
	reader->merge = aspan_packed_merge_create();
	if (!reader->merge) {
		free(reader);
		return NULL;
	}
	return reader;
}

void aspan_packed_reader_set_announce(struct aspan_packed_reader *reader,
				      void (*announce)(void *data, uint64_t address), void *data)
{
	aspan_packed_merge_set_announce(reader->merge, announce, data);
}

void aspan_packed_reader_destroy(struct aspan_packed_reader *reader)
{
	void *item;

	if (!reader) {
		return;
	}
	while (aspan_packed_merge_take_item(reader->merge, &item)) {
		bt_message_put_ref(item);
	}
	aspan_packed_merge_destroy(reader->merge);
	free(reader);
}

static int fail(const struct aspan_packed_reader *reader, int result)
{
	if (result == -EINVAL) {
		FAIL(reader, "%s", aspan_packed_merge_get_error(reader->merge));
	} else {
		FAIL(reader, "no memory for packed events that wait for others");
	}
	return result;
}

int aspan_packed_reader_add_event(struct aspan_packed_reader *reader,
				  const struct aspan_packed_layout *layout,
				  const bt_message *message, const struct aspan_origin *origin,
				  uint64_t time_ns)
{
	const bt_clock_snapshot *snapshot =
		bt_message_event_borrow_default_clock_snapshot_const(message);
	struct aspan_packed_fields fields;
	uint64_t offset_ns;
	int result;

	aspan_packed_layout_read(layout, bt_message_event_borrow_event_const(message), &fields);
	offset_ns = aspan_packed_layout_get_offset(snapshot, time_ns, fields.flush_ns);
	result = aspan_packed_merge_add_event(reader->merge, origin, time_ns, offset_ns, &fields);
	return result ? fail(reader, result) : 0;
}

int aspan_packed_reader_note_process(struct aspan_packed_reader *reader, const bt_message *message,
				     const struct aspan_origin *origin, uint64_t time_ns)
{
	uint64_t offset_ns;
	int result = 0;

	if (aspan_packed_layout_get_clock_offset(
		    bt_message_event_borrow_default_clock_snapshot_const(message), time_ns,
		    &offset_ns)) {
		result = aspan_packed_merge_note_process(reader->merge, origin, offset_ns);
	}
	return result ? fail(reader, result) : 0;
}

void aspan_packed_reader_note_begin(struct aspan_packed_reader *reader,
				    const struct aspan_origin *origin)
{
	aspan_packed_merge_note_begin(reader->merge, origin);
}

int aspan_packed_reader_add_message(struct aspan_packed_reader *reader, const bt_message *message,
				    uint64_t time_ns, const struct aspan_origin *allocation_origin)
{
	/* The merge hands it back as it is, and does not look into it. */
	void *item = (void *) (uintptr_t) message;
	int result = aspan_packed_merge_add_item(reader->merge, time_ns, item, allocation_origin);

	if (result == 0) {
		bt_message_get_ref(message);
	}
	return result < 0 ? fail(reader, result) : 0;
}

void aspan_packed_reader_end(struct aspan_packed_reader *reader)
{
	aspan_packed_merge_end(reader->merge);
}

int aspan_packed_reader_next(struct aspan_packed_reader *reader, struct aspan_packed_output *output,
			     const bt_message **message)
{
	int result = aspan_packed_merge_next(reader->merge, output);

	while (result == 1 && output->type == ASPAN_PACKED_IGNORED_ITEM) {
		bt_message_put_ref(output->item);
		result = aspan_packed_merge_next(reader->merge, output);
	}
	*message = result == 1 && output->type == ASPAN_PACKED_ITEM ? output->item : NULL;
	return result < 0 ? fail(reader, result) : result;
}

const struct aspan_packed_merge_counts *
aspan_packed_reader_get_counts(const struct aspan_packed_reader *reader)
{
	return aspan_packed_merge_get_counts(reader->merge);
}

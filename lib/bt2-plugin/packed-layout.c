/* SPDX-License-Identifier: MIT */
/*
 * Where the fields of the event `allocspan_packed:events` are.
 */
#include "packed-layout.h"

#include "event-layout.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define EVENT_NAME "allocspan_packed:events"

/* LTTng's own clock, CLOCK_MONOTONIC; a clock plugin has another name. */
#define CLOCK_NAME "monotonic"
#define CLOCK_FREQUENCY UINT64_C(1000000000)

enum field_type { UNSIGNED, SIGNED, STRING };

static const bt_field_class_type field_types[] = {
	[UNSIGNED] = BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER,
	[SIGNED] = BT_FIELD_CLASS_TYPE_SIGNED_INTEGER,
	[STRING] = BT_FIELD_CLASS_TYPE_STRING,
};

#define FIELD(name, type)                                                                          \
	{                                                                                          \
#name, type, offsetof(struct aspan_packed_fields, name), 0                         \
	}
#define TEXT(name)                                                                                 \
	{                                                                                          \
#name, STRING, offsetof(struct aspan_packed_fields, name),                         \
			offsetof(struct aspan_packed_fields, name##_bytes)                         \
	}

static const struct {
	const char *name;
	enum field_type type;
	size_t offset;
	size_t bytes_offset; /* of the length of a string; 0: not wanted */
} wanted_fields[ASPAN_PACKED_FIELD_COUNT] = {
	FIELD(version, UNSIGNED),
	FIELD(vpid, SIGNED),
	FIELD(vtid, SIGNED),
	FIELD(thread_name, STRING),
	FIELD(record_index, UNSIGNED),
	FIELD(record_count, UNSIGNED),
	FIELD(begin_ns, UNSIGNED),
	FIELD(flush_ns, UNSIGNED),
	FIELD(span_id, UNSIGNED),
	TEXT(groups),
	TEXT(records),
};

bool aspan_packed_layout_is_class(const bt_event_class *event_class)
{
	const char *name = bt_event_class_get_name(event_class);

	return name && strcmp(name, EVENT_NAME) == 0;
}

static bool is_in_stream_class(const bt_stream_class *stream_class)
{
	uint64_t count = bt_stream_class_get_event_class_count(stream_class);

	for (uint64_t i = 0; i < count; i++) {
		if (aspan_packed_layout_is_class(
			    bt_stream_class_borrow_event_class_by_index_const(stream_class, i))) {
			return true;
		}
	}
	return false;
}

bool aspan_packed_layout_is_in_trace_class(const bt_trace_class *trace_class)
{
	uint64_t count = bt_trace_class_get_stream_class_count(trace_class);

	for (uint64_t i = 0; i < count; i++) {
		if (is_in_stream_class(
			    bt_trace_class_borrow_stream_class_by_index_const(trace_class, i))) {
			return true;
		}
	}
	return false;
}

int aspan_packed_layout_init(struct aspan_packed_layout *layout, const bt_event_class *event_class,
			     const char **bad_field)
{
	const bt_field_class *payload_class =
		bt_event_class_borrow_payload_field_class_const(event_class);

	layout->is_packed = aspan_packed_layout_is_class(event_class);
	for (size_t i = 0; layout->is_packed && i < ASPAN_PACKED_FIELD_COUNT; i++) {
		int index = aspan_field_find(payload_class, wanted_fields[i].name,
					     field_types[wanted_fields[i].type]);

		if (index < 0) {
			*bad_field = wanted_fields[i].name;
			return -EINVAL;
		}
		layout->member_indexes[i] = (uint32_t) index;
	}
	return 0;
}

static void read_field(const bt_field *field, size_t index, struct aspan_packed_fields *fields)
{
	char *target = (char *) fields + wanted_fields[index].offset;

	switch (wanted_fields[index].type) {
	case UNSIGNED:
		*(uint64_t *) target = bt_field_integer_unsigned_get_value(field);
		break;
	case SIGNED:
		*(int64_t *) target = bt_field_integer_signed_get_value(field);
		break;
	default:
		*(const char **) target = aspan_string_field_get(field);
		if (wanted_fields[index].bytes_offset) {
			*(size_t *) ((char *) fields + wanted_fields[index].bytes_offset) =
				bt_field_string_get_length(field);
		}
	}
}

void aspan_packed_layout_read(const struct aspan_packed_layout *layout, const bt_event *source,
			      struct aspan_packed_fields *fields)
{
	const bt_field *payload = bt_event_borrow_payload_field_const(source);

	for (size_t i = 0; i < ASPAN_PACKED_FIELD_COUNT; i++) {
		read_field(bt_field_structure_borrow_member_field_by_index_const(
				   payload, layout->member_indexes[i]),
			   i, fields);
	}
}

static bool is_lttngs_clock(const bt_clock_snapshot *snapshot)
{
	const bt_clock_class *clock = bt_clock_snapshot_borrow_clock_class_const(snapshot);
	const char *name = bt_clock_class_get_name(clock);

	return name && strcmp(name, CLOCK_NAME) == 0 &&
	       bt_clock_class_get_frequency(clock) == CLOCK_FREQUENCY;
}

static bool is_clock_of_records(const bt_clock_snapshot *snapshot, uint64_t flush_ns)
{
	uint64_t since_flush = bt_clock_snapshot_get_value(snapshot) - flush_ns;

	/* The records' clock may be a little ahead. */
	return is_lttngs_clock(snapshot) &&
	       since_flush + ASPAN_PACKED_CLOCK_SLACK_NS < 2 * ASPAN_PACKED_CLOCK_SLACK_NS;
}

uint64_t aspan_packed_layout_get_offset(const bt_clock_snapshot *snapshot, uint64_t time_ns,
					uint64_t flush_ns)
{
	return time_ns - (is_clock_of_records(snapshot, flush_ns) ?
				  bt_clock_snapshot_get_value(snapshot) :
				  flush_ns);
}

bool aspan_packed_layout_get_clock_offset(const bt_clock_snapshot *snapshot, uint64_t time_ns,
					  uint64_t *offset_ns)
{
	*offset_ns = time_ns - bt_clock_snapshot_get_value(snapshot);
	return is_lttngs_clock(snapshot);
}

/* SPDX-License-Identifier: MIT */
/*
 * The mirror of a trace: its classes and streams.
 */
#include "unpack-mirror-state.h"

#include "stream-table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* Makes room for one more; NULL without memory. */
static void *grow(void *array, size_t count, size_t item_size)
{
	return reallocarray(array, count + 1, item_size);
}

static void copy_environment(const bt_trace *source, bt_trace *copy)
{
	uint64_t count = bt_trace_get_environment_entry_count(source);

	for (uint64_t i = 0; i < count; i++) {
		const bt_value *value;
		const char *name;

		bt_trace_borrow_environment_entry_by_index_const(source, i, &name, &value);
		if (bt_value_is_string(value)) {
			bt_trace_set_environment_entry_string(copy, name,
							      bt_value_string_get(value));
		} else {
			bt_trace_set_environment_entry_integer(copy, name,
							       bt_value_integer_signed_get(value));
		}
	}
}

/* Without the UUID: with it, a reader of both would take this trace and its source for one. */
static bt_trace *create_trace(bt_trace_class *trace_class, const bt_trace *source)
{
	bt_trace *trace = bt_trace_create(trace_class);

	if (trace) {
		copy_environment(source, trace);
		if (aspan_stream_tells_begins(source)) {
			bt_trace_set_environment_entry_integer(trace, ASPAN_STREAM_TELLS_BEGINS, 1);
		}
		if (bt_trace_get_name(source)) {
			bt_trace_set_name(trace, bt_trace_get_name(source));
		}
		bt_trace_set_user_attributes(trace, bt_trace_borrow_user_attributes_const(source));
	}
	return trace;
}

struct aspan_unpack_mirror *aspan_unpack_mirror_create(bt_self_message_iterator *iterator,
						       const bt_trace *source)
{
	struct aspan_unpack_mirror *mirror = calloc(1, sizeof(*mirror));

	if (!mirror) {
		return NULL;
	}
	bt_trace_get_ref(source);
	mirror->source = source;
	mirror->iterator = iterator;
	mirror->trace_class =
		bt_trace_class_create(bt_self_message_iterator_borrow_component(iterator));
	mirror->trace = mirror->trace_class ? create_trace(mirror->trace_class, source) : NULL;
	if (!mirror->trace) {
		aspan_unpack_mirror_destroy(mirror);
		return NULL;
	}
	return mirror;
}

static void fini_streams(struct aspan_unpack_mirror *mirror)
{
	for (size_t i = 0; i < mirror->stream_count; i++) {
		bt_packet_put_ref(mirror->streams[i].packet);
		bt_stream_put_ref(mirror->streams[i].copy);
		bt_stream_put_ref(mirror->streams[i].source);
	}
	free(mirror->streams);
	aspan_id_map_fini(&mirror->stream_map);
}

static void fini_classes(struct aspan_unpack_mirror *mirror)
{
	for (size_t i = 0; i < mirror->event_class_count; i++) {
		bt_event_class_put_ref(mirror->event_classes[i].source);
	}
	for (size_t i = 0; i < mirror->stream_class_count; i++) {
		aspan_unpack_field_classes_fini(&mirror->stream_classes[i].fields);
		bt_stream_class_put_ref(mirror->stream_classes[i].copy);
		bt_stream_class_put_ref(mirror->stream_classes[i].source);
	}
	for (size_t i = 0; i < mirror->clock_class_count; i++) {
		bt_clock_class_put_ref(mirror->clock_classes[i].copy);
		bt_clock_class_put_ref(mirror->clock_classes[i].source);
	}
	free(mirror->event_classes);
	free(mirror->stream_classes);
	free(mirror->clock_classes);
	aspan_id_map_fini(&mirror->event_class_map);
}

void aspan_unpack_mirror_destroy(struct aspan_unpack_mirror *mirror)
{
	if (!mirror) {
		return;
	}
	fini_streams(mirror);
	fini_classes(mirror);
	bt_trace_put_ref(mirror->trace);
	bt_trace_class_put_ref(mirror->trace_class);
	bt_trace_put_ref(mirror->source);
	free(mirror);
}

bt_trace_class *aspan_unpack_mirror_borrow_trace_class(struct aspan_unpack_mirror *mirror)
{
	return mirror->trace_class;
}

bt_trace *aspan_unpack_mirror_borrow_trace(struct aspan_unpack_mirror *mirror)
{
	return mirror->trace;
}

static bt_clock_class *create_clock_class(struct aspan_unpack_mirror *mirror,
					  const bt_clock_class *source)
{
	bt_clock_class *copy =
		bt_clock_class_create(bt_self_message_iterator_borrow_component(mirror->iterator));
	int64_t seconds;
	uint64_t cycles;

	if (!copy) {
		return NULL;
	}
	bt_clock_class_get_offset(source, &seconds, &cycles);
	bt_clock_class_set_frequency(copy, bt_clock_class_get_frequency(source));
	bt_clock_class_set_offset(copy, seconds, cycles);
	bt_clock_class_set_precision(copy, bt_clock_class_get_precision(source));
	bt_clock_class_set_origin_is_unix_epoch(copy, bt_clock_class_origin_is_unix_epoch(source));
	if (bt_clock_class_get_name(source)) {
		bt_clock_class_set_name(copy, bt_clock_class_get_name(source));
	}
	if (bt_clock_class_get_description(source)) {
		bt_clock_class_set_description(copy, bt_clock_class_get_description(source));
	}
	if (bt_clock_class_get_uuid(source)) {
		bt_clock_class_set_uuid(copy, bt_clock_class_get_uuid(source));
	}
	return copy;
}

bt_clock_class *aspan_unpack_mirror_borrow_clock_class(struct aspan_unpack_mirror *mirror,
						       const bt_clock_class *source)
{
	struct aspan_unpack_clock_class *moved;
	bt_clock_class *copy;

	for (size_t i = 0; i < mirror->clock_class_count; i++) {
		if (mirror->clock_classes[i].source == source) {
			return mirror->clock_classes[i].copy;
		}
	}
	moved = grow(mirror->clock_classes, mirror->clock_class_count, sizeof(*moved));
	if (!moved) {
		return NULL;
	}
	mirror->clock_classes = moved;
	copy = create_clock_class(mirror, source);
	if (copy) {
		bt_clock_class_get_ref(source);
		moved[mirror->clock_class_count++] =
			(struct aspan_unpack_clock_class){ .source = source, .copy = copy };
	}
	return copy;
}

/* Before packets and discarded events, whose times need the clock. */
static bool copy_clock(struct aspan_unpack_mirror *mirror, const bt_stream_class *source,
		       bt_stream_class *copy)
{
	const bt_clock_class *clock = bt_stream_class_borrow_default_clock_class_const(source);
	bt_clock_class *clock_copy;

	if (!clock) {
		return true;
	}
	clock_copy = aspan_unpack_mirror_borrow_clock_class(mirror, clock);
	return clock_copy && !bt_stream_class_set_default_clock_class(copy, clock_copy);
}

static void copy_properties(const bt_stream_class *source, bt_stream_class *copy)
{
	if (bt_stream_class_get_name(source)) {
		bt_stream_class_set_name(copy, bt_stream_class_get_name(source));
	}
	bt_stream_class_set_supports_packets(
		copy, bt_stream_class_supports_packets(source),
		bt_stream_class_packets_have_beginning_default_clock_snapshot(source),
		bt_stream_class_packets_have_end_default_clock_snapshot(source));
	bt_stream_class_set_supports_discarded_events(
		copy, bt_stream_class_supports_discarded_events(source),
		bt_stream_class_discarded_events_have_default_clock_snapshots(source));
	bt_stream_class_set_supports_discarded_packets(
		copy, bt_stream_class_supports_discarded_packets(source),
		bt_stream_class_discarded_packets_have_default_clock_snapshots(source));
	bt_stream_class_set_user_attributes(copy,
					    bt_stream_class_borrow_user_attributes_const(source));
}

static bool copy_contexts(struct aspan_unpack_stream_class *stream_class)
{
	struct aspan_unpack_field_classes *fields = &stream_class->fields;
	bt_field_class *copy;
	bool is_copied = true;

	fields->packet_context =
		bt_stream_class_borrow_packet_context_field_class_const(stream_class->source);
	fields->common_context =
		bt_stream_class_borrow_event_common_context_field_class_const(stream_class->source);
	if (fields->packet_context) {
		copy = aspan_unpack_field_class_copy(fields, fields->packet_context);
		is_copied = copy && !bt_stream_class_set_packet_context_field_class(
					    stream_class->copy, copy);
		bt_field_class_put_ref(copy);
	}
	if (is_copied && fields->common_context) {
		copy = aspan_unpack_field_class_copy(fields, fields->common_context);
		is_copied = copy && !bt_stream_class_set_event_common_context_field_class(
					    stream_class->copy, copy);
		bt_field_class_put_ref(copy);
	}
	return is_copied;
}

static struct aspan_unpack_stream_class *add_stream_class(struct aspan_unpack_mirror *mirror,
							  const bt_stream_class *source)
{
	struct aspan_unpack_stream_class *added =
		grow(mirror->stream_classes, mirror->stream_class_count, sizeof(*added));

	if (!added) {
		return NULL;
	}
	mirror->stream_classes = added;
	added += mirror->stream_class_count;
	*added = (struct aspan_unpack_stream_class){
		.source = source,
		.copy = bt_stream_class_create(mirror->trace_class),
		.fields = { .trace_class = mirror->trace_class },
	};
	if (!added->copy) {
		return NULL;
	}
	bt_stream_class_get_ref(source);
	mirror->stream_class_count++;
	if (!copy_clock(mirror, source, added->copy)) {
		return NULL;
	}
	copy_properties(source, added->copy);
	return copy_contexts(added) ? added : NULL;
}

static struct aspan_unpack_stream_class *find_stream_class(struct aspan_unpack_mirror *mirror,
							   const bt_stream_class *source)
{
	for (size_t i = 0; i < mirror->stream_class_count; i++) {
		if (mirror->stream_classes[i].source == source) {
			return &mirror->stream_classes[i];
		}
	}
	return add_stream_class(mirror, source);
}

static bool copy_payload(struct aspan_unpack_field_classes *fields, const bt_event_class *source,
			 bt_event_class *copy)
{
	bt_field_class *field_copy;
	bool is_copied = true;

	fields->specific_context = bt_event_class_borrow_specific_context_field_class_const(source);
	fields->payload = bt_event_class_borrow_payload_field_class_const(source);
	if (fields->specific_context) {
		field_copy = aspan_unpack_field_class_copy(fields, fields->specific_context);
		is_copied = field_copy &&
			    !bt_event_class_set_specific_context_field_class(copy, field_copy);
		bt_field_class_put_ref(field_copy);
	}
	if (is_copied && fields->payload) {
		field_copy = aspan_unpack_field_class_copy(fields, fields->payload);
		is_copied = field_copy && !bt_event_class_set_payload_field_class(copy, field_copy);
		bt_field_class_put_ref(field_copy);
	}
	return is_copied;
}

static bool copy_event_class(struct aspan_unpack_field_classes *fields,
			     const bt_event_class *source, bt_event_class *copy)
{
	bt_event_class_log_level log_level;

	if (bt_event_class_get_name(source)) {
		bt_event_class_set_name(copy, bt_event_class_get_name(source));
	}
	if (bt_event_class_get_log_level(source, &log_level) ==
	    BT_PROPERTY_AVAILABILITY_AVAILABLE) {
		bt_event_class_set_log_level(copy, log_level);
	}
	if (bt_event_class_get_emf_uri(source)) {
		bt_event_class_set_emf_uri(copy, bt_event_class_get_emf_uri(source));
	}
	bt_event_class_set_user_attributes(copy,
					   bt_event_class_borrow_user_attributes_const(source));
	return copy_payload(fields, source, copy);
}

static bt_event_class *add_event_class(struct aspan_unpack_mirror *mirror,
				       const bt_event_class *source)
{
	struct aspan_unpack_event_class *moved =
		grow(mirror->event_classes, mirror->event_class_count, sizeof(*moved));
	struct aspan_unpack_stream_class *stream_class;
	bt_event_class *copy;

	if (!moved) {
		return NULL;
	}
	mirror->event_classes = moved;
	stream_class = find_stream_class(mirror, bt_event_class_borrow_stream_class_const(source));
	copy = stream_class ? bt_event_class_create(stream_class->copy) : NULL;
	if (!copy || !copy_event_class(&stream_class->fields, source, copy) ||
	    aspan_id_map_set(&mirror->event_class_map, (uintptr_t) source,
			     (uint32_t) mirror->event_class_count)) {
		bt_event_class_put_ref(copy);
		return NULL;
	}
	bt_event_class_get_ref(source);
	moved[mirror->event_class_count++] =
		(struct aspan_unpack_event_class){ .source = source, .copy = copy };
	/* Its stream class holds it. */
	bt_event_class_put_ref(copy);
	return copy;
}

bt_event_class *aspan_unpack_mirror_find_event_class(struct aspan_unpack_mirror *mirror,
						     const bt_event_class *source)
{
	uint32_t i = aspan_id_map_find(&mirror->event_class_map, (uintptr_t) source);

	return i == ASPAN_ID_MAP_NONE ? add_event_class(mirror, source) :
					mirror->event_classes[i].copy;
}

static struct aspan_unpack_stream *add_stream(struct aspan_unpack_mirror *mirror,
					      const bt_stream *source)
{
	struct aspan_unpack_stream *moved =
		grow(mirror->streams, mirror->stream_count, sizeof(*moved));
	struct aspan_unpack_stream_class *stream_class =
		find_stream_class(mirror, bt_stream_borrow_class_const(source));
	bt_stream *copy;

	mirror->streams = moved ? moved : mirror->streams;
	copy = moved && stream_class ? bt_stream_create(stream_class->copy, mirror->trace) : NULL;
	if (!copy || aspan_id_map_set(&mirror->stream_map, (uintptr_t) source,
				      (uint32_t) mirror->stream_count)) {
		bt_stream_put_ref(copy);
		return NULL;
	}
	if (bt_stream_get_name(source)) {
		bt_stream_set_name(copy, bt_stream_get_name(source));
	}
	bt_stream_set_user_attributes(copy, bt_stream_borrow_user_attributes_const(source));
	bt_stream_get_ref(source);
	moved += mirror->stream_count++;
	*moved = (struct aspan_unpack_stream){ .source = source, .copy = copy };
	return moved;
}

struct aspan_unpack_stream *aspan_unpack_mirror_find_stream(struct aspan_unpack_mirror *mirror,
							    const bt_stream *source)
{
	uint32_t i = aspan_id_map_find(&mirror->stream_map, (uintptr_t) source);

	return i == ASPAN_ID_MAP_NONE ? add_stream(mirror, source) : &mirror->streams[i];
}

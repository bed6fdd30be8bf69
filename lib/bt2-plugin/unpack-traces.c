/* SPDX-License-Identifier: MIT */
/*
 * What a filter knows of the traces that go through it.
 */
#include "unpack-traces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FAIL(traces, ...)                                                                          \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(                                       \
		bt_self_message_iterator_borrow_component((traces)->iterator), __VA_ARGS__)

struct aspan_unpack_traces {
	bt_self_message_iterator *iterator;
	struct aspan_stream_table streams;
	struct aspan_model
		*numbering; /* takes no events: the table gets the traces' numbers from it */
	struct aspan_unpack_trace *items; /* by these numbers */
	size_t count;
	struct aspan_unpack_class *classes;
	size_t class_count;
	struct aspan_id_map class_map;
};

struct aspan_unpack_traces *aspan_unpack_traces_create(bt_self_message_iterator *iterator)
{
	struct aspan_unpack_traces *traces = calloc(1, sizeof(*traces));

	if (!traces) {
		return NULL;
	}
	traces->iterator = iterator;
	traces->numbering = aspan_model_create();
	if (!traces->numbering) {
		free(traces);
		return NULL;
	}
	return traces;
}

static void fini_trace(struct aspan_unpack_trace *trace)
{
	if (trace->has_events) {
		aspan_unpack_events_fini(&trace->events);
	}
	aspan_unpack_mirror_destroy(trace->mirror);
}

void aspan_unpack_traces_destroy(struct aspan_unpack_traces *traces)
{
	if (!traces) {
		return;
	}
	for (size_t i = 0; i < traces->count; i++) {
		fini_trace(&traces->items[i]);
	}
	for (size_t i = 0; i < traces->class_count; i++) {
		bt_event_class_put_ref(traces->classes[i].event_class);
	}
	aspan_stream_table_fini(&traces->streams);
	aspan_model_destroy(traces->numbering);
	aspan_id_map_fini(&traces->class_map);
	free(traces->classes);
	free(traces->items);
	free(traces);
}

static int fail_memory(const struct aspan_unpack_traces *traces)
{
	FAIL(traces, "no memory for what the trace holds");
	return -ENOMEM;
}

/* The table holds a reference on each stream, and so on its trace. */
static int add_trace(struct aspan_unpack_traces *traces, const bt_trace *source)
{
	struct aspan_unpack_trace *moved =
		reallocarray(traces->items, traces->count + 1, sizeof(*moved));

	if (!moved) {
		return -ENOMEM;
	}
	traces->items = moved;
	moved[traces->count++] = (struct aspan_unpack_trace){
		.source = source,
		.is_mirrored =
			aspan_packed_layout_is_in_trace_class(bt_trace_borrow_class_const(source)),
	};
	return 0;
}

int aspan_unpack_traces_find_stream(struct aspan_unpack_traces *traces, const bt_stream *stream,
				    const struct aspan_stream **found)
{
	int result = aspan_stream_table_find(&traces->streams, traces->numbering, stream, found);

	if (!result && (*found)->origin.trace == traces->count) {
		result = add_trace(traces, bt_stream_borrow_trace_const(stream));
	}
	return result ? fail_memory(traces) : 0;
}

static bool is_allocation(const bt_event_class *event_class)
{
	const char *name = bt_event_class_get_name(event_class);

	return name &&
	       (strcmp(name, "allocspan:alloc") == 0 || strcmp(name, "allocspan:free") == 0);
}

static int fill_class(const struct aspan_unpack_traces *traces, struct aspan_unpack_class *filled)
{
	const char *bad_field;
	int result = aspan_packed_layout_init(&filled->packed, filled->event_class, &bad_field);

	filled->is_allocation = is_allocation(filled->event_class);
	if (result) {
		FAIL(traces,
		     "event '%s' has no field '%s' of the expected type: the trace is of another "
		     "version of allocspan, or damaged",
		     bt_event_class_get_name(filled->event_class), bad_field);
	}
	return result;
}

static int add_class(struct aspan_unpack_traces *traces, const bt_event_class *event_class,
		     uint32_t *index)
{
	struct aspan_unpack_class *moved =
		reallocarray(traces->classes, traces->class_count + 1, sizeof(*moved));
	int result;

	if (!moved) {
		return fail_memory(traces);
	}
	traces->classes = moved;
	*index = (uint32_t) traces->class_count;
	moved[*index] = (struct aspan_unpack_class){ .event_class = event_class };
	result = fill_class(traces, &moved[*index]);
	if (!result && aspan_id_map_set(&traces->class_map, (uintptr_t) event_class, *index)) {
		result = fail_memory(traces);
	}
	if (!result) {
		bt_event_class_get_ref(event_class);
		traces->class_count++;
	}
	return result;
}

int aspan_unpack_traces_find_class(struct aspan_unpack_traces *traces,
				   const bt_event_class *event_class,
				   const struct aspan_unpack_class **found)
{
	uint32_t index = aspan_id_map_find(&traces->class_map, (uintptr_t) event_class);

	if (index == ASPAN_ID_MAP_NONE) {
		int result = add_class(traces, event_class, &index);

		if (result) {
			return result;
		}
	}
	*found = &traces->classes[index];
	return 0;
}

struct aspan_unpack_trace *aspan_unpack_traces_get(struct aspan_unpack_traces *traces,
						   uint32_t index)
{
	return &traces->items[index];
}

/* NULL for what is of no stream. */
static const bt_stream *borrow_stream(const bt_message *message)
{
	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_STREAM_BEGINNING:
		return bt_message_stream_beginning_borrow_stream_const(message);
	case BT_MESSAGE_TYPE_STREAM_END:
		return bt_message_stream_end_borrow_stream_const(message);
	case BT_MESSAGE_TYPE_EVENT:
		return bt_event_borrow_stream_const(bt_message_event_borrow_event_const(message));
	case BT_MESSAGE_TYPE_PACKET_BEGINNING:
		return bt_packet_borrow_stream_const(
			bt_message_packet_beginning_borrow_packet_const(message));
	case BT_MESSAGE_TYPE_PACKET_END:
		return bt_packet_borrow_stream_const(
			bt_message_packet_end_borrow_packet_const(message));
	case BT_MESSAGE_TYPE_DISCARDED_EVENTS:
		return bt_message_discarded_events_borrow_stream_const(message);
	case BT_MESSAGE_TYPE_DISCARDED_PACKETS:
		return bt_message_discarded_packets_borrow_stream_const(message);
	default:
		return NULL;
	}
}

static int make_mirror(struct aspan_unpack_traces *traces, struct aspan_unpack_trace *trace)
{
	if (!trace->mirror) {
		trace->mirror = aspan_unpack_mirror_create(traces->iterator, trace->source);
	}
	return trace->mirror ? 0 : fail_memory(traces);
}

int aspan_unpack_traces_find_of_message(struct aspan_unpack_traces *traces,
					const bt_message *message,
					struct aspan_unpack_trace **found)
{
	const bt_stream *source = borrow_stream(message);
	const struct aspan_stream *stream;
	int result;

	*found = NULL;
	if (!source) {
		return 0;
	}
	result = aspan_unpack_traces_find_stream(traces, source, &stream);
	if (!result) {
		*found = &traces->items[stream->origin.trace];
	}
	return !result && (*found)->is_mirrored ? make_mirror(traces, *found) : result;
}

int aspan_unpack_traces_prepare(struct aspan_unpack_traces *traces,
				const struct aspan_stream *stream, struct aspan_unpack_queue *queue)
{
	struct aspan_unpack_trace *trace = &traces->items[stream->origin.trace];
	const bt_clock_class *clock = bt_stream_class_borrow_default_clock_class_const(
		bt_stream_borrow_class_const(stream->stream));
	bt_clock_class *clock_copy;
	int result;

	if (trace->has_events) {
		return 0;
	}
	/* A live trace may have got packed events after its first streams: then they come in one of their own. */
	result = make_mirror(traces, trace);
	if (result) {
		return result;
	}
	clock_copy = aspan_unpack_mirror_borrow_clock_class(trace->mirror, clock);
	trace->has_events = true;
	if (!clock_copy ||
	    aspan_unpack_events_init(&trace->events, traces->iterator, queue,
				     aspan_unpack_mirror_borrow_trace_class(trace->mirror),
				     aspan_unpack_mirror_borrow_trace(trace->mirror), clock_copy,
				     stream->contexts.pid_ns >= 0)) {
		return fail_memory(traces);
	}
	return 0;
}

int aspan_unpack_traces_end(struct aspan_unpack_traces *traces)
{
	for (size_t i = 0; i < traces->count; i++) {
		struct aspan_unpack_trace *trace = &traces->items[i];

		if (trace->has_events && aspan_unpack_made_stream_end(&trace->events.made)) {
			return fail_memory(traces);
		}
	}
	return 0;
}

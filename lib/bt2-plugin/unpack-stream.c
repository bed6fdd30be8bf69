/* SPDX-License-Identifier: MIT */
/*
 * A stream of events that a filter makes itself.
 */
#include "unpack-stream.h"

#include <errno.h>

/* About a megabyte of allocations, which sink.ctf.fs keeps in memory until the packet ends. */
#define MAX_PACKET_EVENTS 8192

#define STREAM_NAME "allocspan-unpacked"

#define NS_PER_S UINT64_C(1000000000)

int aspan_unpack_made_stream_init(struct aspan_unpack_made_stream *made,
				  bt_self_message_iterator *iterator,
				  struct aspan_unpack_queue *queue, bt_trace_class *trace_class,
				  bt_clock_class *clock_class)
{
	*made = (struct aspan_unpack_made_stream){
		.iterator = iterator,
		.queue = queue,
		.stream_class = bt_stream_class_create(trace_class),
		.frequency = bt_clock_class_get_frequency(clock_class),
	};
	if (!made->stream_class ||
	    bt_stream_class_set_default_clock_class(made->stream_class, clock_class)) {
		return -ENOMEM;
	}
	/* The times of the trace's events could be told, and so can the origin's. */
	if (bt_clock_class_cycles_to_ns_from_origin(clock_class, 0, &made->zero_ns)) {
		made->zero_ns = 0;
	}
	bt_stream_class_set_supports_packets(made->stream_class, BT_TRUE, BT_TRUE, BT_TRUE);
	/* sink.ctf.fs only takes times of losses that are those of packets. */
	bt_stream_class_set_supports_discarded_events(made->stream_class, BT_TRUE, BT_FALSE);
	return 0;
}

void aspan_unpack_made_stream_fini(struct aspan_unpack_made_stream *made)
{
	bt_packet_put_ref(made->packet);
	bt_stream_put_ref(made->stream);
	bt_stream_class_put_ref(made->stream_class);
	*made = (struct aspan_unpack_made_stream){ 0 };
}

static uint64_t to_value(const struct aspan_unpack_made_stream *made, uint64_t time_ns)
{
	uint64_t since_zero_ns = time_ns - (uint64_t) made->zero_ns;

	if (made->frequency == NS_PER_S) {
		return since_zero_ns;
	}
	return (uint64_t) ((unsigned __int128) since_zero_ns * made->frequency / NS_PER_S);
}

int aspan_unpack_made_stream_begin(struct aspan_unpack_made_stream *made, bt_trace *trace)
{
	made->stream = bt_stream_create(made->stream_class, trace);
	if (made->stream) {
		/* sink.ctf.fs names its file so. */
		bt_stream_set_name(made->stream, STREAM_NAME);
	}
	return made->stream ?
		       aspan_unpack_queue_push(made->queue, bt_message_stream_beginning_create(
								    made->iterator, made->stream)) :
		       -ENOMEM;
}

static int open_packet(struct aspan_unpack_made_stream *made)
{
	made->packet_events = 0;
	made->packet = bt_packet_create(made->stream);
	return made->packet ?
		       aspan_unpack_queue_push(
			       made->queue,
			       bt_message_packet_beginning_create_with_default_clock_snapshot(
				       made->iterator, made->packet, made->last_value)) :
		       -ENOMEM;
}

static int close_packet(struct aspan_unpack_made_stream *made)
{
	int result = 0;

	if (made->packet) {
		result = aspan_unpack_queue_push(
			made->queue, bt_message_packet_end_create_with_default_clock_snapshot(
					     made->iterator, made->packet, made->last_value));
		bt_packet_put_ref(made->packet);
		made->packet = NULL;
	}
	return result;
}

bt_message *aspan_unpack_made_stream_add(struct aspan_unpack_made_stream *made,
					 const bt_event_class *event_class, uint64_t time_ns)
{
	uint64_t value = to_value(made, time_ns);

	if (made->packet_events == MAX_PACKET_EVENTS && close_packet(made)) {
		return NULL;
	}
	/* Rounded values of a slow clock stay in order, too. */
	made->last_value = value > made->last_value ? value : made->last_value;
	if (!made->packet && open_packet(made)) {
		return NULL;
	}
	made->packet_events++;
	return bt_message_event_create_with_packet_and_default_clock_snapshot(
		made->iterator, event_class, made->packet, made->last_value);
}

int aspan_unpack_made_stream_discard(struct aspan_unpack_made_stream *made, const uint64_t *count)
{
	bt_message *message;
	int result = close_packet(made);

	if (result) {
		return result;
	}
	message = bt_message_discarded_events_create(made->iterator, made->stream);
	if (message && count) {
		bt_message_discarded_events_set_count(message, *count);
	}
	return aspan_unpack_queue_push(made->queue, message);
}

int aspan_unpack_made_stream_end(struct aspan_unpack_made_stream *made)
{
	int result = close_packet(made);

	return result ? result :
			aspan_unpack_queue_push(made->queue, bt_message_stream_end_create(
								     made->iterator, made->stream));
}

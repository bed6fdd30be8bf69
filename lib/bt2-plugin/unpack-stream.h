/* SPDX-License-Identifier: MIT */
/*
 * A stream of events that a filter makes itself, in packets, so that what writes it to disk and what reads that can
 * go through it in pieces.
 */
#ifndef ASPAN_BT2_UNPACK_STREAM_H
#define ASPAN_BT2_UNPACK_STREAM_H

#include "unpack-queue.h"

#include <babeltrace2/babeltrace.h>

#include <stdint.h>

struct aspan_unpack_made_stream {
	bt_self_message_iterator *iterator;
	struct aspan_unpack_queue *queue; /* takes the messages */
	bt_stream_class *stream_class;
	bt_stream *stream;
	bt_packet *packet; /* NULL: none is open */
	uint64_t packet_events;
	uint64_t last_value; /* of the clock */
	/* What makes ns since the origin values of the clock. */
	int64_t zero_ns;
	uint64_t frequency;
};

/*
 * Makes the stream's class, without contexts and event classes, which the caller adds before the first event.
 * 0 or -ENOMEM; in any case aspan_unpack_made_stream_fini() frees it.
 */
int aspan_unpack_made_stream_init(struct aspan_unpack_made_stream *made,
				  bt_self_message_iterator *iterator,
				  struct aspan_unpack_queue *queue, bt_trace_class *trace_class,
				  bt_clock_class *clock_class);
void aspan_unpack_made_stream_fini(struct aspan_unpack_made_stream *made);

/* Begins the stream, in a trace of the class. 0 or -ENOMEM. */
int aspan_unpack_made_stream_begin(struct aspan_unpack_made_stream *made, bt_trace *trace);

/* A new event at time_ns, which is not before that of the last, for the caller to fill and push; NULL without memory. */
bt_message *aspan_unpack_made_stream_add(struct aspan_unpack_made_stream *made,
					 const bt_event_class *event_class, uint64_t time_ns);

/* Events are missing here. 0 or -ENOMEM. */
int aspan_unpack_made_stream_discard(struct aspan_unpack_made_stream *made, const uint64_t *count);

/* Ends the stream. 0 or -ENOMEM. */
int aspan_unpack_made_stream_end(struct aspan_unpack_made_stream *made);

#endif

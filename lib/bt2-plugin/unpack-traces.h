/* SPDX-License-Identifier: MIT */
/*
 * What a filter knows of the traces that go through it: of which trace and process an event is, what its class is to us,
 * and the mirror of each trace that has packed events.
 *
 * Traces without packed events are not copied: their messages go through as they are.
 */
#ifndef ASPAN_BT2_UNPACK_TRACES_H
#define ASPAN_BT2_UNPACK_TRACES_H

#include "packed-layout.h"
#include "stream-table.h"
#include "unpack-events.h"
#include "unpack-mirror.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stddef.h>

struct aspan_unpack_traces;

/* An event class as a filter sees it. */
struct aspan_unpack_class {
	const bt_event_class *event_class;
	bool is_allocation; /* a full `alloc` or `free` */
	struct aspan_packed_layout packed;
};

struct aspan_unpack_trace {
	const bt_trace *source;
	bool is_mirrored; /* its messages are copied */
	struct aspan_unpack_mirror *mirror; /* NULL: none is needed yet */
	bool has_events;
	struct aspan_unpack_events events; /* the records, as events; if has_events */
};

/* Causes of errors are appended as the component's. NULL without memory. */
struct aspan_unpack_traces *aspan_unpack_traces_create(bt_self_message_iterator *iterator);

/* NULL is allowed. */
void aspan_unpack_traces_destroy(struct aspan_unpack_traces *traces);

/* Of which trace a stream's events are and where their contexts are. 0 or negative errno, and a cause is appended. */
int aspan_unpack_traces_find_stream(struct aspan_unpack_traces *traces, const bt_stream *stream,
				    const struct aspan_stream **found);

/* 0; or negative errno, and a cause is appended. */
int aspan_unpack_traces_find_class(struct aspan_unpack_traces *traces,
				   const bt_event_class *event_class,
				   const struct aspan_unpack_class **found);

/*
 * The trace of a stream, by its index or by a message; NULL for a message that is of none. What it gives is good until the
 * next is found; a negative errno in *result, and a cause is appended.
 */
struct aspan_unpack_trace *aspan_unpack_traces_get(struct aspan_unpack_traces *traces,
						   uint32_t index);
int aspan_unpack_traces_find_of_message(struct aspan_unpack_traces *traces,
					const bt_message *message,
					struct aspan_unpack_trace **found);

/* Gets ready for records of a packed event: makes mirror and stream where the trace has none. As above. */
int aspan_unpack_traces_prepare(struct aspan_unpack_traces *traces,
				const struct aspan_stream *stream,
				struct aspan_unpack_queue *queue);

/* Ends the streams that were made. As above. */
int aspan_unpack_traces_end(struct aspan_unpack_traces *traces);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The events `allocspan:alloc` and `allocspan:free` as tp/allocspan-provider.h declares them, made from packed records:
 * same fields of the same types in the same order, and the contexts vpid, vtid, procname and ip; pid_ns where the
 * packed events have it.
 */
#ifndef ASPAN_BT2_UNPACK_EVENTS_H
#define ASPAN_BT2_UNPACK_EVENTS_H

#include "packed-merge.h"
#include "unpack-stream.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>

struct aspan_unpack_events {
	struct aspan_unpack_made_stream made;
	bt_event_class *alloc, *free;
	bool has_pid_ns;
};

/* Begins a stream of them in a trace. 0 or -ENOMEM; in any case aspan_unpack_events_fini() frees it. */
int aspan_unpack_events_init(struct aspan_unpack_events *events, bt_self_message_iterator *iterator,
			     struct aspan_unpack_queue *queue, bt_trace_class *trace_class,
			     bt_trace *trace, bt_clock_class *clock_class, bool has_pid_ns);
void aspan_unpack_events_fini(struct aspan_unpack_events *events);

/* Makes the event of a record. 0 or -ENOMEM. */
int aspan_unpack_events_add(struct aspan_unpack_events *events,
			    const struct aspan_packed_output *output);

#endif

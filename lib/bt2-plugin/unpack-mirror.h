/* SPDX-License-Identifier: MIT */
/*
 * The mirror of a trace: the same trace in a trace class of our own, so that events can be added to it
 * (unpack-field-class.h says why). It copies classes when they first occur, and messages one by one.
 *
 * Originals are known by their addresses. The mirror holds a reference on each, so that no address is used again
 * for another one.
 */
#ifndef ASPAN_BT2_UNPACK_MIRROR_H
#define ASPAN_BT2_UNPACK_MIRROR_H

#include <babeltrace2/babeltrace.h>

#include <stdint.h>

struct aspan_unpack_mirror;

/* The mirror of a trace; messages are made for the iterator. NULL without memory. */
struct aspan_unpack_mirror *aspan_unpack_mirror_create(bt_self_message_iterator *iterator,
						       const bt_trace *source);

/* NULL is allowed. */
void aspan_unpack_mirror_destroy(struct aspan_unpack_mirror *mirror);

bt_trace_class *aspan_unpack_mirror_borrow_trace_class(struct aspan_unpack_mirror *mirror);
bt_trace *aspan_unpack_mirror_borrow_trace(struct aspan_unpack_mirror *mirror);

/* The copy of a clock class; NULL without memory. */
bt_clock_class *aspan_unpack_mirror_borrow_clock_class(struct aspan_unpack_mirror *mirror,
						       const bt_clock_class *source);

/* The copy of a message of the trace, with a reference for the caller; NULL without memory. */
bt_message *aspan_unpack_mirror_copy_message(struct aspan_unpack_mirror *mirror,
					     const bt_message *source);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What our filters have in common: one input port, one output port, no parameters, and an iterator that turns each message
 * that comes in into any number that go out.
 */
#ifndef ASPAN_BT2_UNPACK_FRAME_H
#define ASPAN_BT2_UNPACK_FRAME_H

#include "unpack-queue.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stdint.h>

#define ASPAN_FILTER_IN "in"
#define ASPAN_FILTER_OUT "out"

/* What a filter does with messages. 0; or negative errno, and a cause is appended. */
struct aspan_filter_work {
	void *state;
	int (*take)(void *state, const bt_message *message); /* borrows the message */
	int (*end)(void *state); /* there are no more */
};

struct aspan_filter_iterator {
	bt_message_iterator *upstream;
	struct aspan_unpack_queue queue; /* what goes out; the work fills it */
	struct aspan_filter_work work;
	bool has_ended;
};

/* Adds the ports; refuses parameters. `name` is the component class's. */
bt_component_class_initialize_method_status
aspan_filter_initialize(bt_self_component_filter *self, const bt_value *params, const char *name);

/* The upstream iterator of the component; 0 or -EIO, and a cause is appended. */
int aspan_filter_iterator_connect(struct aspan_filter_iterator *iterator,
				  bt_self_message_iterator *self);
void aspan_filter_iterator_fini(struct aspan_filter_iterator *iterator);

/* The iterator's next method. */
bt_message_iterator_class_next_method_status
aspan_filter_iterator_next(struct aspan_filter_iterator *iterator, bt_message_array_const messages,
			   uint64_t capacity, uint64_t *count);

#endif

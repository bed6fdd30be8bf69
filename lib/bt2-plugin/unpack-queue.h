/* SPDX-License-Identifier: MIT */
/*
 * Messages that a filter has made and not given out yet: one that came in may make several. An all-zero queue is empty.
 */
#ifndef ASPAN_BT2_UNPACK_QUEUE_H
#define ASPAN_BT2_UNPACK_QUEUE_H

#include <babeltrace2/babeltrace.h>

#include <stddef.h>
#include <stdint.h>

struct aspan_unpack_queue {
	const bt_message **messages;
	size_t first, count, capacity;
};

/* Releases what is in it. */
void aspan_unpack_queue_fini(struct aspan_unpack_queue *queue);

/* Takes the reference, also on failure. A NULL message is one that could not be made. 0 or -ENOMEM. */
int aspan_unpack_queue_push(struct aspan_unpack_queue *queue, const bt_message *message);

/* Gives up to `capacity` messages, with their references; how many. */
uint64_t aspan_unpack_queue_take(struct aspan_unpack_queue *queue, bt_message_array_const messages,
				 uint64_t capacity);

#endif

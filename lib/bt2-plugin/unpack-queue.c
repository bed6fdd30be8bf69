/* SPDX-License-Identifier: MIT */
/*
 * Messages that a filter has made and not given out yet.
 */
#include "unpack-queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MIN_CAPACITY 64

void aspan_unpack_queue_fini(struct aspan_unpack_queue *queue)
{
	for (size_t i = 0; i < queue->count; i++) {
		bt_message_put_ref(queue->messages[queue->first + i]);
	}
	free(queue->messages);
	*queue = (struct aspan_unpack_queue){ 0 };
}

int aspan_unpack_queue_push(struct aspan_unpack_queue *queue, const bt_message *message)
{
	if (!message) {
		return -ENOMEM;
	}
	if (queue->first + queue->count == queue->capacity) {
		size_t bigger = queue->capacity ? queue->capacity * 2 : MIN_CAPACITY;
		const bt_message **moved =
			reallocarray(queue->messages, bigger, sizeof(const bt_message *));

		if (!moved) {
			bt_message_put_ref(message);
			return -ENOMEM;
		}
		queue->messages = moved;
		queue->capacity = bigger;
	}
	queue->messages[queue->first + queue->count++] = message;
	return 0;
}

uint64_t aspan_unpack_queue_take(struct aspan_unpack_queue *queue, bt_message_array_const messages,
				 uint64_t capacity)
{
	uint64_t taken = queue->count < capacity ? queue->count : capacity;

	if (taken > 0) {
		memcpy(messages, queue->messages + queue->first,
		       taken * sizeof(const bt_message *));
	}
	queue->first += taken;
	queue->count -= taken;
	if (queue->count == 0) {
		queue->first = 0;
	}
	return taken;
}

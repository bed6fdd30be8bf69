/* SPDX-License-Identifier: MIT */
/*
 * What waits of one thread, and which of its records is the current one.
 */
#ifndef ASPAN_ANALYSIS_PACKED_QUEUE_H
#define ASPAN_ANALYSIS_PACKED_QUEUE_H

#include "packed-threads.h"

#include <stdbool.h>
#include <stdint.h>

/* Who wants to know of addresses before their records come; no function: nobody. */
struct aspan_packed_announce {
	void (*function)(void *data, uint64_t address);
	void *data;
};

/* Takes the payload. Whether nothing waited before: then advancing gives its first record. */
bool aspan_packed_queue_add(struct aspan_packed_thread *thread,
			    struct aspan_packed_payload *payload);

/*
 * Goes to the thread's next record, whose time is then in thread->time_ns. 1; 0: there is none yet; -EINVAL:
 * thread->cursor.error says what is wrong with the first payload; -ENOMEM.
 */
int aspan_packed_queue_advance(struct aspan_packed_thread *thread,
			       const struct aspan_packed_announce *announce);

/* The record that the thread is at. */
static inline const struct aspan_packed_record *
aspan_packed_queue_get_record(const struct aspan_packed_thread *thread)
{
	return &thread->batch[thread->batch_next - 1];
}

#endif

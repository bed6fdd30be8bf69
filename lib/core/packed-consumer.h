/* SPDX-License-Identifier: MIT */
/*
 * What the consumer of a ring does, who holds the lock of its source (packed-source.h): it turns records into events.
 */
#ifndef ASPAN_CORE_PACKED_CONSUMER_H
#define ASPAN_CORE_PACKED_CONSUMER_H

#include "packed-source.h"

/* After the process's exit handlers: rings stay closed, and every record is recorded at once. */
extern _Atomic bool aspan_packed_is_finished;

/* Before a slot becomes another group's, and after all records that mention it have been encoded. */
void aspan_packed_consumer_slots_change(void);

/*
 * Encodes all that is published, and records events that are full; what is left waits in the encoder of an open ring. False if
 * something is left in the ring: it is not published, or behind what is not. Of a retired source nothing is left that anybody
 * waits for. What is old in a closed ring is of a session that has ended, unless the process ends: only its numbers and
 * the states are kept.
 */
bool aspan_packed_consumer_encode(struct aspan_packed_source *source);

/* The same, and nothing waits in the encoder. */
bool aspan_packed_consumer_empty(struct aspan_packed_source *source);

/* The same for what was pushed just now, however old. */
bool aspan_packed_consumer_drain(struct aspan_packed_source *source);

/* Lets the producer push without the lock; or no more. */
void aspan_packed_consumer_open(struct aspan_packed_source *source);
void aspan_packed_consumer_close(struct aspan_packed_source *source);

/* Retires the source. */
void aspan_packed_consumer_retire(struct aspan_packed_source *source);

/* Retires the source if it has been stuck for too long. */
void aspan_packed_consumer_retire_if_stuck(struct aspan_packed_source *source);

#endif

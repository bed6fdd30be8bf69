/* SPDX-License-Identifier: MIT */
/*
 * An event of the packed form that waits for its turn: a copy of its bytes, in one allocation, and where its groups are.
 *
 * Records stay as bytes while they wait, which is a tenth of what they are when decoded.
 */
#ifndef ASPAN_ANALYSIS_PACKED_PAYLOAD_H
#define ASPAN_ANALYSIS_PACKED_PAYLOAD_H

#include "packed-fields.h"

#include <stddef.h>
#include <stdint.h>

struct aspan_packed_payload {
	struct aspan_packed_payload *next;
	uint64_t event_ns; /* the event's own time */
	uint64_t offset_ns; /* what makes times of records times of the trace; wraps */
	uint64_t lost_count; /* records of the thread that are missing before this event */
	struct aspan_packed_fields event; /* its strings are in the payload */
	size_t group_count;
	struct aspan_packed_group groups[]; /* the tags end with a zero byte */
};

/* Checks and copies an event. 0; -ENOMEM; or -EINVAL, and *error says why. The caller frees *payload by free(). */
int aspan_packed_payload_create(struct aspan_packed_payload **payload,
				const struct aspan_packed_fields *event,
				struct aspan_packed_error *error);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The span of a group: what it is called and which tags it has.
 */
#ifndef ASPAN_BIND_GROUP_SPAN_H
#define ASPAN_BIND_GROUP_SPAN_H

#include <stdint.h>

#include "probe-entry.h"
#include "spec.h"

struct allocspan_binding;
struct allocspan_span;
struct aspan_bind_point;

/* The values of the inputs at one event. */
struct aspan_bind_values {
	uint64_t of[ASPAN_BIND_INPUTS_MAX];
	uint64_t hash;
};

static inline bool aspan_bind_reader_is_string(const struct aspan_bind_reader *reader)
{
	return reader->kind == ASPAN_BIND_STRING;
}

/* Makes the span for values, or with NULL the one that all other values share. NULL without memory. Takes the lock GROUPS. */
struct allocspan_span *aspan_bind_group_make_span(struct allocspan_binding *binding,
						  const struct aspan_bind_point *point,
						  const struct aspan_bind_values *values);

#endif

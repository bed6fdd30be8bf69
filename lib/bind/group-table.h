/* SPDX-License-Identifier: MIT */
/*
 * The spans of a binding: one for each combination of values that its arguments had, up to a limit.
 *
 * A hash table that is made for its limit at once and only grows fuller, so looking up needs no lock: slots are set once,
 * with release, and read with acquire. What is beyond the limit shares the span `other`.
 */
#ifndef ASPAN_BIND_GROUP_TABLE_H
#define ASPAN_BIND_GROUP_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slots.h"

struct allocspan_binding;
struct allocspan_span;
struct aspan_bind_point;
struct aspan_bind_registers;

struct aspan_bind_group {
	uint64_t hash;
	struct allocspan_span *span;
	_Atomic bool is_stale; /* the value got another label since */
	struct aspan_bind_group *older; /* whose place it took */
	uint64_t values[]; /* one for each input; of a string, the address of a copy, or 0 */
};

struct aspan_bind_group_table {
	struct aspan_bind_slots slots; /* of _Atomic(struct aspan_bind_group *) */
	_Atomic size_t count; /* written with the lock GROUPS held */
	_Atomic(struct allocspan_span *) other;
	_Atomic(struct allocspan_span *) only; /* of a binding without inputs, once it was used */
};

/* Makes room. Returns 0 or -ENOMEM. */
int aspan_bind_group_table_init(struct aspan_bind_group_table *table, size_t limit);

/* Gives the spans back and the memory. No probe runs any more. */
void aspan_bind_group_table_fini(struct aspan_bind_group_table *table);

/* The span for the values that a begin event has; NULL without memory. Runs in the probe. */
struct allocspan_span *aspan_bind_group_span(struct allocspan_binding *binding,
					     const struct aspan_bind_point *point,
					     const struct aspan_bind_registers *registers);

/* The value `value` of input number `input` has another label: groups with it are made anew. Call with the lock GROUPS held. */
void aspan_bind_group_table_relabel(struct aspan_bind_group_table *table, size_t input,
				    bool is_text_value, uint64_t value);

#endif

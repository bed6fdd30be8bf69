/* SPDX-License-Identifier: MIT */
/*
 * A queue of what has a place in the order of the trace: a ring that grows. An all-zero queue is an empty one.
 */
#ifndef ASPAN_ANALYSIS_PACKED_ITEMS_H
#define ASPAN_ANALYSIS_PACKED_ITEMS_H

#include "events.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_packed_item {
	uint64_t time_ns;
	void *item;
	bool is_allocation;
	struct aspan_origin origin; /* of an allocation */
};

struct aspan_packed_items {
	struct aspan_packed_item *ring;
	size_t capacity; /* 0 or a power of two */
	size_t first, count;
};

void aspan_packed_items_fini(struct aspan_packed_items *items);

/* 0 or -ENOMEM. */
int aspan_packed_items_add(struct aspan_packed_items *items, const struct aspan_packed_item *item);

/* The first of a queue that is not empty; taking it leaves it readable until the next is added. */
static inline const struct aspan_packed_item *
aspan_packed_items_get_first(const struct aspan_packed_items *items)
{
	return &items->ring[items->first];
}

static inline void aspan_packed_items_take_first(struct aspan_packed_items *items)
{
	items->first = (items->first + 1) & (items->capacity - 1);
	items->count--;
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A queue of what has a place in the order of the trace.
 */
#include "packed-items.h"

#include <errno.h>
#include <stdlib.h>

#define MIN_CAPACITY 64

void aspan_packed_items_fini(struct aspan_packed_items *items)
{
	free(items->ring);
	*items = (struct aspan_packed_items){ 0 };
}

static int grow(struct aspan_packed_items *items)
{
	size_t bigger = items->capacity ? items->capacity * 2 : MIN_CAPACITY;
	struct aspan_packed_item *moved = reallocarray(NULL, bigger, sizeof(*moved));

	if (!moved) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < items->count; i++) {
		moved[i] = items->ring[(items->first + i) & (items->capacity - 1)];
	}
	free(items->ring);
	items->ring = moved;
	items->capacity = bigger;
	items->first = 0;
	return 0;
}

int aspan_packed_items_add(struct aspan_packed_items *items, const struct aspan_packed_item *item)
{
	if (items->count == items->capacity && grow(items)) {
		return -ENOMEM;
	}
	items->ring[(items->first + items->count++) & (items->capacity - 1)] = *item;
	return 0;
}

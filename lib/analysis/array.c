/* SPDX-License-Identifier: MIT */
/*
 * See array.h.
 */
#include "array.h"

#include <stdlib.h>
#include <string.h>

#define MIN_CAPACITY 16
/* The highest numbers have meanings of their own: no index, an index that is not known. */
#define MAX_CAPACITY (UINT32_MAX - 1)

void *aspan_array_append(void **items, size_t *count, size_t *capacity, size_t item_size)
{
	if (*count == *capacity) {
		size_t bigger = *capacity ? *capacity * 2 : MIN_CAPACITY;
		void *moved = bigger < MAX_CAPACITY ? reallocarray(*items, bigger, item_size) :
						      NULL;

		if (!moved) {
			return NULL;
		}
		*items = moved;
		*capacity = bigger;
	}
	return memset((char *) *items + (*count)++ * item_size, 0, item_size);
}

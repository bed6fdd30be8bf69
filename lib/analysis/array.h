/* SPDX-License-Identifier: MIT */
/*
 * Arrays that grow: items, how many there are, and room for how many.
 *
 * They move when they grow, so what lives in them refers to each other by index.
 */
#ifndef ASPAN_ANALYSIS_ARRAY_H
#define ASPAN_ANALYSIS_ARRAY_H

#include <stddef.h>
#include <stdint.h>

/* Makes room for one more, zeroed. Indexes stay below UINT32_MAX - 1. Gives it, or NULL without memory. */
void *aspan_array_append(void **items, size_t *count, size_t *capacity, size_t item_size);

/* For members named ITEMS, ITEM_count and ITEM_capacity. */
#define ASPAN_ARRAY_APPEND(owner, items, item)                                                     \
	aspan_array_append((void **) &(owner)->items, &(owner)->item##_count,                      \
			   &(owner)->item##_capacity, sizeof(*(owner)->items))

#endif

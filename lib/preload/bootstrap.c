/* SPDX-License-Identifier: MIT */
/*
 * See bootstrap.h.
 */
#include "bootstrap.h"

#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#include "owner-map.h"

#define SMALLEST_ALIGNMENT 16

/* In front of each block. */
struct header {
	alignas(SMALLEST_ALIGNMENT) size_t size_bytes;
};

alignas(SMALLEST_ALIGNMENT) char aspan_bootstrap_arena[ASPAN_BOOTSTRAP_BYTES];

static _Atomic size_t used_bytes;

void *aspan_bootstrap_alloc(size_t alignment, size_t size_bytes)
{
	size_t padded_bytes;
	uintptr_t start;
	uintptr_t block;

	if (alignment < SMALLEST_ALIGNMENT) {
		alignment = SMALLEST_ALIGNMENT;
	}
	if (size_bytes > ASPAN_BOOTSTRAP_BYTES || alignment > ASPAN_BOOTSTRAP_BYTES) {
		errno = ENOMEM;
		return NULL;
	}
	padded_bytes = sizeof(struct header) + alignment + size_bytes;
	padded_bytes = (padded_bytes + SMALLEST_ALIGNMENT - 1) & ~(size_t) (SMALLEST_ALIGNMENT - 1);
	/* Nothing but the number itself is shared. */
	start = atomic_load_explicit(&used_bytes, memory_order_relaxed);
	do {
		if (start + padded_bytes > ASPAN_BOOTSTRAP_BYTES) {
			errno = ENOMEM;
			return NULL;
		}
	} while (!atomic_compare_exchange_weak_explicit(&used_bytes, &start, start + padded_bytes,
							memory_order_relaxed,
							memory_order_relaxed));
	block = (uintptr_t) aspan_bootstrap_arena + start + sizeof(struct header);
	block = (block + alignment - 1) & ~(uintptr_t) (alignment - 1);
	((struct header *) block)[-1].size_bytes = size_bytes;
	if (aspan_owner_mark_foreign((void *) block)) {
		errno = ENOMEM;
		return NULL;
	}
	return (void *) block;
}

size_t aspan_bootstrap_size(const void *block)
{
	return ((const struct header *) block)[-1].size_bytes;
}

void *aspan_bootstrap_realloc(void *block, size_t size_bytes, void *(*allocate)(size_t))
{
	size_t old_size = block ? aspan_bootstrap_size(block) : 0;
	void *grown = allocate(size_bytes);

	if (grown && block) {
		memcpy(grown, block, old_size < size_bytes ? old_size : size_bytes);
	}
	return grown;
}

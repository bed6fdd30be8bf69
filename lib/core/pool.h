/* SPDX-License-Identifier: MIT */
/*
 * A pool of zeroed blocks in sizes of powers of two, carved from regions that its owner provides. Freed blocks are kept for the
 * next of that size, so allocating and freeing for ever needs no new memory.
 *
 * A pool has no lock of its own: call with the lock held (lock.h).
 */
#ifndef ASPAN_CORE_POOL_H
#define ASPAN_CORE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#define ASPAN_POOL_SMALLEST_SHIFT 5
#define ASPAN_POOL_LARGEST_SHIFT 31

struct aspan_pool_block;

/* Zero but for what the owner sets, and for `grow`. */
struct aspan_pool {
	/* Sets `region` and `region_left` to zeroed memory of at least that size, aligned to 64 bytes; false without memory. */
	bool (*grow)(struct aspan_pool *pool, size_t least_bytes);
	/* Makes memory of the region fit to be written; false if it cannot be. NULL: it is. */
	bool (*prepare)(struct aspan_pool *pool, char *start, size_t bytes);
	bool keeps_rests; /* what is left of a region becomes free blocks when the next one comes */
	char *region;
	size_t region_left;
	struct aspan_pool_block *free_blocks[ASPAN_POOL_LARGEST_SHIFT + 1];
};

/* What an object of this size takes. */
size_t aspan_pool_block_bytes(size_t size_bytes);

/* Zeroed memory, aligned to 64 bytes if the size is at least that, else to its power of two; NULL without memory. */
void *aspan_pool_alloc(struct aspan_pool *pool, size_t size_bytes);

/* The same for an object that is never freed, which takes no more than its size, a multiple of 64. */
void *aspan_pool_alloc_for_ever(struct aspan_pool *pool, size_t size_bytes);

/* `size_bytes` is what was asked for. NULL is allowed. */
void aspan_pool_free(struct aspan_pool *pool, void *memory, size_t size_bytes);

#endif

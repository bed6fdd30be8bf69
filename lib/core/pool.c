/* SPDX-License-Identifier: MIT */
/*
 * See pool.h.
 */
#include "pool.h"

#include <string.h>

struct aspan_pool_block {
	struct aspan_pool_block *next;
};

static unsigned int size_shift(size_t size_bytes)
{
	unsigned int shift = ASPAN_POOL_SMALLEST_SHIFT;

	while (((size_t) 1 << shift) < size_bytes) {
		shift++;
	}
	return shift;
}

size_t aspan_pool_block_bytes(size_t size_bytes)
{
	return (size_t) 1 << size_shift(size_bytes);
}

/* What is left of the old region becomes free blocks: powers of two, so that alignment holds. */
static void shelve_region(struct aspan_pool *pool)
{
	while (pool->region_left >= ((size_t) 1 << ASPAN_POOL_SMALLEST_SHIFT)) {
		unsigned int shift = ASPAN_POOL_SMALLEST_SHIFT;
		struct aspan_pool_block *block = (struct aspan_pool_block *) pool->region;

		while (shift < ASPAN_POOL_LARGEST_SHIFT &&
		       ((size_t) 1 << (shift + 1)) <= pool->region_left &&
		       ((size_t) pool->region & (((size_t) 1 << (shift + 1)) - 1)) == 0) {
			shift++;
		}
		block->next = pool->free_blocks[shift];
		pool->free_blocks[shift] = block;
		pool->region += (size_t) 1 << shift;
		pool->region_left -= (size_t) 1 << shift;
	}
}

static size_t padding_before(const struct aspan_pool *pool, size_t block_bytes)
{
	return -(size_t) pool->region & (block_bytes - 1 < 63 ? block_bytes - 1 : 63);
}

static bool has_room(const struct aspan_pool *pool, size_t block_bytes)
{
	return pool->region_left >= padding_before(pool, block_bytes) + block_bytes;
}

static bool make_room(struct aspan_pool *pool, size_t block_bytes)
{
	struct aspan_pool rest = *pool;

	if (!pool->grow(pool, block_bytes)) {
		return false;
	}
	if (pool->keeps_rests) {
		shelve_region(&rest);
		memcpy(pool->free_blocks, rest.free_blocks, sizeof(pool->free_blocks));
	}
	return true;
}

static void *carve(struct aspan_pool *pool, size_t block_bytes)
{
	size_t padding;
	char *block;

	if (!has_room(pool, block_bytes) && !make_room(pool, block_bytes)) {
		return NULL;
	}
	padding = padding_before(pool, block_bytes);
	block = pool->region + padding;
	if (pool->prepare && !pool->prepare(pool, block, block_bytes)) {
		return NULL;
	}
	pool->region += padding + block_bytes;
	pool->region_left -= padding + block_bytes;
	return block;
}

void *aspan_pool_alloc_for_ever(struct aspan_pool *pool, size_t size_bytes)
{
	return carve(pool, size_bytes);
}

void *aspan_pool_alloc(struct aspan_pool *pool, size_t size_bytes)
{
	unsigned int shift = size_shift(size_bytes);
	struct aspan_pool_block *block;

	if (shift > ASPAN_POOL_LARGEST_SHIFT) {
		return NULL;
	}
	block = pool->free_blocks[shift];
	if (!block) {
		return carve(pool, (size_t) 1 << shift);
	}
	pool->free_blocks[shift] = block->next;
	return memset(block, 0, (size_t) 1 << shift);
}

void aspan_pool_free(struct aspan_pool *pool, void *memory, size_t size_bytes)
{
	unsigned int shift = size_shift(size_bytes);
	struct aspan_pool_block *block = memory;

	if (block) {
		block->next = pool->free_blocks[shift];
		pool->free_blocks[shift] = block;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * The live blocks of one process, by address.
 *
 * Open addressing with linear probing, the block inside its slot: a lookup costs one cache miss. Memory is
 * bounded by the most blocks that were alive at once. An all-zero map is an empty one.
 */
#ifndef ASPAN_ANALYSIS_BLOCK_MAP_H
#define ASPAN_ANALYSIS_BLOCK_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_block {
	uint64_t address; /* any value, also 0 */
	uint64_t size_bytes;
	uint32_t group; /* index of the owner in the model, below UINT32_MAX */
	uint32_t checkpoint_count; /* how many the group had had when the block was allocated */
};

struct aspan_block_slot;

struct aspan_block_map {
	struct aspan_block_slot *slots;
	size_t capacity; /* 0 or a power of two */
	size_t count;
};

void aspan_block_map_fini(struct aspan_block_map *map);

/*
 * Adds a block. If one was at its address, that one leaves, is copied to *replaced, and the result
 * is 1. Otherwise 0 or -ENOMEM.
 */
int aspan_block_map_add(struct aspan_block_map *map, const struct aspan_block *block,
			struct aspan_block *replaced);

/* Removes the block at an address and copies it to *block; false if there is none. */
bool aspan_block_map_take(struct aspan_block_map *map, uint64_t address, struct aspan_block *block);

#endif

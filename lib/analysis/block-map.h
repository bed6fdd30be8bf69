/* SPDX-License-Identifier: MIT */
/*
 * The live blocks of one process, by address.
 *
 * Open addressing with linear probing, the block inside its slot: a lookup costs one cache miss. Memory is
 * bounded by the most blocks that were alive at once. An all-zero map is an empty one.
 *
 * Notes, which only some users need, have an array of their own beside the slots.
 */
#ifndef ASPAN_ANALYSIS_BLOCK_MAP_H
#define ASPAN_ANALYSIS_BLOCK_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the tally remembers of a block (tally.h). */
struct aspan_block_note {
	uint64_t time_ns; /* when it was allocated */
	uint32_t place;
	uint32_t thread; /* that allocated it */
	uint32_t chain; /* of its sizes (growth.h) */
};

struct aspan_block {
	uint64_t address; /* any value, also 0 */
	uint64_t size_bytes;
	uint32_t group; /* index of the owner in the model, below UINT32_MAX */
	uint32_t checkpoint_count; /* how many the group had had when the block was allocated */
	struct aspan_block_note note; /* zero in a map without notes */
};

struct aspan_block_slot;

struct aspan_block_map {
	struct aspan_block_slot *slots;
	struct aspan_block_note *notes; /* of the same index; NULL without notes */
	size_t capacity; /* 0 or a power of two */
	size_t count;
	bool has_notes; /* set before the first block */
};

/* The map is then empty, and has notes if it had them before. */
void aspan_block_map_fini(struct aspan_block_map *map);

/*
 * Adds a block. If one was at its address, that one leaves, is copied to *replaced, and the result
 * is 1. Otherwise 0 or -ENOMEM.
 */
int aspan_block_map_add(struct aspan_block_map *map, const struct aspan_block *block,
			struct aspan_block *replaced);

/* Removes the block at an address and copies it to *block; false if there is none. */
bool aspan_block_map_take(struct aspan_block_map *map, uint64_t address, struct aspan_block *block);

/* Whether the map is so large that a lookup waits for memory. */
bool aspan_block_map_wants_prefetch(const struct aspan_block_map *map);

/* The address will soon be added or taken: its slot is fetched meanwhile. The map is not empty. */
void aspan_block_map_prefetch(const struct aspan_block_map *map, uint64_t address);

/* Calls a function with each block, in no order. */
void aspan_block_map_visit(const struct aspan_block_map *map,
			   void (*visit)(const struct aspan_block *block, void *data), void *data);

#endif

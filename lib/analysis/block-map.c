/* SPDX-License-Identifier: MIT */
/*
 * The live blocks of one process, by address.
 *
 * Removing moves later entries of the same run back into the hole, so that there are no tombstones: a
 * trace of any length keeps the map as quick as its live blocks allow.
 */
#include "block-map.h"
#include "hash.h"

#include <errno.h>
#include <stdlib.h>

#define MIN_CAPACITY 64

struct aspan_block_slot {
	uint64_t address;
	uint64_t size_bytes;
	uint32_t group_plus_1; /* 0: the slot is empty */
	uint32_t checkpoint_count;
};

void aspan_block_map_fini(struct aspan_block_map *map)
{
	free(map->slots);
	*map = (struct aspan_block_map){ 0 };
}

/* The slot of the address, or the empty one where it belongs; the map is not full. */
static size_t find_slot(const struct aspan_block_map *map, uint64_t address)
{
	size_t mask = map->capacity - 1;
	size_t i = aspan_hash_u64(address) & mask;

	while (map->slots[i].group_plus_1 && map->slots[i].address != address) {
		i = (i + 1) & mask;
	}
	return i;
}

static int grow(struct aspan_block_map *map)
{
	struct aspan_block_map bigger = { .count = map->count };

	bigger.capacity = map->capacity ? map->capacity * 2 : MIN_CAPACITY;
	bigger.slots = calloc(bigger.capacity, sizeof(*bigger.slots));
	if (!bigger.slots) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->slots[i].group_plus_1) {
			bigger.slots[find_slot(&bigger, map->slots[i].address)] = map->slots[i];
		}
	}
	free(map->slots);
	*map = bigger;
	return 0;
}

static struct aspan_block block_of(const struct aspan_block_slot *slot)
{
	return (struct aspan_block){
		.address = slot->address,
		.size_bytes = slot->size_bytes,
		.group = slot->group_plus_1 - 1,
		.checkpoint_count = slot->checkpoint_count,
	};
}

int aspan_block_map_add(struct aspan_block_map *map, const struct aspan_block *block,
			struct aspan_block *replaced)
{
	struct aspan_block_slot *slot;
	int result = 0;

	/* At most three quarters are taken. */
	if (map->count >= map->capacity / 4 * 3) {
		result = grow(map);
		if (result) {
			return result;
		}
	}
	slot = &map->slots[find_slot(map, block->address)];
	if (slot->group_plus_1) {
		*replaced = block_of(slot);
		result = 1;
	} else {
		map->count++;
	}
	*slot = (struct aspan_block_slot){
		.address = block->address,
		.size_bytes = block->size_bytes,
		.group_plus_1 = block->group + 1,
		.checkpoint_count = block->checkpoint_count,
	};
	return result;
}

/* An entry may move back to the hole unless its own place lies after the hole. */
static bool may_fill(size_t hole, size_t home, size_t at, size_t mask)
{
	return ((at - home) & mask) >= ((at - hole) & mask);
}

static void close_hole(struct aspan_block_map *map, size_t hole)
{
	size_t mask = map->capacity - 1;

	for (size_t i = (hole + 1) & mask; map->slots[i].group_plus_1; i = (i + 1) & mask) {
		if (may_fill(hole, aspan_hash_u64(map->slots[i].address) & mask, i, mask)) {
			map->slots[hole] = map->slots[i];
			hole = i;
		}
	}
	map->slots[hole].group_plus_1 = 0;
}

bool aspan_block_map_take(struct aspan_block_map *map, uint64_t address, struct aspan_block *block)
{
	size_t at;

	if (map->count == 0) {
		return false;
	}
	at = find_slot(map, address);
	if (!map->slots[at].group_plus_1) {
		return false;
	}
	*block = block_of(&map->slots[at]);
	close_hole(map, at);
	map->count--;
	return true;
}

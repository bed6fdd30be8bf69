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
#include <string.h>
#include <sys/mman.h>

#define MIN_CAPACITY 64
#define HUGE_PAGE_BYTES ((size_t) 2 << 20)
/* Maps below this many slots are in the cache. */
#define PREFETCH_CAPACITY 16384

struct aspan_block_slot {
	uint64_t address;
	uint64_t size_bytes;
	uint32_t group_plus_1; /* 0: the slot is empty */
	uint32_t checkpoint_count;
};

void aspan_block_map_fini(struct aspan_block_map *map)
{
	free(map->slots);
	free(map->notes);
	*map = (struct aspan_block_map){ .has_notes = map->has_notes };
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

/*
 * Zeroed memory; of a large map in huge pages, if the system gives them when asked: blocks are looked up all over
 * it, and with small pages each lookup would miss the TLB, too.
 */
static void *make_array(size_t count, size_t size)
{
	void *array;

	if (count * size < 2 * HUGE_PAGE_BYTES) {
		return calloc(count, size);
	}
	/* The count is a power of two of at least 2^17: the size is a multiple of the alignment. */
	array = aligned_alloc(HUGE_PAGE_BYTES, count * size);
	if (array) {
		madvise(array, count * size, MADV_HUGEPAGE);
		memset(array, 0, count * size);
	}
	return array;
}

static int make_arrays(struct aspan_block_map *map)
{
	map->slots = make_array(map->capacity, sizeof(*map->slots));
	map->notes = map->has_notes ? make_array(map->capacity, sizeof(*map->notes)) : NULL;
	if (!map->slots || (map->has_notes && !map->notes)) {
		free(map->slots);
		free(map->notes);
		return -ENOMEM;
	}
	return 0;
}

static void copy_slot(struct aspan_block_map *to, size_t to_index,
		      const struct aspan_block_map *from, size_t from_index)
{
	to->slots[to_index] = from->slots[from_index];
	if (from->has_notes) {
		to->notes[to_index] = from->notes[from_index];
	}
}

static int grow(struct aspan_block_map *map)
{
	struct aspan_block_map bigger = {
		.count = map->count,
		.has_notes = map->has_notes,
		.capacity = map->capacity ? map->capacity * 2 : MIN_CAPACITY,
	};
	int result = make_arrays(&bigger);

	if (result) {
		return result;
	}
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->slots[i].group_plus_1) {
			copy_slot(&bigger, find_slot(&bigger, map->slots[i].address), map, i);
		}
	}
	free(map->slots);
	free(map->notes);
	*map = bigger;
	return 0;
}

static void get_block(const struct aspan_block_map *map, size_t index, struct aspan_block *block)
{
	const struct aspan_block_slot *slot = &map->slots[index];

	*block = (struct aspan_block){
		.address = slot->address,
		.size_bytes = slot->size_bytes,
		.group = slot->group_plus_1 - 1,
		.checkpoint_count = slot->checkpoint_count,
	};
	if (map->has_notes) {
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): grow() puts another array there */
		block->note = map->notes[index];
	}
}

int aspan_block_map_add(struct aspan_block_map *map, const struct aspan_block *block,
			struct aspan_block *replaced)
{
	size_t index;
	int result = 0;

	/* At most three quarters are taken. */
	if (map->count >= map->capacity / 4 * 3) {
		result = grow(map);
		if (result) {
			return result;
		}
	}
	index = find_slot(map, block->address);
	if (map->slots[index].group_plus_1) {
		get_block(map, index, replaced);
		result = 1;
	} else {
		map->count++;
	}
	map->slots[index] = (struct aspan_block_slot){
		.address = block->address,
		.size_bytes = block->size_bytes,
		.group_plus_1 = block->group + 1,
		.checkpoint_count = block->checkpoint_count,
	};
	if (map->has_notes) {
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): as above */
		map->notes[index] = block->note;
	}
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
			copy_slot(map, hole, map, i);
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
	get_block(map, at, block);
	close_hole(map, at);
	map->count--;
	return true;
}

bool aspan_block_map_wants_prefetch(const struct aspan_block_map *map)
{
	return map->capacity >= PREFETCH_CAPACITY;
}

void aspan_block_map_prefetch(const struct aspan_block_map *map, uint64_t address)
{
	size_t index = aspan_hash_u64(address) & (map->capacity - 1);

	__builtin_prefetch(&map->slots[index], 1);
	if (map->has_notes) {
		__builtin_prefetch(&map->notes[index], 1);
	}
}

void aspan_block_map_visit(const struct aspan_block_map *map,
			   void (*visit)(const struct aspan_block *block, void *data), void *data)
{
	struct aspan_block block;

	for (size_t i = 0; i < map->capacity; i++) {
		if (map->slots[i].group_plus_1) {
			get_block(map, i, &block);
			visit(&block, data);
		}
	}
}

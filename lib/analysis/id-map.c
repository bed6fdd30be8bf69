/* SPDX-License-Identifier: MIT */
/*
 * A hash map from 64-bit keys to 32-bit indexes.
 *
 * A slot stores its value plus one, so that a slot of zeros is an empty one and any key is possible. At
 * most half of the slots are taken: lookups stay short, and the map is small beside what it indexes.
 */
#include "id-map.h"
#include "hash.h"

#include <errno.h>
#include <stdlib.h>

#define MIN_CAPACITY 16

struct aspan_id_map_slot {
	uint64_t key;
	uint32_t value_plus_1;
};

void aspan_id_map_fini(struct aspan_id_map *map)
{
	free(map->slots);
	*map = (struct aspan_id_map){ 0 };
}

/* The slot of the key, or the empty one where it belongs; the map is not full. */
static struct aspan_id_map_slot *find_slot(const struct aspan_id_map *map, uint64_t key)
{
	size_t mask = map->capacity - 1;
	size_t i = aspan_hash_u64(key) & mask;

	while (map->slots[i].value_plus_1 && map->slots[i].key != key) {
		i = (i + 1) & mask;
	}
	return &map->slots[i];
}

uint32_t aspan_id_map_find(const struct aspan_id_map *map, uint64_t key)
{
	/* An empty slot gives 0 - 1, which is ASPAN_ID_MAP_NONE. */
	return map->count ? find_slot(map, key)->value_plus_1 - 1 : ASPAN_ID_MAP_NONE;
}

static int grow(struct aspan_id_map *map)
{
	struct aspan_id_map bigger = { .count = map->count };

	bigger.capacity = map->capacity ? map->capacity * 2 : MIN_CAPACITY;
	bigger.slots = calloc(bigger.capacity, sizeof(*bigger.slots));
	if (!bigger.slots) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->slots[i].value_plus_1) {
			*find_slot(&bigger, map->slots[i].key) = map->slots[i];
		}
	}
	free(map->slots);
	*map = bigger;
	return 0;
}

int aspan_id_map_set(struct aspan_id_map *map, uint64_t key, uint32_t value)
{
	struct aspan_id_map_slot *slot;

	if (map->count >= map->capacity / 2) {
		int result = grow(map);

		if (result) {
			return result;
		}
	}
	slot = find_slot(map, key);
	map->count += !slot->value_plus_1;
	*slot = (struct aspan_id_map_slot){ .key = key, .value_plus_1 = value + 1 };
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * See text-map.h.
 */
#include "text-map.h"

#include "hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MIN_CAPACITY 16

struct aspan_text_map_entry {
	uint64_t scope;
	char *text;
	uint32_t number;
	uint32_t next_of_hash; /* an older one with the same hash, or NONE */
};

void aspan_text_map_fini(struct aspan_text_map *map)
{
	for (size_t i = 0; i < map->count; i++) {
		free(map->entries[i].text);
	}
	free(map->entries);
	aspan_id_map_fini(&map->by_hash);
	*map = (struct aspan_text_map){ 0 };
}

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t hash_text(uint64_t scope, const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ aspan_hash_u64(scope);

	for (; *text; text++) {
		hash = (hash ^ (unsigned char) *text) * UINT64_C(0x100000001b3);
	}
	return hash;
}

static struct aspan_text_map_entry *find_entry(const struct aspan_text_map *map, uint64_t hash,
					       uint64_t scope, const char *text)
{
	uint32_t i = aspan_id_map_find(&map->by_hash, hash);

	while (i != ASPAN_ID_MAP_NONE) {
		struct aspan_text_map_entry *entry = &map->entries[i];

		if (entry->scope == scope && strcmp(entry->text, text) == 0) {
			return entry;
		}
		i = entry->next_of_hash;
	}
	return NULL;
}

uint32_t aspan_text_map_find(const struct aspan_text_map *map, uint64_t scope, const char *text)
{
	const struct aspan_text_map_entry *entry =
		find_entry(map, hash_text(scope, text), scope, text);

	return entry ? entry->number : ASPAN_TEXT_MAP_NONE;
}

static int make_room(struct aspan_text_map *map)
{
	size_t capacity = map->capacity ? 2 * map->capacity : MIN_CAPACITY;
	struct aspan_text_map_entry *moved;

	if (map->count < map->capacity) {
		return 0;
	}
	moved = capacity < ASPAN_ID_MAP_NONE ?
			reallocarray(map->entries, capacity, sizeof(*moved)) :
			NULL;
	if (!moved) {
		return -ENOMEM;
	}
	map->entries = moved;
	map->capacity = capacity;
	return 0;
}

int aspan_text_map_set(struct aspan_text_map *map, uint64_t scope, const char *text,
		       uint32_t number)
{
	uint64_t hash = hash_text(scope, text);
	struct aspan_text_map_entry *entry = find_entry(map, hash, scope, text);
	int result;

	if (entry) {
		entry->number = number;
		return 0;
	}
	result = make_room(map);
	if (result) {
		return result;
	}
	entry = &map->entries[map->count];
	*entry = (struct aspan_text_map_entry){
		.scope = scope,
		.text = strdup(text),
		.number = number,
		.next_of_hash = aspan_id_map_find(&map->by_hash, hash),
	};
	if (!entry->text) {
		return -ENOMEM;
	}
	result = aspan_id_map_set(&map->by_hash, hash, (uint32_t) map->count);
	if (result) {
		free(entry->text);
		return result;
	}
	map->count++;
	return 0;
}

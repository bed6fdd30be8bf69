/* SPDX-License-Identifier: MIT */
/*
 * See place-table.h.
 */
#include "place-table.h"

#include "array.h"
#include "hash.h"

#include <errno.h>
#include <stdlib.h>

void aspan_place_table_fini(struct aspan_place_table *table)
{
	for (size_t i = 0; i < table->place_count; i++) {
		aspan_histogram_fini(&table->places[i].sizes);
		aspan_histogram_fini(&table->places[i].lifetimes);
	}
	free(table->places);
	aspan_id_map_fini(&table->by_hash);
	*table = (struct aspan_place_table){ 0 };
}

static uint64_t hash_key(const struct aspan_place_key *key)
{
	uint64_t hash = (uint64_t) key->group << 32 | key->node;

	hash = (hash ^ key->is_unseen) * ASPAN_HASH_MULTIPLIER;
	hash ^= hash >> 29;
	hash = (hash ^ key->stack) * ASPAN_HASH_MULTIPLIER;
	hash ^= hash >> 29;
	return hash ^ ((uint64_t) key->thread << 32 | key->callsite) * ASPAN_HASH_MULTIPLIER;
}

static bool is_same(const struct aspan_place_key *a, const struct aspan_place_key *b)
{
	return a->group == b->group && a->node == b->node && a->thread == b->thread &&
	       a->callsite == b->callsite && a->stack == b->stack && a->is_unseen == b->is_unseen;
}

int aspan_place_table_find(struct aspan_place_table *table, const struct aspan_place_key *key,
			   uint32_t *place)
{
	uint64_t hash = hash_key(key);
	uint32_t first = aspan_id_map_find(&table->by_hash, hash);
	struct aspan_place *added;
	int result;

	for (*place = first; *place != ASPAN_PLACE_NONE;
	     *place = table->places[*place].next_of_hash) {
		if (is_same(&table->places[*place].key, key)) {
			return 0;
		}
	}
	added = ASPAN_ARRAY_APPEND(table, places, place);
	if (!added) {
		return -ENOMEM;
	}
	added->key = *key;
	added->next_of_hash = first;
	*place = (uint32_t) (table->place_count - 1);
	result = aspan_id_map_set(&table->by_hash, hash, *place);
	table->place_count -= result != 0;
	return result ? result : 1;
}

void aspan_place_note_never_freed(struct aspan_place *place, uint64_t size_bytes, uint64_t alloc_ns)
{
	place->never_freed.count++;
	place->never_freed.bytes += size_bytes;
	if (place->oldest_never_freed_ns == 0 || alloc_ns < place->oldest_never_freed_ns) {
		place->oldest_never_freed_ns = alloc_ns;
	}
}

void aspan_place_clear(struct aspan_place *place)
{
	struct aspan_place kept = { .key = place->key,
				    .next_of_hash = place->next_of_hash,
				    .live = place->live,
				    .sizes = place->sizes,
				    .lifetimes = place->lifetimes };

	aspan_histogram_clear(&kept.sizes);
	aspan_histogram_clear(&kept.lifetimes);
	*place = kept;
}

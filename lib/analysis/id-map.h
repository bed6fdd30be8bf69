/* SPDX-License-Identifier: MIT */
/*
 * A hash map from 64-bit keys to 32-bit indexes, for groups, processes and streams.
 *
 * Open addressing with linear probing; entries are only added. An all-zero map is an empty one. Any key is
 * allowed, also 0.
 */
#ifndef ASPAN_ANALYSIS_ID_MAP_H
#define ASPAN_ANALYSIS_ID_MAP_H

#include <stddef.h>
#include <stdint.h>

#define ASPAN_ID_MAP_NONE UINT32_MAX

struct aspan_id_map_slot;

struct aspan_id_map {
	struct aspan_id_map_slot *slots;
	size_t capacity; /* 0 or a power of two */
	size_t count;
};

void aspan_id_map_fini(struct aspan_id_map *map);

/* The value of the key, or ASPAN_ID_MAP_NONE. */
uint32_t aspan_id_map_find(const struct aspan_id_map *map, uint64_t key);

/* Adds the key or gives it a new value, which is not ASPAN_ID_MAP_NONE. 0 or -ENOMEM. */
int aspan_id_map_set(struct aspan_id_map *map, uint64_t key, uint32_t value);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A hash map from a text in a scope (a number: a process, a binding of a process) to a 32-bit number.
 *
 * Entries are only added. An all-zero map is an empty one.
 */
#ifndef ASPAN_ANALYSIS_TEXT_MAP_H
#define ASPAN_ANALYSIS_TEXT_MAP_H

#include "id-map.h"

#include <stddef.h>
#include <stdint.h>

#define ASPAN_TEXT_MAP_NONE UINT32_MAX

struct aspan_text_map_entry;

struct aspan_text_map {
	struct aspan_text_map_entry *entries;
	size_t count, capacity;
	struct aspan_id_map by_hash; /* to the latest entry with a hash */
};

void aspan_text_map_fini(struct aspan_text_map *map);

/* The number, or ASPAN_TEXT_MAP_NONE. */
uint32_t aspan_text_map_find(const struct aspan_text_map *map, uint64_t scope, const char *text);

/* Adds a text, which is copied, or gives it a new number. 0 or -ENOMEM. */
int aspan_text_map_set(struct aspan_text_map *map, uint64_t scope, const char *text,
		       uint32_t number);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * See handover.h.
 */
#include "handover.h"

#include "array.h"
#include "hash.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define NONE ASPAN_ID_MAP_NONE

void aspan_handover_fini(struct aspan_handover_matrix *matrix)
{
	free(matrix->pairs);
	aspan_id_map_fini(&matrix->by_hash);
	*matrix = (struct aspan_handover_matrix){ 0 };
}

static bool is_pair(const struct aspan_handover *pair, uint32_t source_group, uint64_t current_id)
{
	return pair->source_group == source_group && pair->current_id == current_id;
}

static int find(struct aspan_handover_matrix *matrix, uint32_t source_group, uint64_t current_id,
		uint32_t *index)
{
	uint64_t hash = aspan_hash_u64(source_group) ^ current_id;
	uint32_t first = aspan_id_map_find(&matrix->by_hash, hash);
	struct aspan_handover *added;
	int result;

	for (*index = first; *index != NONE; *index = matrix->pairs[*index].next_of_hash) {
		if (is_pair(&matrix->pairs[*index], source_group, current_id)) {
			return 0;
		}
	}
	added = ASPAN_ARRAY_APPEND(matrix, pairs, pair);
	if (!added) {
		return -ENOMEM;
	}
	added->source_group = source_group;
	added->current_id = current_id;
	added->next_of_hash = first;
	*index = (uint32_t) (matrix->pair_count - 1);
	result = aspan_id_map_set(&matrix->by_hash, hash, *index);
	matrix->pair_count -= result != 0;
	return result;
}

int aspan_handover_note(struct aspan_handover_matrix *matrix, uint32_t source_group,
			uint64_t current_id, uint64_t size_bytes)
{
	uint32_t index = matrix->last - 1;

	if (!matrix->last || !is_pair(&matrix->pairs[index], source_group, current_id)) {
		int result = find(matrix, source_group, current_id, &index);

		if (result) {
			return result;
		}
		matrix->last = index + 1;
	}
	matrix->pairs[index].freed.count++;
	matrix->pairs[index].freed.bytes += size_bytes;
	return 0;
}

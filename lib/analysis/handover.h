/* SPDX-License-Identifier: MIT */
/*
 * Memory that is handed over: who allocated it, and who was active when it was freed.
 *
 * Sparse: only pairs that occurred are stored. An all-zero matrix is an empty one.
 */
#ifndef ASPAN_ANALYSIS_HANDOVER_H
#define ASPAN_ANALYSIS_HANDOVER_H

#include "id-map.h"
#include "numbers.h"

#include <stddef.h>
#include <stdint.h>

struct aspan_handover {
	uint32_t source_group; /* index in the model */
	uint32_t next_of_hash;
	uint64_t current_id; /* in the source's process; 0: no group was active */
	struct aspan_blocks freed;
};

struct aspan_handover_matrix {
	struct aspan_handover *pairs;
	size_t pair_count, pair_capacity;
	struct aspan_id_map by_hash;
	uint32_t last; /* index plus 1, of the pair that was met last; 0: none */
};

void aspan_handover_fini(struct aspan_handover_matrix *matrix);

/* A block was freed under another group. 0 or -ENOMEM. */
int aspan_handover_note(struct aspan_handover_matrix *matrix, uint32_t source_group,
			uint64_t current_id, uint64_t size_bytes);

#endif

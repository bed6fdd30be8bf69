/* SPDX-License-Identifier: MIT */
/*
 * Blocks that grow: a `free` of kind realloc and the `alloc` of kind realloc that follows on the same thread are one block
 * that goes on with another size. All its sizes are a chain.
 *
 * A block has a chain from its first change of size on, so memory is bounded by live blocks. A realloc() that fails
 * announces the old block again: the size is the same, so that is no step.
 */
#ifndef ASPAN_ANALYSIS_GROWTH_H
#define ASPAN_ANALYSIS_GROWTH_H

#include "numbers.h"
#include "thread-table.h"

#include <stddef.h>
#include <stdint.h>

/* A block without a chain. */
#define ASPAN_CHAIN_NONE 0

struct aspan_chain {
	uint64_t step_count;
	uint64_t first_bytes;
	uint32_t next_unused;
};

/* An all-zero pool is an empty one. */
struct aspan_chain_pool {
	struct aspan_chain *chains;
	size_t chain_count, chain_capacity;
	uint32_t unused; /* the first of a list, or CHAIN_NONE */
};

void aspan_chain_pool_fini(struct aspan_chain_pool *pool);

/* A chain has ended; NONE is allowed. */
void aspan_chain_release(struct aspan_chain_pool *pool, uint32_t chain);

/*
 * The moving block goes on at an address with a size: counts the step for `growth`, and gives the chain that it now
 * has. 0 or -ENOMEM.
 */
int aspan_chain_step(struct aspan_chain_pool *pool, struct aspan_growth *growth,
		     const struct aspan_moving_block *moving, uint64_t address, uint64_t size_bytes,
		     uint32_t *chain);

#endif

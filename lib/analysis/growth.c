/* SPDX-License-Identifier: MIT */
/*
 * See growth.h.
 */
#include "growth.h"

#include "array.h"

#include <errno.h>
#include <stdlib.h>

void aspan_chain_pool_fini(struct aspan_chain_pool *pool)
{
	free(pool->chains);
	*pool = (struct aspan_chain_pool){ 0 };
}

void aspan_chain_release(struct aspan_chain_pool *pool, uint32_t chain)
{
	if (chain != ASPAN_CHAIN_NONE) {
		pool->chains[chain].next_unused = pool->unused;
		pool->unused = chain;
	}
}

static int take(struct aspan_chain_pool *pool, uint64_t first_bytes, uint32_t *chain)
{
	if (pool->unused != ASPAN_CHAIN_NONE) {
		*chain = pool->unused;
		pool->unused = pool->chains[*chain].next_unused;
	} else {
		/* The first one is never used: its number is CHAIN_NONE. */
		while (pool->chain_count < 1) {
			if (!ASPAN_ARRAY_APPEND(pool, chains, chain)) {
				return -ENOMEM;
			}
		}
		if (!ASPAN_ARRAY_APPEND(pool, chains, chain)) {
			return -ENOMEM;
		}
		*chain = (uint32_t) (pool->chain_count - 1);
	}
	pool->chains[*chain] = (struct aspan_chain){ .first_bytes = first_bytes };
	return 0;
}

static void count_step(struct aspan_growth *growth, const struct aspan_moving_block *moving,
		       uint64_t address, uint64_t size_bytes)
{
	growth->step_count++;
	growth->grow_count += size_bytes > moving->size_bytes;
	if (address != moving->address) {
		growth->moved_count++;
		growth->copied_bytes += size_bytes < moving->size_bytes ? size_bytes :
									  moving->size_bytes;
	}
}

int aspan_chain_step(struct aspan_chain_pool *pool, struct aspan_growth *growth,
		     const struct aspan_moving_block *moving, uint64_t address, uint64_t size_bytes,
		     uint32_t *chain)
{
	*chain = moving->chain;
	if (size_bytes == moving->size_bytes) {
		return 0;
	}
	if (*chain == ASPAN_CHAIN_NONE) {
		int result = take(pool, moving->size_bytes, chain);

		if (result) {
			return result;
		}
	}
	count_step(growth, moving, address, size_bytes);
	if (++pool->chains[*chain].step_count > growth->longest_step_count) {
		growth->longest_step_count = pool->chains[*chain].step_count;
		growth->longest_first_bytes = pool->chains[*chain].first_bytes;
		growth->longest_last_bytes = size_bytes;
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * See own-block.h.
 */
#include "own-block.h"

#include <string.h>

#include "bootstrap.h"
#include "next.h"
#include "setup-memory.h"

size_t aspan_own_block_size(const void *block)
{
	return aspan_bootstrap_has(block) ? aspan_bootstrap_size(block) :
					    aspan_setup_memory_size(block);
}

void aspan_own_block_free(void *block)
{
	/* The bootstrap arena is never given back. */
	if (!aspan_bootstrap_has(block)) {
		aspan_setup_memory_free(block);
	}
}

static void *copy(void *moved, const void *block, size_t old_bytes, size_t new_bytes)
{
	if (moved) {
		memcpy(moved, block, old_bytes < new_bytes ? old_bytes : new_bytes);
	}
	return moved;
}

void *aspan_own_block_realloc(void *block, size_t size_bytes)
{
	void *moved =
		copy(aspan_next.malloc(size_bytes), block, aspan_own_block_size(block), size_bytes);

	if (moved) {
		aspan_own_block_free(block);
	}
	return moved;
}

void *aspan_own_block_replace(void *block, size_t size_bytes)
{
	void *moved = aspan_setup_memory_alloc(size_bytes);

	if (!block) {
		return moved;
	}
	/* Looking up a size takes no lock in any allocator that we know. */
	return copy(moved, block,
		    aspan_own_block_is(block) ? aspan_own_block_size(block) :
						aspan_next.malloc_usable_size(block),
		    size_bytes);
}

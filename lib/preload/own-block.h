/* SPDX-License-Identifier: MIT */
/*
 * Blocks that the program or its libraries hold, and that are not the allocator's: those of bootstrap.h and of
 * lib/core/setup-memory.h. The owner map marks them; they never reach the real functions.
 */
#ifndef ASPAN_PRELOAD_OWN_BLOCK_H
#define ASPAN_PRELOAD_OWN_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "owner-map.h"

/* NULL is allowed, and is none. */
static inline bool aspan_own_block_is(const void *block)
{
	const _Atomic uint32_t *word = aspan_owner_word(block);

	return word && aspan_owner_load(word) == ASPAN_OWNER_CODE_FOREIGN;
}

/* The requested size. */
ASPAN_SLOW size_t aspan_own_block_size(const void *block);

ASPAN_SLOW void aspan_own_block_free(void *block);

/* Moves it into memory of the allocator underneath. */
ASPAN_SLOW void *aspan_own_block_realloc(void *block, size_t size_bytes);

/*
 * realloc() while a thread is prepared: of a block of the allocator, or of ours. The old one stays: that the allocator may be
 * in use is why we are here, and the dynamic linker, if it was interrupted too, may go on to use it, or free it.
 */
ASPAN_SLOW void *aspan_own_block_replace(void *block, size_t size_bytes);

#endif

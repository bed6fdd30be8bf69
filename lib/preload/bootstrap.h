/* SPDX-License-Identifier: MIT */
/*
 * Memory for those who allocate while the real functions are being looked up: the dynamic linker, on the thread that
 * looks them up.
 *
 * A small fixed arena that is never given back. When it is full, allocations fail as they do without memory. Its blocks
 * are marked in the owner map, so that free finds them by the one look that it takes anyway.
 */
#ifndef ASPAN_PRELOAD_BOOTSTRAP_H
#define ASPAN_PRELOAD_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASPAN_BOOTSTRAP_BYTES ((size_t) 64 * 1024)

extern char aspan_bootstrap_arena[ASPAN_BOOTSTRAP_BYTES];

/* Zeroed memory; `alignment` is a power of two; NULL and ENOMEM when the arena is full. */
void *aspan_bootstrap_alloc(size_t alignment, size_t size_bytes);

/* The requested size of a block of the arena. */
size_t aspan_bootstrap_size(const void *block);

/* Grows a block of the arena, or NULL, into one that `allocate` gives. */
void *aspan_bootstrap_realloc(void *block, size_t size_bytes, void *(*allocate)(size_t));

/* Whether a block is of the arena: such a block is never passed on to the real functions. */
static inline bool aspan_bootstrap_has(const void *block)
{
	return (uintptr_t) block - (uintptr_t) aspan_bootstrap_arena < ASPAN_BOOTSTRAP_BYTES;
}

#endif

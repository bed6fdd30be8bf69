/* SPDX-License-Identifier: MIT */
/*
 * Memory for the library's own objects, straight from mmap: malloc would come back to the interposer.
 *
 * Sizes are rounded up to powers of two; freed blocks are kept for the next object of that size, so
 * registering and releasing for ever needs no new memory. Objects of more than 64 KiB are mappings of their own.
 */
#ifndef ASPAN_CORE_ARENA_H
#define ASPAN_CORE_ARENA_H

#include <stddef.h>

/*
 * Zeroed memory, aligned to 64 bytes if the size is at least that, else to its power of two; NULL
 * without memory. Call with the lock held (lock.h).
 */
void *aspan_arena_alloc(size_t size_bytes);

/* `size_bytes` is what was asked for. NULL is allowed. Call with the lock held. */
void aspan_arena_free(void *memory, size_t size_bytes);

/*
 * Zeroed pages without reserve: address space that costs memory only where it is touched; NULL
 * without address space. A page that cannot be accessed is before and after, so that an overflow of the program's
 * memory, which may be mapped next to it, does not run into ours. Needs no lock.
 */
void *aspan_arena_map(size_t size_bytes);
void aspan_arena_unmap(void *memory, size_t size_bytes);

#endif

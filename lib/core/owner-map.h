/* SPDX-License-Identifier: MIT */
/*
 * The owner map: from a block's address to the slot of the group that owns it and the requested size.
 *
 * The big picture
 * ---------------
 *
 *    address  |  bits 46..26: leaf  |  bits 25..4: granule  |  bit 3: plane  |  bits 2..0: zero  |
 *
 *    aspan_owner_leaves[leaf] --> struct aspan_owner_leaf       one 4-byte word for each 16-byte granule,
 *                                   words[plane][granule]       in two planes
 *
 * The leaves are mapped when the first tracked block falls into their 64 MiB of address space, without reserve: only
 * the pages that hold words of tracked blocks take memory, a quarter of the tracked heap at most. Untracked blocks
 * are never written here, and freeing one reads one pointer or one word.
 *
 * Some allocators (jemalloc, mimalloc, tcmalloc) hand out blocks of 8 bytes that are aligned to 8 only, two in a granule:
 * the second one of the granule has its word in the second plane, which other programs never touch.
 *
 * A word says:
 *
 *     owner word:  | slot of the group: 27 bits | code: 5 bits |
 *     size word:   | size: 27 bits              | 31           |
 *     0:           nothing tracked here
 *
 *     code 0..16: the requested size itself
 *     code 17:    the size is in the size word of the next granule of the plane: the block covers it
 *     code 18:    the size is in the size words of the next two granules
 *
 * Code 31 keeps a size word from being read as an owner if a free was never seen.
 *
 * Ordering
 * --------
 * 1. A block's words are written by the thread that allocates it before malloc returns, and cleared by the thread that
 *    frees it before the real free: nobody else may use the block meanwhile. The program itself orders the one after
 *    the other when it hands the block over, so relaxed accesses suffice.
 * 2. A leaf is published by a compare-and-exchange with release; readers load it with acquire and so see its zeros.
 *    It is never unmapped.
 */
#ifndef ASPAN_CORE_OWNER_MAP_H
#define ASPAN_CORE_OWNER_MAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

#define ASPAN_OWNER_GRANULE_SHIFT 4
#define ASPAN_OWNER_LEAF_SHIFT 26
#if defined(__x86_64__)
#define ASPAN_OWNER_ADDRESS_BITS 47
#else
#define ASPAN_OWNER_ADDRESS_BITS 48
#endif
#define ASPAN_OWNER_LEAF_COUNT ((size_t) 1 << (ASPAN_OWNER_ADDRESS_BITS - ASPAN_OWNER_LEAF_SHIFT))
#define ASPAN_OWNER_GRANULES ((size_t) 1 << (ASPAN_OWNER_LEAF_SHIFT - ASPAN_OWNER_GRANULE_SHIFT))
/* A block may begin in the last granule of a leaf: its size words are still in that leaf. */
#define ASPAN_OWNER_SPARE_WORDS 2

/* Blocks are at least this much aligned; others cannot be tracked. */
#define ASPAN_OWNER_ALIGNMENT 8

struct aspan_owner_leaf {
	_Atomic uint32_t words[2][ASPAN_OWNER_GRANULES + ASPAN_OWNER_SPARE_WORDS];
};

/* What the map knows of a block. */
struct aspan_owner {
	uint32_t slot;
	size_t size_bytes; /* requested */
};

extern ASPAN_PRIVATE _Atomic(struct aspan_owner_leaf *) aspan_owner_leaves[ASPAN_OWNER_LEAF_COUNT];

/* The word in which a block at this address has its owner; NULL if nothing near it was ever tracked. */
static inline _Atomic uint32_t *aspan_owner_word(const void *address)
{
	uintptr_t bits = (uintptr_t) address;
	struct aspan_owner_leaf *leaf;

	if (aspan_unlikely(bits >> ASPAN_OWNER_ADDRESS_BITS)) {
		return NULL;
	}
	/* Pairs with the publication in owner-map.c (ordering 2). */
	leaf = atomic_load_explicit(&aspan_owner_leaves[bits >> ASPAN_OWNER_LEAF_SHIFT],
				    memory_order_acquire);
	if (!leaf) {
		return NULL;
	}
	return &leaf->words[(bits >> 3) & 1]
			   [(bits >> ASPAN_OWNER_GRANULE_SHIFT) & (ASPAN_OWNER_GRANULES - 1)];
}

/* Whether a tracked block may begin here: what free asks, and all that it asks of an untracked block. */
static inline bool aspan_owner_is_set(const void *address)
{
	const _Atomic uint32_t *word = aspan_owner_word(address);

	return word && atomic_load_explicit(word, memory_order_relaxed) != 0;
}

/*
 * Writes the owner of a block. The map must hold no owner there. Returns 0, -ENOMEM where no leaf can be mapped, or
 * -EINVAL for an address that cannot be tracked.
 */
int aspan_owner_set(const void *address, struct aspan_owner owner);

/* Reads the owner of a block; false if it is not tracked. */
bool aspan_owner_get(const void *address, struct aspan_owner *owner);

/* Reads the owner of a block and clears it; false if it is not tracked. */
bool aspan_owner_take(const void *address, struct aspan_owner *owner);

#endif

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
 *                                   in words                    in two planes
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
 *     owner word:  | era: 3 bits | slot of the group: 24 bits | code: 5 bits |
 *     size word:   | size: 27 bits                            | 31           |
 *     0:           nothing tracked here
 *
 *     code 0..16: the requested size itself
 *     code 17:    the size is in the size word of the next granule of the plane: the block covers it
 *     code 18:    the size is in the size words of the next two granules
 *
 *     slot 0, code 30: a block that must not reach the real free (lib/preload/bootstrap.h)
 *
 * Code 31 keeps a size word from being read as an owner if a free was never seen.
 *
 * A forked child has a copy of the map. Blocks that it inherited are told from its own by their era: each fork begins
 * another one. In memory the era is as it is; in `struct aspan_owner` the slot has it, too, as the difference to that of this
 * process: 0 for a block of its own. From the seventh fork without exec on, the last era is used again.
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
#include "process.h"

#define ASPAN_OWNER_GRANULE_SHIFT 4
#define ASPAN_OWNER_LEAF_SHIFT 26
#if defined(__x86_64__)
#define ASPAN_OWNER_ADDRESS_BITS 47
#else
#define ASPAN_OWNER_ADDRESS_BITS 48
#endif
#define ASPAN_OWNER_LEAF_COUNT ((size_t) 1 << (ASPAN_OWNER_ADDRESS_BITS - ASPAN_OWNER_LEAF_SHIFT))
#define ASPAN_OWNER_GRANULES ((size_t) 1 << (ASPAN_OWNER_LEAF_SHIFT - ASPAN_OWNER_GRANULE_SHIFT))
/* How a word is put together; see above. */
#define ASPAN_OWNER_CODE_BITS 5
#define ASPAN_OWNER_CODE_MASK ((UINT32_C(1) << ASPAN_OWNER_CODE_BITS) - 1)
#define ASPAN_OWNER_LARGEST_SMALL 16
#define ASPAN_OWNER_CODE_ONE_SIZE_WORD 17
#define ASPAN_OWNER_CODE_TWO_SIZE_WORDS 18
#define ASPAN_OWNER_CODE_FOREIGN 30
#define ASPAN_OWNER_CODE_SIZE_WORD 31
#define ASPAN_OWNER_SIZE_WORD_BITS 27
#define ASPAN_OWNER_SLOT_BITS 24
#define ASPAN_OWNER_SLOT_MASK ((UINT32_C(1) << ASPAN_OWNER_SLOT_BITS) - 1)
_Static_assert(ASPAN_OWNER_CODE_BITS + ASPAN_OWNER_SLOT_BITS == ASPAN_PROCESS_ERA_SHIFT,
	       "the era is above the slot");

/* A block may begin in the last granule of a leaf: its size words, two at most, are still in that leaf. */
#define ASPAN_OWNER_SPARE_WORDS 8

/* Blocks are at least this much aligned; others cannot be tracked. */
#define ASPAN_OWNER_ALIGNMENT 8

/* A multiple of 8. */
#define ASPAN_OWNER_PLANE_WORDS (ASPAN_OWNER_GRANULES + ASPAN_OWNER_SPARE_WORDS)

struct aspan_owner_leaf {
	_Atomic uint32_t words[2 * ASPAN_OWNER_PLANE_WORDS]; /* the one plane, then the other */
};

/* What the map knows of a block. */
struct aspan_owner {
	uint32_t slot; /* and above ASPAN_OWNER_SLOT_BITS not 0, if it was inherited */
	size_t size_bytes; /* requested */
};

/* The era of this process, where words have it. */
static inline uint32_t aspan_owner_era(void)
{
	return aspan_process_wiped.era_word;
}

/* The slot of the group, of a `struct aspan_owner`. */
static inline uint32_t aspan_owner_group_slot(uint32_t slot)
{
	return slot & ASPAN_OWNER_SLOT_MASK;
}

static inline bool aspan_owner_is_inherited(uint32_t slot)
{
	return slot >> ASPAN_OWNER_SLOT_BITS;
}

extern ASPAN_PRIVATE _Atomic(struct aspan_owner_leaf *) aspan_owner_leaves[ASPAN_OWNER_LEAF_COUNT];

/* The word in which a block at this address has its owner; NULL if nothing near it was ever tracked. */
static inline _Atomic uint32_t *aspan_owner_word(const void *address)
{
	uintptr_t bits = (uintptr_t) address;
	struct aspan_owner_leaf *leaf;

	/*
	 * Bits above the address are dropped: they are a tag, or the pointer is wild and the program about to end.
	 * Pairs with the publication in owner-map.c (ordering 2).
	 */
	leaf = atomic_load_explicit(
		&aspan_owner_leaves[bits >> ASPAN_OWNER_LEAF_SHIFT & (ASPAN_OWNER_LEAF_COUNT - 1)],
		memory_order_acquire);
	if (!leaf) {
		return NULL;
	}
	/* The granule and, behind the first plane, the second: as the fewest instructions find it. */
	return &leaf->words[((bits >> ASPAN_OWNER_GRANULE_SHIFT) & (ASPAN_OWNER_GRANULES - 1)) +
			    (bits & 8) * (ASPAN_OWNER_PLANE_WORDS / 8)];
}

/* Whether a tracked block may begin here: what free asks, and all that it asks of an untracked block. */
static inline bool aspan_owner_is_set(const void *address)
{
	const _Atomic uint32_t *word = aspan_owner_word(address);

	return word && atomic_load_explicit(word, memory_order_relaxed) != 0;
}

static inline uint32_t aspan_owner_load(const _Atomic uint32_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

static inline void aspan_owner_store(_Atomic uint32_t *word, uint32_t value)
{
	atomic_store_explicit(word, value, memory_order_relaxed);
}

/* Whether the hot paths below can write the owner of a block of this size. */
static inline bool aspan_owner_is_plain_size(size_t size_bytes)
{
	return aspan_likely(size_bytes >> ASPAN_OWNER_SIZE_WORD_BITS == 0);
}

/* Writes the owner of a block of a plain size into its word, which holds 0. */
static inline void aspan_owner_write(_Atomic uint32_t *word, uint32_t slot, size_t size_bytes)
{
	uint32_t code = (uint32_t) size_bytes;

	if (size_bytes > ASPAN_OWNER_LARGEST_SMALL) {
		aspan_owner_store(word + 1, (uint32_t) size_bytes << ASPAN_OWNER_CODE_BITS |
						    ASPAN_OWNER_CODE_SIZE_WORD);
		code = ASPAN_OWNER_CODE_ONE_SIZE_WORD;
	}
	aspan_owner_store(word, (slot << ASPAN_OWNER_CODE_BITS | code) ^ aspan_owner_era());
}

/* Whether a word's value is the owner of a block of a plain size. */
static inline bool aspan_owner_is_plain(uint32_t value)
{
	return aspan_likely((value & ASPAN_OWNER_CODE_MASK) <= ASPAN_OWNER_CODE_ONE_SIZE_WORD);
}

/* Clears the word of a block of a plain size, which holds `value`, and returns what it said. */
static inline struct aspan_owner aspan_owner_clear(_Atomic uint32_t *word, uint32_t value)
{
	struct aspan_owner owner = {
		.slot = (value ^ aspan_owner_era()) >> ASPAN_OWNER_CODE_BITS,
		.size_bytes = value & ASPAN_OWNER_CODE_MASK,
	};

	if (owner.size_bytes == ASPAN_OWNER_CODE_ONE_SIZE_WORD) {
		owner.size_bytes = aspan_owner_load(word + 1) >> ASPAN_OWNER_CODE_BITS;
		aspan_owner_store(word + 1, 0);
	}
	aspan_owner_store(word, 0);
	return owner;
}

/*
 * Writes the owner of a block. The map must hold no owner there. Returns 0, -ENOMEM where no leaf can be mapped, or
 * -EINVAL for an address that cannot be tracked.
 */
int aspan_owner_set(const void *address, struct aspan_owner owner);

/* Marks a block that is not tracked so that aspan_owner_is_set() answers yes. Returns 0 or -ENOMEM. */
ASPAN_PRIVATE int aspan_owner_mark_foreign(const void *address);

/* Reads the owner of a block; false if it is not tracked. */
bool aspan_owner_get(const void *address, struct aspan_owner *owner);

/* Reads the owner of a block and clears it; false if it is not tracked. */
bool aspan_owner_take(const void *address, struct aspan_owner *owner);

/* Calls for each tracked block that the map holds; what other threads change meanwhile may be told or not. */
void aspan_owner_for_each(void (*call)(void *data, const struct aspan_owner *owner), void *data);

#endif

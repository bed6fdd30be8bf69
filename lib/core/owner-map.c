/* SPDX-License-Identifier: MIT */
/*
 * See owner-map.h.
 */
#include "owner-map.h"

#include <errno.h>
#include <sys/mman.h>

#include "arena.h"

#define CODE_BITS 5
#define CODE_MASK ((UINT32_C(1) << CODE_BITS) - 1)
#define LARGEST_SMALL_SIZE 16
#define CODE_ONE_SIZE_WORD 17
#define CODE_TWO_SIZE_WORDS 18
#define CODE_SIZE_WORD 31
#define SIZE_WORD_BITS 27
#define SIZE_WORD_MASK ((UINT32_C(1) << SIZE_WORD_BITS) - 1)

_Atomic(struct aspan_owner_leaf *) aspan_owner_leaves[ASPAN_OWNER_LEAF_COUNT];

static ASPAN_SLOW int map_leaf(uintptr_t bits)
{
	struct aspan_owner_leaf *fresh = aspan_arena_map(sizeof(*fresh));
	struct aspan_owner_leaf *expected = NULL;

	if (!fresh) {
		return -ENOMEM;
	}
	/* Pairs with the load in aspan_owner_word() (ordering 2). */
	if (!atomic_compare_exchange_strong_explicit(
		    &aspan_owner_leaves[bits >> ASPAN_OWNER_LEAF_SHIFT], &expected, fresh,
		    memory_order_release, memory_order_relaxed)) {
		int saved_errno = errno;

		munmap(fresh, sizeof(*fresh));
		errno = saved_errno;
	}
	return 0;
}

static uint32_t word_load(const _Atomic uint32_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

static void word_store(_Atomic uint32_t *word, uint32_t value)
{
	atomic_store_explicit(word, value, memory_order_relaxed);
}

static void size_word_store(_Atomic uint32_t *word, uint32_t bits)
{
	word_store(word, bits << CODE_BITS | CODE_SIZE_WORD);
}

int aspan_owner_set(const void *address, struct aspan_owner owner)
{
	uintptr_t bits = (uintptr_t) address;
	_Atomic uint32_t *word;
	uint32_t code;

	if (aspan_unlikely(bits >> ASPAN_OWNER_ADDRESS_BITS || bits % ASPAN_OWNER_ALIGNMENT)) {
		return -EINVAL;
	}
	word = aspan_owner_word(address);
	if (aspan_unlikely(!word)) {
		if (map_leaf(bits)) {
			return -ENOMEM;
		}
		word = aspan_owner_word(address);
	}
	if (owner.size_bytes <= LARGEST_SMALL_SIZE) {
		code = (uint32_t) owner.size_bytes;
	} else {
		code = CODE_ONE_SIZE_WORD;
		size_word_store(word + 1, owner.size_bytes & SIZE_WORD_MASK);
		if (aspan_unlikely(owner.size_bytes >> SIZE_WORD_BITS)) {
			code = CODE_TWO_SIZE_WORDS;
			size_word_store(word + 2, (uint32_t) (owner.size_bytes >> SIZE_WORD_BITS));
		}
	}
	word_store(word, owner.slot << CODE_BITS | code);
	return 0;
}

/* Decodes the words of a block and, if `clear`, zeroes them. */
static inline bool read_words(_Atomic uint32_t *word, struct aspan_owner *owner, bool clear)
{
	uint32_t value = word_load(word);
	uint32_t code = value & CODE_MASK;
	uint32_t size_words = 0;

	if (!value || code > CODE_TWO_SIZE_WORDS) {
		return false;
	}
	owner->slot = value >> CODE_BITS;
	if (code <= LARGEST_SMALL_SIZE) {
		owner->size_bytes = code;
	} else {
		owner->size_bytes = word_load(word + 1) >> CODE_BITS;
		size_words = 1;
		if (aspan_unlikely(code == CODE_TWO_SIZE_WORDS)) {
			owner->size_bytes |= (size_t) (word_load(word + 2) >> CODE_BITS) << SIZE_WORD_BITS;
			size_words = 2;
		}
	}
	if (clear) {
		for (uint32_t i = 0; i <= size_words; i++) {
			word_store(word + i, 0);
		}
	}
	return true;
}

bool aspan_owner_get(const void *address, struct aspan_owner *owner)
{
	_Atomic uint32_t *word = aspan_owner_word(address);

	return word && read_words(word, owner, false);
}

bool aspan_owner_take(const void *address, struct aspan_owner *owner)
{
	_Atomic uint32_t *word = aspan_owner_word(address);

	return word && read_words(word, owner, true);
}

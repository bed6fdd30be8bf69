/* SPDX-License-Identifier: MIT */
/*
 * See owner-map.h.
 */
#include "owner-map.h"

#include <errno.h>

#include "arena.h"

#define SIZE_WORD_MASK ((UINT32_C(1) << ASPAN_OWNER_SIZE_WORD_BITS) - 1)

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
		    &aspan_owner_leaves[bits >> ASPAN_OWNER_LEAF_SHIFT &
					(ASPAN_OWNER_LEAF_COUNT - 1)],
		    &expected, fresh, memory_order_release, memory_order_relaxed)) {
		aspan_arena_unmap(fresh, sizeof(*fresh));
	}
	return 0;
}

/* The word of an address, with its leaf mapped; NULL without memory for it. */
static inline _Atomic uint32_t *make_word(const void *address)
{
	_Atomic uint32_t *word = aspan_owner_word(address);

	if (aspan_unlikely(!word) && map_leaf((uintptr_t) address) == 0) {
		word = aspan_owner_word(address);
	}
	return word;
}

static void write_two_size_words(_Atomic uint32_t *word, struct aspan_owner owner)
{
	uint32_t low = owner.size_bytes & SIZE_WORD_MASK;
	uint32_t high = (uint32_t) (owner.size_bytes >> ASPAN_OWNER_SIZE_WORD_BITS);

	aspan_owner_store(word + 1, low << ASPAN_OWNER_CODE_BITS | ASPAN_OWNER_CODE_SIZE_WORD);
	aspan_owner_store(word + 2, high << ASPAN_OWNER_CODE_BITS | ASPAN_OWNER_CODE_SIZE_WORD);
	aspan_owner_store(word,
			  (owner.slot << ASPAN_OWNER_CODE_BITS | ASPAN_OWNER_CODE_TWO_SIZE_WORDS) ^
				  aspan_owner_era());
}

int aspan_owner_set(const void *address, struct aspan_owner owner)
{
	_Atomic uint32_t *word = make_word(address);

	if (aspan_unlikely((uintptr_t) address % ASPAN_OWNER_ALIGNMENT)) {
		return -EINVAL;
	}
	if (aspan_unlikely(!word)) {
		return -ENOMEM;
	}
	if (aspan_owner_is_plain_size(owner.size_bytes)) {
		aspan_owner_write(word, owner.slot, owner.size_bytes);
	} else {
		write_two_size_words(word, owner);
	}
	return 0;
}

int aspan_owner_mark_foreign(const void *address)
{
	_Atomic uint32_t *word = make_word(address);

	if (!word) {
		return -ENOMEM;
	}
	aspan_owner_store(word, ASPAN_OWNER_CODE_FOREIGN);
	return 0;
}

/* Decodes the words of a block. Returns how many there are; 0 if it is not tracked. */
static uint32_t read_words(const _Atomic uint32_t *word, struct aspan_owner *owner)
{
	uint32_t value = aspan_owner_load(word);
	uint32_t code = value & ASPAN_OWNER_CODE_MASK;

	if (!value || code > ASPAN_OWNER_CODE_TWO_SIZE_WORDS) {
		return 0;
	}
	owner->slot = (value ^ aspan_owner_era()) >> ASPAN_OWNER_CODE_BITS;
	owner->size_bytes = code;
	if (code <= ASPAN_OWNER_LARGEST_SMALL) {
		return 1;
	}
	owner->size_bytes = aspan_owner_load(word + 1) >> ASPAN_OWNER_CODE_BITS;
	if (code == ASPAN_OWNER_CODE_ONE_SIZE_WORD) {
		return 2;
	}
	owner->size_bytes |= (size_t) (aspan_owner_load(word + 2) >> ASPAN_OWNER_CODE_BITS)
			     << ASPAN_OWNER_SIZE_WORD_BITS;
	return 3;
}

bool aspan_owner_get(const void *address, struct aspan_owner *owner)
{
	const _Atomic uint32_t *word = aspan_owner_word(address);

	return word && read_words(word, owner) > 0;
}

bool aspan_owner_take(const void *address, struct aspan_owner *owner)
{
	_Atomic uint32_t *word = aspan_owner_word(address);
	uint32_t word_count = word ? read_words(word, owner) : 0;

	for (uint32_t i = 0; i < word_count; i++) {
		aspan_owner_store(word + i, 0);
	}
	return word_count > 0;
}

static void for_each_in(const struct aspan_owner_leaf *leaf,
			void (*call)(void *data, const struct aspan_owner *owner), void *data)
{
	for (size_t i = 0; i < 2 * ASPAN_OWNER_PLANE_WORDS; i++) {
		struct aspan_owner owner;

		if (aspan_owner_load(&leaf->words[i]) && read_words(&leaf->words[i], &owner) > 0) {
			call(data, &owner);
		}
	}
}

void aspan_owner_for_each(void (*call)(void *data, const struct aspan_owner *owner), void *data)
{
	for (size_t i = 0; i < ASPAN_OWNER_LEAF_COUNT; i++) {
		/* Pairs with the publication in map_leaf() (ordering 2). */
		const struct aspan_owner_leaf *leaf =
			atomic_load_explicit(&aspan_owner_leaves[i], memory_order_acquire);

		if (leaf) {
			for_each_in(leaf, call, data);
		}
	}
}

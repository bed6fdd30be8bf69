/* SPDX-License-Identifier: MIT */
/*
 * Values of arguments as keys of tables: hashed, compared, copied, written.
 *
 * A value is 64 bits; those of a string are its address, and what counts of it are its first ASPAN_BIND_TEXT_BYTES - 1 bytes.
 */
#ifndef ASPAN_BIND_VALUE_H
#define ASPAN_BIND_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "probe-entry.h"
#include "store.h"
#include "value-text.h"

#define ASPAN_BIND_HASH_SEED UINT64_C(0x9e3779b97f4a7c15)

static inline const char *aspan_bind_value_string(uint64_t value)
{
	return (const char *) (uintptr_t) value;
}

/* Spreads the bits; multiplication carries upwards only, so the upper half is folded down. */
static inline uint64_t aspan_bind_hash_bits(uint64_t hash, uint64_t bits)
{
	hash = (hash ^ bits) * UINT64_C(0xff51afd7ed558ccd);
	return hash ^ (hash >> 32);
}

/* FNV-1a (Fowler, Noll, Vo). */
static inline uint64_t aspan_bind_hash_string(const char *string)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; string && i < ASPAN_BIND_TEXT_BYTES - 1 && string[i]; i++) {
		hash = (hash ^ (unsigned char) string[i]) * UINT64_C(0x100000001b3);
	}
	return hash;
}

static inline uint64_t aspan_bind_hash_value(uint64_t hash, bool is_string, uint64_t value)
{
	return aspan_bind_hash_bits(
		hash, is_string && value ? aspan_bind_hash_string(aspan_bind_value_string(value)) :
					   value);
}

static inline bool aspan_bind_value_is_equal(bool is_string, uint64_t a, uint64_t b)
{
	if (!is_string || !a || !b) {
		return a == b;
	}
	return strncmp(aspan_bind_value_string(a), aspan_bind_value_string(b),
		       ASPAN_BIND_TEXT_BYTES - 1) == 0;
}

/* The value, that of a string with a copy of it. False without memory. */
bool aspan_bind_value_copy(struct aspan_bind_store *store, bool is_string, uint64_t *value);

void aspan_bind_value_text(char text[ASPAN_BIND_TEXT_BYTES], const struct aspan_bind_reader *reader,
			   uint64_t value);

#endif

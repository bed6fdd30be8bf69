/* SPDX-License-Identifier: MIT */
/*
 * The hash of the maps with integer keys.
 *
 * Keys are addresses, ids and pids, regular in their low bits. Multiplying spreads them upwards and the fold
 * brings the upper half down to where the maps take their index from.
 */
#ifndef ASPAN_ANALYSIS_HASH_H
#define ASPAN_ANALYSIS_HASH_H

#include <stddef.h>
#include <stdint.h>

/* 2^64 divided by the golden ratio, odd (Knuth's multiplicative hashing). */
#define ASPAN_HASH_MULTIPLIER UINT64_C(0x9e3779b97f4a7c15)

static inline size_t aspan_hash_u64(uint64_t key)
{
	uint64_t hash = key * ASPAN_HASH_MULTIPLIER;

	return (size_t) (hash ^ (hash >> 32));
}

#endif

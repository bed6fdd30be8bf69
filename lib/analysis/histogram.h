/* SPDX-License-Identifier: MIT */
/*
 * How many values, and blocks of how many bytes, there were of each order of magnitude.
 *
 * Bucket 0 is the value 0, bucket n the values of n binary digits: from 2^(n-1) to 2^n - 1. Only the range that was
 * met is stored, as most rows meet few. An all-zero histogram is an empty one.
 */
#ifndef ASPAN_ANALYSIS_HISTOGRAM_H
#define ASPAN_ANALYSIS_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define ASPAN_HISTOGRAM_BUCKETS 65

struct aspan_histogram_bucket {
	uint64_t count;
	uint64_t bytes; /* of the blocks; in a histogram of sizes the sum of the values */
};

struct aspan_histogram {
	struct aspan_histogram_bucket *buckets; /* of the orders `first` to `end` - 1 */
	uint8_t first, end;
};

static inline unsigned int aspan_histogram_find(uint64_t value)
{
	return value ? 64 - (unsigned int) __builtin_clzll(value) : 0;
}

/* The least and the greatest value of a bucket. */
static inline uint64_t aspan_histogram_get_least(unsigned int order)
{
	return order ? UINT64_C(1) << (order - 1) : 0;
}

static inline uint64_t aspan_histogram_get_greatest(unsigned int order)
{
	return order ? UINT64_MAX >> (64 - order) : 0;
}

void aspan_histogram_fini(struct aspan_histogram *histogram);

/* Makes room for an order; slow path of aspan_histogram_add(). 0 or -ENOMEM. */
int aspan_histogram_widen(struct aspan_histogram *histogram, unsigned int order);

/* 0 or -ENOMEM. */
static inline int aspan_histogram_add(struct aspan_histogram *histogram, uint64_t value,
				      uint64_t bytes)
{
	unsigned int order = aspan_histogram_find(value);

	if (__builtin_expect(order < histogram->first || order >= histogram->end, 0)) {
		int result = aspan_histogram_widen(histogram, order);

		if (result) {
			return result;
		}
	}
	histogram->buckets[order - histogram->first].count++;
	histogram->buckets[order - histogram->first].bytes += bytes;
	return 0;
}

/* The bucket of an order; all zero where nothing was met. */
struct aspan_histogram_bucket aspan_histogram_get(const struct aspan_histogram *histogram,
						  unsigned int order);

/* Adds all of another one. 0 or -ENOMEM. */
int aspan_histogram_merge(struct aspan_histogram *histogram, const struct aspan_histogram *other);

/* Empties it; it keeps its memory. */
void aspan_histogram_clear(struct aspan_histogram *histogram);

#endif

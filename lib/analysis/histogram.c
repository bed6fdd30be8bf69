/* SPDX-License-Identifier: MIT */
/*
 * See histogram.h.
 */
#include "histogram.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void aspan_histogram_fini(struct aspan_histogram *histogram)
{
	free(histogram->buckets);
	*histogram = (struct aspan_histogram){ 0 };
}

int aspan_histogram_widen(struct aspan_histogram *histogram, unsigned int order)
{
	bool is_empty = histogram->first == histogram->end;
	unsigned int first = is_empty || order < histogram->first ? order : histogram->first;
	unsigned int end = is_empty || order >= histogram->end ? order + 1 : histogram->end;
	struct aspan_histogram_bucket *buckets = calloc(end - first, sizeof(*buckets));

	if (!buckets) {
		return -ENOMEM;
	}
	if (!is_empty) {
		memcpy(buckets + (histogram->first - first), histogram->buckets,
		       (size_t) (histogram->end - histogram->first) * sizeof(*buckets));
	}
	free(histogram->buckets);
	histogram->buckets = buckets;
	histogram->first = (uint8_t) first;
	histogram->end = (uint8_t) end;
	return 0;
}

struct aspan_histogram_bucket aspan_histogram_get(const struct aspan_histogram *histogram,
						  unsigned int order)
{
	return order >= histogram->first && order < histogram->end ?
		       histogram->buckets[order - histogram->first] :
		       (struct aspan_histogram_bucket){ 0 };
}

int aspan_histogram_merge(struct aspan_histogram *histogram, const struct aspan_histogram *other)
{
	for (unsigned int order = other->first; order < other->end; order++) {
		const struct aspan_histogram_bucket *from = &other->buckets[order - other->first];

		if (from->count == 0) {
			continue;
		}
		if (order < histogram->first || order >= histogram->end) {
			int result = aspan_histogram_widen(histogram, order);

			if (result) {
				return result;
			}
		}
		histogram->buckets[order - histogram->first].count += from->count;
		histogram->buckets[order - histogram->first].bytes += from->bytes;
	}
	return 0;
}

void aspan_histogram_clear(struct aspan_histogram *histogram)
{
	/* Nothing was met: there is no array, and memset() of a null pointer is undefined. */
	if (histogram->buckets) {
		memset(histogram->buckets, 0,
		       (size_t) (histogram->end - histogram->first) * sizeof(*histogram->buckets));
	}
}

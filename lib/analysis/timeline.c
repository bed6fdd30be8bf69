/* SPDX-License-Identifier: MIT */
/*
 * See timeline.h.
 */
#include "timeline.h"

#include "array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void begin_bucket(struct aspan_timeline *timeline, int64_t bytes)
{
	uint64_t begin_ns = timeline->begin_ns + timeline->bucket * timeline->width_ns;

	timeline->end_of_bucket_ns = begin_ns + timeline->width_ns;
	timeline->moments[timeline->bucket] =
		(struct aspan_moment){ .time_ns = begin_ns, .bytes = bytes };
	timeline->epoch++;
}

void aspan_timeline_begin(struct aspan_timeline *timeline, uint64_t time_ns, int64_t bytes)
{
	*timeline = (struct aspan_timeline){
		.has_begun = true,
		.begin_ns = time_ns,
		.width_ns = ASPAN_TIMELINE_FIRST_BUCKET_NS,
		.epoch = timeline->epoch,
	};
	begin_bucket(timeline, bytes);
}

bool aspan_timeline_advance(struct aspan_timeline *timeline, int64_t bytes)
{
	if (timeline->bucket == ASPAN_TIMELINE_BUCKETS - 1) {
		return false;
	}
	timeline->bucket++;
	begin_bucket(timeline, bytes);
	return true;
}

void aspan_timeline_merge(struct aspan_timeline *timeline,
			  bool keeps_second[ASPAN_TIMELINE_BUCKETS / 2])
{
	for (size_t i = 0; i < ASPAN_TIMELINE_BUCKETS / 2; i++) {
		const struct aspan_moment *pair = &timeline->moments[2 * i];

		keeps_second[i] = pair[1].bytes > pair[0].bytes;
		timeline->moments[i] = pair[keeps_second[i]];
	}
	timeline->width_ns *= 2;
	/* The bucket that is current is the one before the next: aspan_timeline_advance() follows. */
	timeline->bucket = ASPAN_TIMELINE_BUCKETS / 2 - 1;
}

void aspan_curve_fini(struct aspan_curve *curve)
{
	free(curve->points);
	*curve = (struct aspan_curve){ .bucket = ASPAN_CURVE_UNTOUCHED };
}

struct aspan_curve_point aspan_curve_get_point(const struct aspan_curve *curve,
					       const struct aspan_timeline *timeline,
					       int64_t live_bytes)
{
	int64_t bytes = curve->epoch == timeline->epoch ? curve->moment_bytes : live_bytes;

	return (struct aspan_curve_point){
		.bucket = timeline->bucket,
		.bytes = bytes,
		.max_bytes = curve->bucket == timeline->bucket ? curve->max_bytes : live_bytes,
	};
}

static int store(struct aspan_curve *curve, const struct aspan_curve_point *point)
{
	struct aspan_curve_point *last =
		curve->point_count ? &curve->points[curve->point_count - 1] : NULL;

	if (last && last->bucket == point->bucket) {
		*last = *point;
		return 0;
	}
	if (point->bytes == (last ? last->bytes : 0) && point->max_bytes == point->bytes) {
		return 0;
	}
	last = ASPAN_ARRAY_APPEND(curve, points, point);
	if (!last) {
		return -ENOMEM;
	}
	*last = *point;
	return 0;
}

int aspan_curve_flush(struct aspan_curve *curve, const struct aspan_timeline *timeline,
		      int64_t live_bytes)
{
	struct aspan_curve_point point = aspan_curve_get_point(curve, timeline, live_bytes);
	int result = store(curve, &point);

	if (result || point.bytes == live_bytes) {
		return result;
	}
	/* Whatever the next bucket's number is: it is one more, or after a merge half of the buckets. */
	curve->max_bytes = live_bytes;
	return 1;
}

struct merge {
	struct aspan_curve merged;
	const bool *keeps_second;
	int64_t bytes; /* at the end of what is merged */
};

/* Merges one pair, of which `points` are those that there are. */
static int merge_pair(struct merge *merge, uint32_t pair, const struct aspan_curve_point *points,
		      size_t count)
{
	struct aspan_curve_point merged = { .bucket = pair,
					    .bytes = merge->bytes,
					    .max_bytes = INT64_MIN };

	for (uint32_t half = 0; half < 2; half++) {
		int64_t max_bytes = merge->bytes;

		if (count > 0 && points->bucket == 2 * pair + half) {
			merge->bytes = points->bytes;
			max_bytes = points->max_bytes;
			points++;
			count--;
		}
		if (half == merge->keeps_second[pair]) {
			merged.bytes = merge->bytes;
		}
		if (max_bytes > merged.max_bytes) {
			merged.max_bytes = max_bytes;
		}
	}
	return store(&merge->merged, &merged);
}

/* After a pair whose moment was not at its end, the curve goes on where it ended. */
static int go_on(struct merge *merge, uint32_t bucket)
{
	struct aspan_curve_point next = { .bucket = bucket,
					  .bytes = merge->bytes,
					  .max_bytes = merge->bytes };

	return store(&merge->merged, &next);
}

int aspan_curve_merge(struct aspan_curve *curve,
		      const bool keeps_second[ASPAN_TIMELINE_BUCKETS / 2])
{
	struct merge merge = { .merged = { .bucket = ASPAN_CURVE_UNTOUCHED },
			       .keeps_second = keeps_second };
	int result = 0;

	for (size_t i = 0; !result && i < curve->point_count;) {
		uint32_t pair = curve->points[i].bucket / 2;
		size_t count =
			i + 1 < curve->point_count && curve->points[i + 1].bucket / 2 == pair ? 2 :
												1;

		result = merge_pair(&merge, pair, &curve->points[i], count);
		i += count;
		if (!result &&
		    (i == curve->point_count || curve->points[i].bucket / 2 > pair + 1)) {
			result = go_on(&merge, pair + 1);
		}
	}
	if (result) {
		aspan_curve_fini(&merge.merged);
		return result;
	}
	free(curve->points);
	curve->points = merge.merged.points;
	curve->point_count = merge.merged.point_count;
	curve->point_capacity = merge.merged.point_capacity;
	return 0;
}

int aspan_curve_copy(struct aspan_curve *copy, const struct aspan_curve *curve)
{
	*copy = *curve;
	copy->point_capacity = curve->point_count;
	copy->points = NULL;
	if (curve->point_count == 0) {
		return 0;
	}
	copy->points = calloc(curve->point_count, sizeof(*copy->points));
	if (!copy->points) {
		*copy = (struct aspan_curve){ .bucket = ASPAN_CURVE_UNTOUCHED };
		return -ENOMEM;
	}
	memcpy(copy->points, curve->points, curve->point_count * sizeof(*copy->points));
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Live bytes over time in a bounded number of buckets, with all peaks.
 *
 * The big picture. Buckets have one width. Each has a moment: when everything together was highest in it. A curve, that of
 * one row, has a point for a bucket: what the row held at the bucket's moment, and the most it held within the bucket. Where
 * nothing changed there is no point.
 *
 *	everything  /\    /\/\          the highest bucket's moment is the peak, so a stack of
 *	           /  \__/    \___      curves at the moments shows who made it up
 *	          |  b0 |  b1 | b2|
 *
 * One pass cannot know in advance which moment will be the highest. So each time that a new highest is reached, the
 * timeline's epoch goes up; a row that changes notes what it held before, if it has not done so in this epoch. At the
 * bucket's end a row with a note of the last epoch held that at the moment, and others what they hold now.
 *
 * When the buckets are used up, neighbours are merged in pairs, the higher moment stays, and the width doubles.
 *
 * Invariant: a curve has at most two points a bucket, so memory is bounded by rows, whatever the length of the trace.
 */
#ifndef ASPAN_ANALYSIS_TIMELINE_H
#define ASPAN_ANALYSIS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASPAN_TIMELINE_BUCKETS 512
#define ASPAN_TIMELINE_FIRST_BUCKET_NS 1024

struct aspan_moment {
	uint64_t time_ns;
	int64_t bytes;
};

struct aspan_timeline {
	bool has_begun;
	uint64_t begin_ns;
	uint64_t width_ns;
	uint64_t end_of_bucket_ns;
	uint32_t bucket; /* the current one */
	uint64_t epoch; /* of the highest in the current bucket */
	struct aspan_moment moments[ASPAN_TIMELINE_BUCKETS + 1];
};

struct aspan_curve_point {
	uint32_t bucket;
	int64_t bytes;
	int64_t max_bytes;
};

#define ASPAN_CURVE_UNTOUCHED UINT32_MAX

/* The curve of one row. All zero but for `bucket` is one that holds nothing. */
struct aspan_curve {
	uint64_t epoch; /* in which `moment_bytes` was noted */
	int64_t moment_bytes;
	int64_t max_bytes; /* in the current bucket */
	uint32_t bucket; /* in which it changed last, or UNTOUCHED */
	struct aspan_curve_point *points;
	size_t point_count, point_capacity;
};

void aspan_timeline_begin(struct aspan_timeline *timeline, uint64_t time_ns, int64_t bytes);

static inline bool aspan_timeline_is_in_bucket(const struct aspan_timeline *timeline,
					       uint64_t time_ns)
{
	return time_ns < timeline->end_of_bucket_ns;
}

/* Begins the next bucket; false if there is none, and the buckets must be merged first. */
bool aspan_timeline_advance(struct aspan_timeline *timeline, int64_t bytes);

/*
 * Merges the buckets in pairs. keeps_second[i] tells whether the moment of the second of pair i stays, for
 * aspan_curve_merge(), which all curves need at once.
 */
void aspan_timeline_merge(struct aspan_timeline *timeline,
			  bool keeps_second[ASPAN_TIMELINE_BUCKETS / 2]);

/* Everything together is `bytes` now: is that the highest of the bucket? */
static inline void aspan_timeline_note(struct aspan_timeline *timeline, uint64_t time_ns,
				       int64_t bytes)
{
	struct aspan_moment *moment = &timeline->moments[timeline->bucket];

	if (bytes > moment->bytes) {
		*moment = (struct aspan_moment){ .time_ns = time_ns, .bytes = bytes };
		timeline->epoch++;
	}
}

void aspan_curve_fini(struct aspan_curve *curve);

/* Before the row changes: true if that is its first change in the bucket. */
static inline bool aspan_curve_prepare(struct aspan_curve *curve,
				       const struct aspan_timeline *timeline, int64_t live_bytes)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): there are curves where there is a timeline */
	if (curve->epoch != timeline->epoch) {
		curve->epoch = timeline->epoch;
		curve->moment_bytes = live_bytes;
	}
	if (curve->bucket == timeline->bucket) {
		return false;
	}
	curve->bucket = timeline->bucket;
	curve->max_bytes = live_bytes;
	return true;
}

/* After it. */
static inline void aspan_curve_note(struct aspan_curve *curve, int64_t live_bytes)
{
	if (live_bytes > curve->max_bytes) {
		curve->max_bytes = live_bytes;
	}
}

/* The point of the current bucket. */
struct aspan_curve_point aspan_curve_get_point(const struct aspan_curve *curve,
					       const struct aspan_timeline *timeline,
					       int64_t live_bytes);

/*
 * Stores the point of the bucket that ends. 0; 1 if the curve goes on in the next bucket with another value, and is
 * thereby touched; -ENOMEM.
 */
int aspan_curve_flush(struct aspan_curve *curve, const struct aspan_timeline *timeline,
		      int64_t live_bytes);

/* As aspan_timeline_merge(). 0 or -ENOMEM. */
int aspan_curve_merge(struct aspan_curve *curve,
		      const bool keeps_second[ASPAN_TIMELINE_BUCKETS / 2]);

/* Makes *copy a curve with the same points. 0 or -ENOMEM. */
int aspan_curve_copy(struct aspan_curve *copy, const struct aspan_curve *curve);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The timeline of a report: what the tally kept, and what was there all the time added to it.
 */
#include "report-build.h"

#include <errno.h>
#include <stdlib.h>

static uint64_t above_zero(int64_t value)
{
	return value > 0 ? (uint64_t) value : 0;
}

/* Sums wrap, and do not overflow. */
static int64_t add(int64_t a, int64_t b)
{
	return (int64_t) ((uint64_t) a + (uint64_t) b);
}

static struct aspan_report_point shift_point(const struct aspan_curve_point *point, int64_t shift)
{
	return (struct aspan_report_point){
		.bucket = point->bucket,
		.bytes = above_zero(add(point->bytes, shift)),
		.max_bytes = above_zero(add(point->max_bytes, shift)),
	};
}

static void append(struct aspan_report_row *made, struct aspan_report_point point)
{
	const struct aspan_report_point *last =
		made->point_count ? &made->points[made->point_count - 1] : NULL;

	if (last && last->bucket == point.bucket) {
		made->points[made->point_count - 1] = point;
	} else if (point.bytes != (last ? last->bytes : 0) || point.max_bytes != point.bytes) {
		made->points[made->point_count++] = point;
	}
}

int aspan_report_add_points(const struct aspan_report_build *build, struct aspan_report_row *made,
			    const struct aspan_row *row, int64_t shift_bytes)
{
	const struct aspan_timeline *timeline = build->tally->breakdowns.timeline;
	const struct aspan_curve *curve = &row->curve;
	struct aspan_curve_point last = aspan_curve_get_point(curve, timeline, row->live_bytes);

	/* What was always there has a point of its own, and so has the bucket that has not ended. */
	made->points = calloc(curve->point_count + 2, sizeof(*made->points));
	if (!made->points) {
		return -ENOMEM;
	}
	if (!timeline->has_begun) {
		return 0;
	}
	append(made, (struct aspan_report_point){ .bytes = above_zero(shift_bytes),
						  .max_bytes = above_zero(shift_bytes) });
	for (size_t i = 0; i < curve->point_count; i++) {
		append(made, shift_point(&curve->points[i], shift_bytes));
	}
	append(made, shift_point(&last, shift_bytes));
	return 0;
}

static int64_t sum_shifts(const struct aspan_report_build *build)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < build->model->group_count; i++) {
		sum += (uint64_t) build->group_shift[i].bytes;
	}
	return (int64_t) sum;
}

int aspan_report_add_timeline(struct aspan_report_build *build)
{
	const struct aspan_timeline *source = build->tally->breakdowns.timeline;
	struct aspan_report_timeline *made = &build->report->timeline;
	int64_t shift = sum_shifts(build);

	if (!source || !source->has_begun) {
		return 0;
	}
	*made = (struct aspan_report_timeline){
		.begin_ns = source->begin_ns,
		.bucket_ns = source->width_ns,
		.bucket_count = source->bucket + 1,
		.moments = calloc(source->bucket + 1, sizeof(*made->moments)),
	};
	if (!made->moments) {
		made->bucket_count = 0;
		return -ENOMEM;
	}
	for (size_t i = 0; i < made->bucket_count; i++) {
		made->moments[i] = (struct aspan_report_moment){
			.time_ns = source->moments[i].time_ns,
			.bytes = above_zero(add(source->moments[i].bytes, shift)),
		};
	}
	return 0;
}

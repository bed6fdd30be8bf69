/* SPDX-License-Identifier: MIT */
/*
 * See diff-exactness.h.
 */
#include "diff-exactness.h"

#include "json-report.h"

/* Reports of older versions have one word for all of the trace. */
struct aspan_diff_exactness aspan_diff_exactness_get(struct json_object *report,
						     struct json_object *row)
{
	bool is_complete = aspan_json_get_bool(report, "complete");
	bool is_certain = aspan_json_get_bool(row, "certain");
	struct aspan_diff_exactness is = { .is_certain = is_certain,
					   .has_exact_counts = is_complete,
					   .has_exact_live = is_certain && is_complete,
					   .is_doubtful = !is_complete };

	if (json_object_object_get_ex(row, "exact_counts", NULL)) {
		is.has_exact_counts = aspan_json_get_bool(row, "exact_counts");
		is.has_exact_live = aspan_json_get_bool(row, "exact_live");
		is.is_doubtful = aspan_json_get_bool(row, "doubtful");
	}
	return is;
}

void aspan_diff_exactness_add(struct aspan_diff_exactness *sum,
			      const struct aspan_diff_exactness *part)
{
	sum->is_certain &= part->is_certain;
	sum->has_exact_counts &= part->has_exact_counts;
	sum->has_exact_live &= part->has_exact_live;
	sum->is_doubtful |= part->is_doubtful;
}

/* Where it is proved that nothing is missing, what is not there is nothing. */
struct aspan_diff_exactness aspan_diff_exactness_get_of_missing(struct json_object *report)
{
	struct aspan_diff_exactness is =
		aspan_diff_exactness_get(report, json_object_object_get(report, "total"));

	is.has_exact_counts &= aspan_json_get_bool(report, "complete");
	is.has_exact_live &= is.has_exact_counts;
	return is;
}

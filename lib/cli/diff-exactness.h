/* SPDX-License-Identifier: MIT */
/*
 * How exact the numbers of a report's row are, as the report says it.
 */
#ifndef ASPAN_CLI_DIFF_EXACTNESS_H
#define ASPAN_CLI_DIFF_EXACTNESS_H

#include <json-c/json.h>
#include <stdbool.h>

struct aspan_diff_exactness {
	bool is_certain; /* of what lives, and its peak */
	bool has_exact_counts, has_exact_live; /* proved */
	bool is_doubtful; /* something shows that counts are too low */
};

struct aspan_diff_exactness aspan_diff_exactness_get(struct json_object *report,
						     struct json_object *row);

/* Of a row that the report does not have: what is missing from the report may be it. */
struct aspan_diff_exactness aspan_diff_exactness_get_of_missing(struct json_object *report);

/* Of the sum of two rows. */
void aspan_diff_exactness_add(struct aspan_diff_exactness *sum,
			      const struct aspan_diff_exactness *part);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What of a row of two reports is exact, and what that decides.
 */
#ifndef ASPAN_CLI_DIFF_EXACT_H
#define ASPAN_CLI_DIFF_EXACT_H

#include "diff-rows.h"

/* Whether the number of this side is exact. A count that is not is a lower bound. */
bool aspan_diff_row_is_exact(const struct aspan_diff_row *row, int side,
			     enum aspan_diff_number number);

/* Whether the report of this side marks the number with ~. */
bool aspan_diff_row_is_marked(const struct aspan_diff_row *row, int side,
			      enum aspan_diff_number number);

/* Whether the two sides differ in a number, whatever is missing of them; and whether they are the same whatever is. */
bool aspan_diff_row_differs_surely(const struct aspan_diff_row *row);
bool aspan_diff_row_is_surely_same(const struct aspan_diff_row *row);

#endif

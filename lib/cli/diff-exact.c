/* SPDX-License-Identifier: MIT */
/*
 * See diff-exact.h.
 */
#include "diff-exact.h"

static bool is_count(enum aspan_diff_number number)
{
	return number < ASPAN_DIFF_LIVE_BLOCKS;
}

bool aspan_diff_row_is_exact(const struct aspan_diff_row *row, int side,
			     enum aspan_diff_number number)
{
	const struct aspan_diff_side *of = &row->sides[side];

	if (is_count(number)) {
		return of->exactness.has_exact_counts;
	}
	if (number == ASPAN_DIFF_PEAK) {
		return of->exactness.is_certain && !of->has_many;
	}
	return of->exactness.is_certain || of->exactness.has_exact_live;
}

bool aspan_diff_row_is_marked(const struct aspan_diff_row *row, int side,
			      enum aspan_diff_number number)
{
	return is_count(number) ? row->sides[side].exactness.is_doubtful :
				  !aspan_diff_row_is_exact(row, side, number);
}

static bool differs_surely(const struct aspan_diff_row *row, enum aspan_diff_number number)
{
	uint64_t before = row->sides[0].numbers[number], after = row->sides[1].numbers[number];
	bool is_exact[2] = { aspan_diff_row_is_exact(row, 0, number),
			     aspan_diff_row_is_exact(row, 1, number) };

	if (is_exact[0] && is_exact[1]) {
		return before != after;
	}
	/* What is missing would only make the other one larger. */
	return is_count(number) &&
	       ((is_exact[0] && after > before) || (is_exact[1] && before > after));
}

bool aspan_diff_row_differs_surely(const struct aspan_diff_row *row)
{
	bool differs = false;

	for (int i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		differs |= differs_surely(row, (enum aspan_diff_number) i);
	}
	return differs;
}

bool aspan_diff_row_is_surely_same(const struct aspan_diff_row *row)
{
	bool is_same = aspan_diff_row_is_same(row);

	for (int i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		is_same &= aspan_diff_row_is_exact(row, 0, (enum aspan_diff_number) i) &&
			   aspan_diff_row_is_exact(row, 1, (enum aspan_diff_number) i);
	}
	return is_same;
}

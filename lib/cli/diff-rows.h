/* SPDX-License-Identifier: MIT */
/*
 * The rows of two reports, side by side.
 *
 * Rows belong together if their keys have the same text. What differs between two runs of one program is left out of it:
 * the ids of processes and threads, and the addresses of code whose function is known. Rows of one report that thereby
 * are the same are added up; what they hold at once is then at most the sum of their peaks, and not exact.
 *
 * What is exact, and what is marked, is so as the reports say it. Of a row that one of them lacks, it is as of all of that report:
 * what is missing from it may be this row.
 */
#ifndef ASPAN_CLI_DIFF_ROWS_H
#define ASPAN_CLI_DIFF_ROWS_H

#include "diff-exactness.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASPAN_DIFF_KEYS_MAX 2

/* X(symbol, member of the report, word of --sort, title of the column; NULL: only for tools, is it bytes) */
#define ASPAN_DIFF_NUMBERS(X)                                                                      \
	X(ALLOCS, alloc_count, "allocs", "ALLOCS", false)                                          \
	X(BYTES, alloc_bytes, "bytes", "BYTES", true)                                              \
	X(FREES, free_count, "frees", NULL, false)                                                 \
	X(FREED, free_bytes, "freed", NULL, true)                                                  \
	X(LIVE_BLOCKS, live_count, "live-blocks", NULL, false)                                     \
	X(LIVE, live_bytes, "live", "LIVE BYTES", true)                                            \
	X(PEAK, peak_live_bytes, "peak", "PEAK BYTES", true)

enum aspan_diff_number {
#define ASPAN_DIFF_NUMBER(symbol, member, word, title, is_bytes) ASPAN_DIFF_##symbol,
	ASPAN_DIFF_NUMBERS(ASPAN_DIFF_NUMBER)
#undef ASPAN_DIFF_NUMBER
		ASPAN_DIFF_NUMBER_COUNT,
};

struct aspan_diff_number_info {
	const char *member, *word, *title;
	bool is_bytes;
};

const struct aspan_diff_number_info *aspan_diff_number_get_info(enum aspan_diff_number number);

struct aspan_diff_side {
	bool is_there;
	bool has_many; /* several rows of the report are this one */
	struct aspan_diff_exactness exactness;
	uint64_t numbers[ASPAN_DIFF_NUMBER_COUNT];
};

struct aspan_diff_row {
	char *keys[ASPAN_DIFF_KEYS_MAX];
	struct aspan_diff_side sides[2];
};

/* An all-zero table is an empty one. */
struct aspan_diff_rows {
	char *by;
	size_t key_count;
	struct aspan_diff_row total;
	struct aspan_diff_exactness of_missing[2]; /* of rows that a report lacks */
	struct aspan_diff_row *items;
	size_t count, capacity;
	struct json_object *index; /* of each row by its keys */
};

/* Adds the rows of a report as side 0 or 1. 0; -ENODATA if it has no such breakdown; or -ENOMEM. */
int aspan_diff_rows_add(struct aspan_diff_rows *rows, const char *by, struct json_object *report,
			int side);

/* When both reports were added: what is known of rows that only one of them has. */
void aspan_diff_rows_complete(struct aspan_diff_rows *rows);
void aspan_diff_rows_fini(struct aspan_diff_rows *rows);

/* The greatest change first, or, with NUMBER_COUNT, by name. */
void aspan_diff_rows_sort(struct aspan_diff_rows *rows, enum aspan_diff_number number);

bool aspan_diff_row_is_same(const struct aspan_diff_row *row);

/* "changed", "new", "gone" or "same". */
const char *aspan_diff_row_get_state(const struct aspan_diff_row *row);

/* The change as a number of its own and whether it is less. */
uint64_t aspan_diff_row_get_change(const struct aspan_diff_row *row, enum aspan_diff_number number,
				   bool *is_less);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The rows of two reports, side by side.
 */
#include "diff-rows.h"

#include "json-report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_CAPACITY 64

static const struct aspan_diff_number_info number_infos[] = {
#define INFO(symbol, member, word, title, is_bytes) { #member, word, title, is_bytes },
	ASPAN_DIFF_NUMBERS(INFO)
#undef INFO
};

const struct aspan_diff_number_info *aspan_diff_number_get_info(enum aspan_diff_number number)
{
	return &number_infos[number];
}

static char *copy_callsite(struct json_object *callsite, const char *text)
{
	const char *function = aspan_json_get_text(callsite, "function");
	const char *file = aspan_json_get_text(callsite, "file");
	char *name;

	if (!function) {
		return strdup(text);
	}
	return asprintf(&name, "%s%s%s", function, file ? " at " : "", file ? file : "") < 0 ?
		       NULL :
		       name;
}

/* A key as it is called in every run: without ids and addresses. The caller frees it. */
static char *copy_key(struct json_object *report, struct json_object *dimension,
		      struct json_object *key)
{
	const char *is = aspan_json_get_text(dimension, "dimension");
	const char *text = aspan_json_get_text(key, "text");
	const char *name = NULL;

	if (!is || !text) {
		return strdup("?");
	}
	if (strcmp(is, "thread") == 0) {
		name = aspan_json_get_text(aspan_json_report_get_item(report, "threads", key),
					   "name");
	} else if (strcmp(is, "process") == 0) {
		name = aspan_json_get_text(aspan_json_report_get_item(report, "processes", key),
					   "procname");
	} else if (strcmp(is, "callsite") == 0) {
		return copy_callsite(aspan_json_report_get_item(report, "callsites", key), text);
	}
	return strdup(name ? name : text);
}

static struct aspan_diff_row *append(struct aspan_diff_rows *rows)
{
	if (rows->count == rows->capacity) {
		size_t bigger = rows->capacity ? rows->capacity * 2 : MIN_CAPACITY;
		struct aspan_diff_row *moved = reallocarray(rows->items, bigger, sizeof(*moved));

		if (!moved) {
			return NULL;
		}
		rows->items = moved;
		rows->capacity = bigger;
	}
	rows->items[rows->count] = (struct aspan_diff_row){ 0 };
	return &rows->items[rows->count];
}

/* The row of these keys, which it takes. NULL without memory. */
static struct aspan_diff_row *find_row(struct aspan_diff_rows *rows,
				       char *keys[ASPAN_DIFF_KEYS_MAX])
{
	struct aspan_diff_row *row = NULL;
	struct json_object *found;
	char *both;

	/* No text of a trace has this byte in it: it is no UTF-8. */
	if (!keys[0] || (rows->key_count > 1 && !keys[1]) ||
	    asprintf(&both, "%s\xff%s", keys[0], keys[1] ? keys[1] : "") < 0) {
		both = NULL;
	} else if (json_object_object_get_ex(rows->index, both, &found)) {
		row = &rows->items[json_object_get_uint64(found)];
	} else {
		row = append(rows);
		found = row ? json_object_new_uint64(rows->count) : NULL;
		if (found && json_object_object_add(rows->index, both, found) == 0) {
			memcpy(row->keys, keys, sizeof(row->keys));
			memset(keys, 0, sizeof(row->keys));
			rows->count++;
		} else {
			json_object_put(found);
			row = NULL;
		}
	}
	free(both);
	for (size_t i = 0; i < ASPAN_DIFF_KEYS_MAX; i++) {
		free(keys[i]);
	}
	return row;
}

static void add_numbers(struct aspan_diff_side *side, struct json_object *report,
			struct json_object *row)
{
	struct aspan_diff_exactness exactness = aspan_diff_exactness_get(report, row);

	if (side->is_there) {
		aspan_diff_exactness_add(&side->exactness, &exactness);
		side->has_many = true;
	} else {
		side->exactness = exactness;
	}
	side->is_there = true;
	for (size_t i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		side->numbers[i] += aspan_json_get_number(row, number_infos[i].member);
	}
}

static int add_row(struct aspan_diff_rows *rows, struct json_object *report,
		   struct json_object *dimensions, struct json_object *row, int side)
{
	struct json_object *keys = json_object_object_get(row, "keys");
	char *texts[ASPAN_DIFF_KEYS_MAX] = { NULL };
	struct aspan_diff_row *found;

	for (size_t i = 0; i < rows->key_count; i++) {
		texts[i] = copy_key(report, aspan_json_get_item(dimensions, i),
				    aspan_json_get_item(keys, i));
	}
	found = find_row(rows, texts);
	if (!found) {
		return -ENOMEM;
	}
	add_numbers(&found->sides[side], report, row);
	return 0;
}

static int prepare(struct aspan_diff_rows *rows, const char *by, struct json_object *dimensions)
{
	size_t count = aspan_json_count(dimensions);

	if (count == 0 || count > ASPAN_DIFF_KEYS_MAX) {
		return -ENODATA;
	}
	rows->key_count = count;
	if (!rows->by) {
		rows->by = strdup(by);
		rows->index = json_object_new_object();
	}
	return rows->by && rows->index ? 0 : -ENOMEM;
}

int aspan_diff_rows_add(struct aspan_diff_rows *rows, const char *by, struct json_object *report,
			int side)
{
	struct json_object *breakdown = aspan_json_report_get_breakdown(report, by);
	struct json_object *dimensions = json_object_object_get(breakdown, "keys");
	struct json_object *items = json_object_object_get(breakdown, "rows");
	int result = breakdown && items ? prepare(rows, by, dimensions) : -ENODATA;

	if (result) {
		return result;
	}
	add_numbers(&rows->total.sides[side], report, json_object_object_get(report, "total"));
	rows->of_missing[side] = aspan_diff_exactness_get_of_missing(report);
	for (size_t i = 0; !result && i < aspan_json_count(items); i++) {
		result = add_row(rows, report, dimensions, aspan_json_get_item(items, i), side);
	}
	return result;
}

void aspan_diff_rows_complete(struct aspan_diff_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		for (int side = 0; side < 2; side++) {
			if (!rows->items[i].sides[side].is_there) {
				rows->items[i].sides[side].exactness = rows->of_missing[side];
			}
		}
	}
}

void aspan_diff_rows_fini(struct aspan_diff_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		for (size_t j = 0; j < ASPAN_DIFF_KEYS_MAX; j++) {
			free(rows->items[i].keys[j]);
		}
	}
	free(rows->items);
	free(rows->by);
	json_object_put(rows->index);
	*rows = (struct aspan_diff_rows){ 0 };
}

uint64_t aspan_diff_row_get_change(const struct aspan_diff_row *row, enum aspan_diff_number number,
				   bool *is_less)
{
	uint64_t before = row->sides[0].numbers[number];
	uint64_t after = row->sides[1].numbers[number];

	*is_less = after < before;
	return *is_less ? before - after : after - before;
}

bool aspan_diff_row_is_same(const struct aspan_diff_row *row)
{
	return row->sides[0].is_there == row->sides[1].is_there &&
	       memcmp(row->sides[0].numbers, row->sides[1].numbers,
		      sizeof(row->sides[0].numbers)) == 0;
}

const char *aspan_diff_row_get_state(const struct aspan_diff_row *row)
{
	return !row->sides[0].is_there	   ? "new" :
	       !row->sides[1].is_there	   ? "gone" :
	       aspan_diff_row_is_same(row) ? "same" :
					     "changed";
}

static int compare_keys(const struct aspan_diff_row *a, const struct aspan_diff_row *b)
{
	int order = strcmp(a->keys[0], b->keys[0]);

	return order || !a->keys[1] ? order : strcmp(a->keys[1], b->keys[1]);
}

static int compare(const void *left, const void *right, void *data)
{
	const enum aspan_diff_number *number = data;
	bool is_less;
	uint64_t a, b;

	if (*number == ASPAN_DIFF_NUMBER_COUNT) {
		return compare_keys(left, right);
	}
	a = aspan_diff_row_get_change(left, *number, &is_less);
	b = aspan_diff_row_get_change(right, *number, &is_less);
	return a != b ? (a < b) - (a > b) : compare_keys(left, right);
}

void aspan_diff_rows_sort(struct aspan_diff_rows *rows, enum aspan_diff_number number)
{
	/* From here on the index is wrong, and no longer needed. */
	json_object_put(rows->index);
	rows->index = NULL;
	qsort_r(rows->items, rows->count, sizeof(*rows->items), compare, &number);
}

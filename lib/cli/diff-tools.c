/* SPDX-License-Identifier: MIT */
/*
 * What changed between two reports, for programs: JSON, and CSV (RFC 4180).
 *
 * Changes are numbers of their own, and can be below zero. What a report does not have is null, or empty, and counts as 0.
 * Which changes are exact is said with them.
 */
#include "diff-exact.h"
#include "diff-write.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>

#define SCHEMA "allocspan-diff/1"

static int add(struct json_object *object, const char *key, struct json_object *value)
{
	if (!value) {
		return -ENOMEM;
	}
	if (json_object_object_add(object, key, value)) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

static struct json_object *new_change(const struct aspan_diff_row *row,
				      enum aspan_diff_number number)
{
	bool is_less;
	uint64_t change = aspan_diff_row_get_change(row, number, &is_less);

	return json_object_new_int64(is_less ? -(int64_t) change : (int64_t) change);
}

static int add_exactness(struct json_object *map, const struct aspan_diff_exactness *is)
{
	int result = add(map, "certain", json_object_new_boolean(is->is_certain));

	result = result ? result :
			  add(map, "exact_counts", json_object_new_boolean(is->has_exact_counts));
	result = result ? result :
			  add(map, "exact_live", json_object_new_boolean(is->has_exact_live));
	return result ? result : add(map, "doubtful", json_object_new_boolean(is->is_doubtful));
}

static int add_side(struct json_object *object, const char *key, const struct aspan_diff_side *side)
{
	struct json_object *map;
	int result;

	if (!side->is_there) {
		return json_object_object_add(object, key, NULL) ? -ENOMEM : 0;
	}
	map = json_object_new_object();
	result = add(object, key, map);
	for (int i = 0; !result && i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		result = add(map, aspan_diff_number_get_info((enum aspan_diff_number) i)->member,
			     json_object_new_uint64(side->numbers[i]));
	}
	return result ? result : add_exactness(map, &side->exactness);
}

static int add_change(struct json_object *object, const struct aspan_diff_row *row)
{
	struct json_object *map = json_object_new_object();
	int result = add(object, "change", map);

	for (int i = 0; !result && i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		enum aspan_diff_number number = (enum aspan_diff_number) i;

		result = add(map, aspan_diff_number_get_info(number)->member,
			     new_change(row, number));
	}
	return result;
}

static bool is_exact_change(const struct aspan_diff_row *row, enum aspan_diff_number number)
{
	return aspan_diff_row_is_exact(row, 0, number) && aspan_diff_row_is_exact(row, 1, number);
}

static int add_exact_changes(struct json_object *object, const struct aspan_diff_row *row)
{
	struct json_object *map = json_object_new_object();
	int result = add(object, "exact", map);

	for (int i = 0; !result && i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		enum aspan_diff_number number = (enum aspan_diff_number) i;

		result = add(map, aspan_diff_number_get_info(number)->member,
			     json_object_new_boolean(is_exact_change(row, number)));
	}
	return result;
}

static int add_keys(struct json_object *object, const struct aspan_diff_row *row, size_t count)
{
	struct json_object *array = json_object_new_array();
	int result = add(object, "keys", array);

	for (size_t i = 0; !result && i < count; i++) {
		struct json_object *key = json_object_new_string(row->keys[i]);

		if (!key || json_object_array_add(array, key)) {
			json_object_put(key);
			result = -ENOMEM;
		}
	}
	return result;
}

static int write_json(struct json_object *value, FILE *stream)
{
	const char *text = json_object_to_json_string_ext(
		value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text) {
		return -ENOMEM;
	}
	fputs(text, stream);
	return 0;
}

static int write_json_row(const struct aspan_diff_row *row, size_t key_count, FILE *stream)
{
	struct json_object *object = json_object_new_object();
	int result = object ? add_keys(object, row, key_count) : -ENOMEM;

	result = result ? result :
			  add(object, "state",
			      json_object_new_string(aspan_diff_row_get_state(row)));
	result = result ? result : add_side(object, "before", &row->sides[0]);
	result = result ? result : add_side(object, "after", &row->sides[1]);
	result = result ? result : add_change(object, row);
	result = result ? result : add_exact_changes(object, row);
	result = result ? result : write_json(object, stream);
	json_object_put(object);
	return result;
}

static int write_json_text(const char *text, FILE *stream)
{
	struct json_object *value = json_object_new_string(text);
	int result = value ? write_json(value, stream) : -ENOMEM;

	json_object_put(value);
	return result;
}

static int write_json_head(const struct aspan_diff_rows *rows,
			   const struct aspan_diff_write_options *options, FILE *stream)
{
	int result;

	fputs("{\"schema\":\"" SCHEMA "\",\n\"by\":", stream);
	result = write_json_text(rows->by, stream);
	for (int side = 0; !result && side < 2; side++) {
		fprintf(stream, ",\n\"%s\":{\"path\":", side ? "after" : "before");
		result = write_json_text(options->names[side], stream);
		fprintf(stream, ",\"complete\":%s}",
			options->are_complete[side] ? "true" : "false");
	}
	return result;
}

int aspan_diff_write_json(const struct aspan_diff_rows *rows,
			  const struct aspan_diff_write_options *options, FILE *stream)
{
	int result = write_json_head(rows, options, stream);
	size_t written = 0;

	fputs(",\n\"total\":", stream);
	result = result ? result : write_json_row(&rows->total, 0, stream);
	fputs(",\n\"rows\":[", stream);
	for (size_t i = 0; !result && i < rows->count; i++) {
		if (aspan_diff_wants_row(options, &rows->items[i], written)) {
			fputs(written++ ? ",\n" : "\n", stream);
			result = write_json_row(&rows->items[i], rows->key_count, stream);
		}
	}
	fputs("\n]}\n", stream);
	return result;
}

static void write_csv_text(const char *text, FILE *stream)
{
	fputc('"', stream);
	for (; *text; text++) {
		if (*text == '"') {
			fputc('"', stream);
		}
		fputc(*text, stream);
	}
	fputc('"', stream);
}

static void write_csv_header(const struct aspan_diff_rows *rows, FILE *stream)
{
	for (size_t i = 0; i < rows->key_count; i++) {
		fprintf(stream, "key%zu,", i + 1);
	}
	fputs("state", stream);
	for (int i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		const char *name = aspan_diff_number_get_info((enum aspan_diff_number) i)->member;

		fprintf(stream, ",%s_before,%s_after,%s_change", name, name, name);
	}
	fputs(",not_exact\r\n", stream);
}

/* The numbers of which the change is not exact, a space between them. */
static void write_csv_not_exact(const struct aspan_diff_row *row, FILE *stream)
{
	const char *gap = ",";

	for (int i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		enum aspan_diff_number number = (enum aspan_diff_number) i;

		if (!is_exact_change(row, number)) {
			fprintf(stream, "%s%s", gap, aspan_diff_number_get_info(number)->member);
			gap = " ";
		}
	}
	fputs(*gap == ',' ? ",\r\n" : "\r\n", stream);
}

static void write_csv_row(const struct aspan_diff_row *row, size_t key_count, FILE *stream)
{
	for (size_t i = 0; i < key_count; i++) {
		write_csv_text(row->keys[i], stream);
		fputc(',', stream);
	}
	fputs(aspan_diff_row_get_state(row), stream);
	for (int i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		bool is_less;
		uint64_t change =
			aspan_diff_row_get_change(row, (enum aspan_diff_number) i, &is_less);

		fprintf(stream, ",%" PRIu64 ",%" PRIu64 ",%s%" PRIu64, row->sides[0].numbers[i],
			row->sides[1].numbers[i], is_less ? "-" : "", change);
	}
	write_csv_not_exact(row, stream);
}

int aspan_diff_write_csv(const struct aspan_diff_rows *rows,
			 const struct aspan_diff_write_options *options, FILE *stream)
{
	size_t written = 0;

	write_csv_header(rows, stream);
	for (size_t i = 0; i < rows->count; i++) {
		if (aspan_diff_wants_row(options, &rows->items[i], written)) {
			write_csv_row(&rows->items[i], rows->key_count, stream);
			written++;
		}
	}
	return 0;
}

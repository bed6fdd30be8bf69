/* SPDX-License-Identifier: MIT */
/*
 * What changed between two reports, for people: a table with, for each number, what it is in the second and by how much
 * that is more or less than in the first.
 *
 * `~` marks what is not certain: a number as the report of AFTER marks it, and a change where either report does.
 */
#include "diff-exact.h"
#include "diff-write.h"

#include "../analysis/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CELL_SIZE 48
#define GAP "  "
#define MINUS "-"

struct cells {
	char value[ASPAN_DIFF_NUMBER_COUNT][CELL_SIZE];
	char change[ASPAN_DIFF_NUMBER_COUNT][CELL_SIZE];
	char *name;
};

struct table {
	struct cells *rows; /* the first is the sum of all */
	size_t row_count;
	int value_widths[ASPAN_DIFF_NUMBER_COUNT], change_widths[ASPAN_DIFF_NUMBER_COUNT];
};

static bool is_shown(size_t number)
{
	return aspan_diff_number_get_info((enum aspan_diff_number) number)->title;
}

/* 1234567 is "1,234,567". */
static void format_count(char text[CELL_SIZE], uint64_t count)
{
	char digits[24];
	size_t length = (size_t) snprintf(digits, sizeof(digits), "%" PRIu64, count);
	char *out = text;

	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0) {
			*out++ = ',';
		}
		*out++ = digits[i];
	}
	*out = '\0';
}

static void format_number(char text[CELL_SIZE], uint64_t number, bool is_bytes)
{
	char bytes[ASPAN_TEXT_NUMBER_SIZE];

	if (is_bytes) {
		snprintf(text, CELL_SIZE, "%s", aspan_text_format_bytes(bytes, number));
	} else {
		format_count(text, number);
	}
}

/* "+1.5 KiB (+12.5%)", "=" where nothing changed; without percent where there was nothing before. */
static void format_change(char text[CELL_SIZE], const struct aspan_diff_row *row,
			  enum aspan_diff_number number)
{
	bool is_less;
	uint64_t change = aspan_diff_row_get_change(row, number, &is_less);
	uint64_t before = row->sides[0].numbers[number];
	char amount[CELL_SIZE];

	if (change == 0) {
		snprintf(text, CELL_SIZE, "=");
		return;
	}
	format_number(amount, change, aspan_diff_number_get_info(number)->is_bytes);
	if (before == 0) {
		snprintf(text, CELL_SIZE, "+%.20s", amount);
	} else {
		snprintf(text, CELL_SIZE, "%s%.20s (%s%.1f%%)", is_less ? MINUS : "+", amount,
			 is_less ? MINUS : "+", (double) change / (double) before * 100);
	}
}

static const char *get_mark(bool is_marked)
{
	return is_marked ? "~" : "";
}

static void fill_cells(struct cells *cells, const struct aspan_diff_row *row)
{
	for (size_t i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		enum aspan_diff_number number = (enum aspan_diff_number) i;
		bool is_marked = aspan_diff_row_is_marked(row, 1, number);
		char text[CELL_SIZE];

		format_number(text, row->sides[1].numbers[i],
			      aspan_diff_number_get_info(number)->is_bytes);
		snprintf(cells->value[i], CELL_SIZE, "%s%.40s", get_mark(is_marked), text);
		is_marked |= aspan_diff_row_is_marked(row, 0, number);
		format_change(text, row, number);
		snprintf(cells->change[i], CELL_SIZE, "%s%.46s", get_mark(is_marked), text);
	}
}

static char *make_name(const struct aspan_diff_row *row)
{
	const char *state = aspan_diff_row_get_state(row);
	char *first = aspan_text_escape(row->keys[0]);
	char *second = aspan_text_escape(row->keys[1] ? row->keys[1] : "");
	bool is_marked = strcmp(state, "new") == 0 || strcmp(state, "gone") == 0;
	char *name;

	if (!first || !second ||
	    asprintf(&name, "%s%s%s%s%s%s", first, *second ? " | " : "", second,
		     is_marked ? " (" : "", is_marked ? state : "", is_marked ? ")" : "") < 0) {
		name = NULL;
	}
	free(first);
	free(second);
	return name;
}

static void widen(struct table *table, const struct cells *cells)
{
	for (size_t i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		int value = (int) strlen(cells->value[i]);
		int change = (int) strlen(cells->change[i]);

		table->value_widths[i] = value > table->value_widths[i] ? value :
									  table->value_widths[i];
		table->change_widths[i] =
			change > table->change_widths[i] ? change : table->change_widths[i];
	}
}

static int add_row(struct table *table, const struct aspan_diff_row *row, char *name)
{
	struct cells *cells = &table->rows[table->row_count];

	if (!name) {
		return -ENOMEM;
	}
	table->row_count++;
	cells->name = name;
	fill_cells(cells, row);
	widen(table, cells);
	return 0;
}

static int fill_table(struct table *table, const struct aspan_diff_rows *rows,
		      const struct aspan_diff_write_options *options)
{
	int result;

	table->rows = calloc(rows->count + 1, sizeof(*table->rows));
	if (!table->rows) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		const char *title = aspan_diff_number_get_info((enum aspan_diff_number) i)->title;

		table->value_widths[i] = title ? (int) strlen(title) : 0;
		table->change_widths[i] = (int) strlen("CHANGE");
	}
	result = add_row(table, &rows->total, strdup("(everything)"));
	for (size_t i = 0; !result && i < rows->count; i++) {
		if (aspan_diff_wants_row(options, &rows->items[i], table->row_count - 1)) {
			result = add_row(table, &rows->items[i], make_name(&rows->items[i]));
		}
	}
	return result;
}

static void write_header(const struct table *table, const char *by, FILE *stream)
{
	for (size_t i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		if (is_shown(i)) {
			fprintf(stream, "%*s%s%*s%s", table->value_widths[i],
				aspan_diff_number_get_info((enum aspan_diff_number) i)->title, GAP,
				table->change_widths[i], "CHANGE", GAP);
		}
	}
	for (; *by; by++) {
		fputc(toupper((unsigned char) *by), stream);
	}
	fputc('\n', stream);
}

static void write_change(const char *change, int width, bool has_colour, FILE *stream)
{
	char sign = change[*change == '~'];
	const char *colour = !has_colour || sign == '=' ? "" :
			     sign == '+'		? "\033[31m" :
							  "\033[32m";

	fprintf(stream, "%s%*s%s%s", colour, width, change, *colour ? "\033[0m" : "", GAP);
}

static void write_row(const struct table *table, const struct cells *cells, bool has_colour,
		      FILE *stream)
{
	for (size_t i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		if (is_shown(i)) {
			fprintf(stream, "%*s%s", table->value_widths[i], cells->value[i], GAP);
			write_change(cells->change[i], table->change_widths[i], has_colour, stream);
		}
	}
	fprintf(stream, "%s\n", cells->name);
}

static bool has_mark(const struct table *table)
{
	for (size_t i = 0; i < table->row_count; i++) {
		for (size_t number = 0; number < ASPAN_DIFF_NUMBER_COUNT; number++) {
			if (is_shown(number) && *table->rows[i].change[number] == '~') {
				return true;
			}
		}
	}
	return false;
}

static void write_rest(const struct aspan_diff_rows *rows, const struct table *table, FILE *stream)
{
	size_t same = 0;

	for (size_t i = 0; i < rows->count; i++) {
		same += aspan_diff_row_is_same(&rows->items[i]);
	}
	if (same == rows->count) {
		fprintf(stream, "\nnothing differs by %s (%zu rows)\n", rows->by, rows->count);
	} else if (table->row_count - 1 < rows->count) {
		fprintf(stream, "\n%zu of %zu rows differ by %s\n", rows->count - same, rows->count,
			rows->by);
	}
	if (has_mark(table)) {
		fputs("\nnote: ~ marks what is not certain, as something is or may be missing; "
		      "'allocspan report' says of each trace what\n",
		      stream);
	}
}

int aspan_diff_write_text(const struct aspan_diff_rows *rows,
			  const struct aspan_diff_write_options *options, FILE *stream)
{
	struct table table = { 0 };
	int result = fill_table(&table, rows, options);

	for (int side = 0; side < 2; side++) {
		fprintf(stream, "%s  %s%s\n", side ? "after " : "before", options->names[side],
			options->are_complete[side] ? "" : " (not proved complete)");
	}
	fputc('\n', stream);
	if (!result) {
		write_header(&table, rows->by, stream);
		for (size_t i = 0; i < table.row_count; i++) {
			write_row(&table, &table.rows[i], options->has_colour, stream);
		}
		write_rest(rows, &table, stream);
	}
	for (size_t i = 0; i < table.row_count; i++) {
		free(table.rows[i].name);
	}
	free(table.rows);
	return result;
}

/* SPDX-License-Identifier: MIT */
/*
 * See text-table.h.
 */
#include "text-table.h"

#include "array.h"
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2
#define DOTS "..."
/* The last column is never cut shorter than this: better a long line than no name. */
#define MIN_LAST_WIDTH 16
/* Nor is a text before the last column ever wider than this on a terminal. */
#define MAX_TEXT_WIDTH 40

void aspan_text_table_init(struct aspan_text_table *table, const struct aspan_text_style *style)
{
	*table = (struct aspan_text_table){ .style = style };
}

void aspan_text_table_fini(struct aspan_text_table *table)
{
	for (size_t i = 0; i < table->cell_count; i++) {
		free(table->cells[i].text);
	}
	free(table->cells);
	*table = (struct aspan_text_table){ .style = table->style };
}

static void add_column(struct aspan_text_table *table, const char *title, bool is_text)
{
	table->columns[table->column_count].title = title;
	table->columns[table->column_count++].is_text = is_text;
}

void aspan_text_table_add_numbers(struct aspan_text_table *table, const char *title)
{
	add_column(table, title, false);
}

void aspan_text_table_add_texts(struct aspan_text_table *table, const char *title)
{
	add_column(table, title, true);
}

/* Takes the text, which may be NULL. */
static void add_cell(struct aspan_text_table *table, char *text, size_t bold_length)
{
	struct aspan_text_cell *cell = text ? ASPAN_ARRAY_APPEND(table, cells, cell) : NULL;

	if (!cell) {
		free(text);
		table->result = -ENOMEM;
		return;
	}
	*cell = (struct aspan_text_cell){ .text = text, .bold_length = bold_length };
}

void aspan_text_table_format(struct aspan_text_table *table, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0) {
		text = NULL;
	}
	va_end(arguments);
	add_cell(table, text, 0);
}

void aspan_text_table_count(struct aspan_text_table *table, uint64_t count, bool is_certain)
{
	char text[ASPAN_TEXT_NUMBER_SIZE];

	aspan_text_table_format(table, "%s%s", is_certain ? "" : "~",
				aspan_text_format_count(text, count));
}

void aspan_text_table_bytes(struct aspan_text_table *table, uint64_t bytes, bool is_certain)
{
	char text[ASPAN_TEXT_NUMBER_SIZE];

	aspan_text_table_format(table, "%s%s", is_certain ? "" : "~",
				aspan_text_format_bytes(text, bytes));
}

void aspan_text_table_signed_bytes(struct aspan_text_table *table, int64_t bytes)
{
	uint64_t size = bytes < 0 ? 0 - (uint64_t) bytes : (uint64_t) bytes;
	char text[ASPAN_TEXT_NUMBER_SIZE];

	aspan_text_table_format(table, "%s%s", bytes < 0 ? "-" : "",
				aspan_text_format_bytes(text, size));
}

void aspan_text_table_duration(struct aspan_text_table *table, uint64_t ns)
{
	char text[ASPAN_TEXT_NUMBER_SIZE];

	aspan_text_table_format(table, "%s", aspan_text_format_duration(text, ns));
}

/* How long the escaped form of the first bytes of a text is. */
static size_t get_escaped_length(const char *text, size_t length)
{
	char *part = strndup(text, length);
	char *escaped = part ? aspan_text_escape(part) : NULL;
	size_t escaped_length = escaped ? strlen(escaped) : 0;

	free(part);
	free(escaped);
	return escaped_length;
}

void aspan_text_table_text(struct aspan_text_table *table, const char *text, size_t bold_length)
{
	add_cell(table, aspan_text_escape(text),
		 bold_length ? get_escaped_length(text, bold_length) : 0);
}

static size_t get_row_count(const struct aspan_text_table *table)
{
	return table->column_count ? table->cell_count / table->column_count : 0;
}

static const struct aspan_text_cell *get_cell(const struct aspan_text_table *table, size_t row,
					      size_t column)
{
	return &table->cells[row * table->column_count + column];
}

static size_t find_width(const struct aspan_text_table *table, size_t column)
{
	size_t width = aspan_text_get_width(table->columns[column].title);

	for (size_t row = 0; row < get_row_count(table); row++) {
		size_t cell_width = aspan_text_get_width(get_cell(table, row, column)->text);

		width = cell_width > width ? cell_width : width;
	}
	if (table->style->width && table->columns[column].is_text && width > MAX_TEXT_WIDTH) {
		width = MAX_TEXT_WIDTH;
	}
	return width;
}

/* How wide each column is; of the last, 0 where there is no end. */
static void find_widths(const struct aspan_text_table *table,
			size_t widths[ASPAN_TEXT_TABLE_COLUMNS_MAX])
{
	size_t last = table->column_count - 1;
	size_t used = 0;

	for (size_t column = 0; column < last; column++) {
		widths[column] = find_width(table, column);
		used += widths[column] + GAP;
	}
	widths[last] = 0;
	if (table->style->width) {
		widths[last] = table->style->width > used + MIN_LAST_WIDTH ?
				       table->style->width - used :
				       MIN_LAST_WIDTH;
	}
}

static void write_spaces(FILE *stream, size_t count)
{
	fprintf(stream, "%*s", (int) count, "");
}

static size_t get_width_of_part(const char *text, size_t length)
{
	return aspan_text_get_width(text) - aspan_text_get_width(text + length);
}

/* At most `width` columns of a cell; 0: all. Returns how many it took. */
static size_t write_text(const struct aspan_text_table *table, const struct aspan_text_cell *cell,
			 size_t width, FILE *stream)
{
	size_t length = strlen(cell->text);
	size_t bold_length = cell->bold_length;
	const char *end = "";

	if (width && aspan_text_fit(cell->text, width) < length) {
		length = aspan_text_fit(cell->text, width - strlen(DOTS));
		end = DOTS;
	}
	bold_length = bold_length < length ? bold_length : length;
	fprintf(stream, "%s%.*s%s%.*s%s",
		bold_length ? aspan_text_style_get(table->style, ASPAN_TEXT_BOLD) : "",
		(int) bold_length, cell->text,
		bold_length ? aspan_text_style_get(table->style, ASPAN_TEXT_PLAIN) : "",
		(int) (length - bold_length), cell->text + bold_length, end);
	return *end ? get_width_of_part(cell->text, length) + strlen(DOTS) :
		      aspan_text_get_width(cell->text);
}

/* Between a column and the next; a line does not end in spaces. */
static void write_gap(const struct aspan_text_table *table, size_t column, const char *next,
		      FILE *stream)
{
	if (*next || column + 2 < table->column_count) {
		write_spaces(stream, GAP);
	}
}

static void write_row(const struct aspan_text_table *table, size_t row, const size_t *widths,
		      FILE *stream)
{
	for (size_t column = 0; column < table->column_count; column++) {
		const struct aspan_text_cell *cell = get_cell(table, row, column);
		size_t width = aspan_text_get_width(cell->text);
		bool is_last = column + 1 == table->column_count;

		if (!is_last && !table->columns[column].is_text) {
			write_spaces(stream, widths[column] - width);
		}
		width = write_text(table, cell,
				   is_last || table->columns[column].is_text ? widths[column] : 0,
				   stream);
		if (!is_last) {
			write_spaces(stream,
				     table->columns[column].is_text ? widths[column] - width : 0);
			write_gap(table, column, get_cell(table, row, column + 1)->text, stream);
		}
	}
	fputc('\n', stream);
}

static void write_titles(const struct aspan_text_table *table, const size_t *widths, FILE *stream)
{
	fputs(aspan_text_style_get(table->style, ASPAN_TEXT_BOLD), stream);
	for (size_t column = 0; column < table->column_count; column++) {
		const char *title = table->columns[column].title;
		bool is_last = column + 1 == table->column_count;
		size_t spaces = is_last ? 0 : widths[column] - aspan_text_get_width(title);

		write_spaces(stream, table->columns[column].is_text ? 0 : spaces);
		fputs(title, stream);
		if (!is_last) {
			write_spaces(stream, table->columns[column].is_text ? spaces : 0);
			write_gap(table, column, table->columns[column + 1].title, stream);
		}
	}
	fprintf(stream, "%s\n", aspan_text_style_get(table->style, ASPAN_TEXT_PLAIN));
}

int aspan_text_table_write(const struct aspan_text_table *table, FILE *stream)
{
	size_t widths[ASPAN_TEXT_TABLE_COLUMNS_MAX];

	if (table->result) {
		return table->result;
	}
	find_widths(table, widths);
	write_titles(table, widths, stream);
	for (size_t row = 0; row < get_row_count(table); row++) {
		write_row(table, row, widths, stream);
	}
	return 0;
}

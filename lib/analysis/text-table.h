/* SPDX-License-Identifier: MIT */
/*
 * A table for people: columns as wide as their widest cell, and the last one cut where the terminal ends.
 *
 * Numbers stand to the right of their columns and texts to the left. Cells are given row by row, each as a text that is
 * fit for a terminal. The first failure is kept in `result`, so that rows can be written down without a check at each cell.
 */
#ifndef ASPAN_ANALYSIS_TEXT_TABLE_H
#define ASPAN_ANALYSIS_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ASPAN_TEXT_TABLE_COLUMNS_MAX 16

struct aspan_text_style {
	unsigned int width; /* columns of the terminal; 0: there is none */
	bool has_colour;
};

#define ASPAN_TEXT_BOLD "\033[1m"
#define ASPAN_TEXT_YELLOW "\033[33m"
#define ASPAN_TEXT_PLAIN "\033[0m"

/* The sequence where there is colour, and nothing where not. */
static inline const char *aspan_text_style_get(const struct aspan_text_style *style,
					       const char *sequence)
{
	return style->has_colour ? sequence : "";
}

struct aspan_text_cell {
	char *text;
	size_t bold_length; /* of it, in bytes */
};

struct aspan_text_table {
	const struct aspan_text_style *style;
	struct {
		const char *title;
		bool is_text;
	} columns[ASPAN_TEXT_TABLE_COLUMNS_MAX];
	size_t column_count;
	struct aspan_text_cell *cells;
	size_t cell_count, cell_capacity;
	int result; /* 0 or -ENOMEM */
};

void aspan_text_table_init(struct aspan_text_table *table, const struct aspan_text_style *style);
void aspan_text_table_fini(struct aspan_text_table *table);

/* All before the first cell. The title must live as long as the table. */
void aspan_text_table_add_numbers(struct aspan_text_table *table, const char *title);
void aspan_text_table_add_texts(struct aspan_text_table *table, const char *title);

/* The next cell. `~` stands before what is not certain. */
void aspan_text_table_count(struct aspan_text_table *table, uint64_t count, bool is_certain);
void aspan_text_table_bytes(struct aspan_text_table *table, uint64_t bytes, bool is_certain);
void aspan_text_table_signed_bytes(struct aspan_text_table *table, int64_t bytes);
void aspan_text_table_duration(struct aspan_text_table *table, uint64_t ns);
void aspan_text_table_format(struct aspan_text_table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A text of the trace, escaped; `bold_length` bytes of it, before escaping, are bold. */
void aspan_text_table_text(struct aspan_text_table *table, const char *text, size_t bold_length);

/* 0 or -ENOMEM. */
int aspan_text_table_write(const struct aspan_text_table *table, FILE *stream);

#endif

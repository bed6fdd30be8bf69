/* SPDX-License-Identifier: MIT */
/*
 * Writes what changed between two reports: as a table for people, as JSON (`allocspan-diff/1`) or as CSV.
 */
#ifndef ASPAN_CLI_DIFF_WRITE_H
#define ASPAN_CLI_DIFF_WRITE_H

#include "diff-rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct aspan_diff_write_options {
	const char *names[2]; /* of the traces, as they were given */
	bool are_complete[2];
	size_t top; /* rows at most; 0: all */
	bool wants_same; /* rows without a change too */
	bool has_colour;
};

/* 0 or -ENOMEM; errors of the stream are its own (ferror()). */
int aspan_diff_write_text(const struct aspan_diff_rows *rows,
			  const struct aspan_diff_write_options *options, FILE *stream);
int aspan_diff_write_json(const struct aspan_diff_rows *rows,
			  const struct aspan_diff_write_options *options, FILE *stream);
int aspan_diff_write_csv(const struct aspan_diff_rows *rows,
			 const struct aspan_diff_write_options *options, FILE *stream);

/* Whether a row is to be written, after `written` of them. */
static inline bool aspan_diff_wants_row(const struct aspan_diff_write_options *options,
					const struct aspan_diff_row *row, size_t written)
{
	return (options->wants_same || !aspan_diff_row_is_same(row)) &&
	       (options->top == 0 || written < options->top);
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON as it goes, so that a large report needs no second copy in memory.
 *
 * It puts commas where they belong. A key is one of ours and needs no quoting; NULL: an item of an array. The first
 * failure is kept in `result`.
 */
#ifndef ASPAN_BT2_JSON_WRITER_H
#define ASPAN_BT2_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct aspan_json {
	FILE *stream;
	bool needs_comma;
	int result; /* 0 or -ENOMEM */
};

void aspan_json_open(struct aspan_json *json, const char *key, char bracket);
void aspan_json_close(struct aspan_json *json, char bracket);

/* The next value, of which this is the rest, begins a new line. */
void aspan_json_break_line(struct aspan_json *json);

void aspan_json_number(struct aspan_json *json, const char *key, uint64_t number);
void aspan_json_signed(struct aspan_json *json, const char *key, int64_t number);
void aspan_json_bool(struct aspan_json *json, const char *key, bool value);
void aspan_json_null(struct aspan_json *json, const char *key);

/* A text of the trace; NULL becomes null. */
void aspan_json_text(struct aspan_json *json, const char *key, const char *text);

/* A text whose key is of the trace, too. */
void aspan_json_text_by_text(struct aspan_json *json, const char *key, const char *text);

/* The same of a number. */
void aspan_json_number_by_text(struct aspan_json *json, const char *key, uint64_t number);

/* NONE (UINT32_MAX) becomes null. */
void aspan_json_index(struct aspan_json *json, const char *key, uint32_t index);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * See json-writer.h.
 */
#include "json-writer.h"

#include "json-text.h"

#include <inttypes.h>

static void begin_value(struct aspan_json *json, const char *key)
{
	if (json->needs_comma) {
		fputc(',', json->stream);
	}
	if (key) {
		fprintf(json->stream, "\"%s\":", key);
	}
	json->needs_comma = true;
}

void aspan_json_open(struct aspan_json *json, const char *key, char bracket)
{
	begin_value(json, key);
	fputc(bracket, json->stream);
	json->needs_comma = false;
}

void aspan_json_close(struct aspan_json *json, char bracket)
{
	fputc(bracket, json->stream);
	json->needs_comma = true;
}

void aspan_json_break_line(struct aspan_json *json)
{
	fputs(json->needs_comma ? ",\n" : "\n", json->stream);
	json->needs_comma = false;
}

void aspan_json_number(struct aspan_json *json, const char *key, uint64_t number)
{
	begin_value(json, key);
	fprintf(json->stream, "%" PRIu64, number);
}

void aspan_json_signed(struct aspan_json *json, const char *key, int64_t number)
{
	begin_value(json, key);
	fprintf(json->stream, "%" PRId64, number);
}

void aspan_json_bool(struct aspan_json *json, const char *key, bool value)
{
	begin_value(json, key);
	fputs(value ? "true" : "false", json->stream);
}

void aspan_json_null(struct aspan_json *json, const char *key)
{
	begin_value(json, key);
	fputs("null", json->stream);
}

static void write_text(struct aspan_json *json, const char *text)
{
	int result = aspan_json_write_text(text, json->stream);

	json->result = json->result ? json->result : result;
}

void aspan_json_text(struct aspan_json *json, const char *key, const char *text)
{
	if (!text) {
		aspan_json_null(json, key);
		return;
	}
	begin_value(json, key);
	write_text(json, text);
}

void aspan_json_text_by_text(struct aspan_json *json, const char *key, const char *text)
{
	begin_value(json, NULL);
	write_text(json, key);
	fputc(':', json->stream);
	write_text(json, text);
}

void aspan_json_number_by_text(struct aspan_json *json, const char *key, uint64_t number)
{
	begin_value(json, NULL);
	write_text(json, key);
	fprintf(json->stream, ":%" PRIu64, number);
}

void aspan_json_index(struct aspan_json *json, const char *key, uint32_t index)
{
	if (index == UINT32_MAX) {
		aspan_json_null(json, key);
	} else {
		aspan_json_number(json, key, index);
	}
}

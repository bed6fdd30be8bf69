/* SPDX-License-Identifier: MIT */
/*
 * The filter of `allocspan record --filter`.
 *
 * Fields are checked here because LTTng does not: a rule whose filter names a field that an event lacks
 * records nothing of it, silently. Contexts ($ctx.vpid, $app.provider:name) are LTTng's to resolve. The grammar
 * is left to LTTng, too: only names and strings are told apart here.
 */
#include "record-filter.h"
#include "terminal.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct field {
	const char *in_alloc;
	const char *in_free;
} fields[] = {
	{ "ptr", "ptr" },
	{ "size", "size" },
	{ "kind", "kind" },
	{ "tags", "tags" },
	{ "group_id", "source_group_id" },
	{ "span_id", "span_id" },
};

static bool is_name_character(char c)
{
	return isalnum((unsigned char) c) || c == '_';
}

/* "..." with backslashes; an unfinished one is LTTng's to refuse. */
static size_t measure_string(const char *text)
{
	size_t length = 1;

	while (text[length] && text[length] != '"') {
		length += text[length] == '\\' && text[length + 1] ? 2 : 1;
	}
	return text[length] ? length + 1 : length;
}

static size_t measure_name(const char *text, const char *more)
{
	size_t length = 1;

	while (text[length] && (is_name_character(text[length]) || strchr(more, text[length]))) {
		length++;
	}
	return length;
}

static const char *translate_field(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strlen(fields[i].in_alloc) == length &&
		    strncmp(fields[i].in_alloc, name, length) == 0) {
			return fields[i].in_free;
		}
	}
	aspan_terminal_error("--filter: '%.*s' is no field that alloc and free events share; use "
			     "tags, size, ptr, group_id, span_id, kind, or $ctx.NAME",
			     (int) length, name);
	return NULL;
}

static int translate(const char *text, FILE *out)
{
	const char *field;
	size_t length;

	for (; *text; text += length) {
		if (*text == '"') {
			length = measure_string(text);
		} else if (*text == '$') {
			length = measure_name(text, ".:");
		} else if (isdigit((unsigned char) *text)) {
			length = measure_name(text, ".");
		} else if (is_name_character(*text)) {
			length = measure_name(text, "");
			field = translate_field(text, length);
			if (!field) {
				return -EINVAL;
			}
			fputs(field, out);
			continue;
		} else {
			length = 1;
		}
		fwrite(text, 1, length, out);
	}
	return 0;
}

int aspan_record_filter_translate(const char *expression, char **translated)
{
	size_t size;
	FILE *out = open_memstream(translated, &size);
	int ret;

	if (!out) {
		*translated = NULL;
		return -errno;
	}
	ret = translate(expression, out);
	if (fclose(out) != 0 && ret == 0) {
		ret = -ENOMEM;
	}
	if (ret < 0) {
		free(*translated);
		*translated = NULL;
	}
	return ret;
}

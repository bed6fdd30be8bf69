/* SPDX-License-Identifier: MIT */
/*
 * See json-text.h.
 */
#include "json-text.h"

#include "text.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

int aspan_json_write_text(const char *text, FILE *stream)
{
	char *utf8 = aspan_text_to_utf8(text);
	struct json_object *value = utf8 ? json_object_new_string(utf8) : NULL;
	const char *quoted =
		value ? json_object_to_json_string_ext(
				value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE) :
			NULL;

	if (quoted) {
		fputs(quoted, stream);
	}
	json_object_put(value);
	free(utf8);
	return quoted ? 0 : -ENOMEM;
}

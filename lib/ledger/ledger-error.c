/* SPDX-License-Identifier: MIT */
/*
 * See ledger-error.h.
 */
#include "ledger-error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Of the object's name; the rest of the text is the problem's. */
#define OBJECT_BYTES_MAX 255

static const char *shorten(const char *object)
{
	size_t length = strlen(object);

	return length > OBJECT_BYTES_MAX ? object + length - OBJECT_BYTES_MAX : object;
}

/* A path may hold an end of line, or what a terminal obeys. */
static void blank_control_bytes(char *text)
{
	for (; *text; text++) {
		if ((unsigned char) *text < ' ' || *text == 0x7f) {
			*text = '?';
		}
	}
}

int aspan_ledger_fail(struct aspan_ledger_error *error, int code, const char *object,
		      const char *problem, ...)
{
	va_list arguments;
	int length;

	length = snprintf(error->text, sizeof(error->text), "%s: ", shorten(object));
	va_start(arguments, problem);
	vsnprintf(error->text + length, sizeof(error->text) - (size_t) length, problem, arguments);
	va_end(arguments);
	blank_control_bytes(error->text);
	return code;
}

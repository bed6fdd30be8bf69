/* SPDX-License-Identifier: MIT */
/*
 * See value-text.h.
 */
#include "value-text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOAT_DIGITS_MAX 9
#define DOUBLE_DIGITS_MAX 17

void aspan_bind_text_of_signed(char text[ASPAN_BIND_TEXT_BYTES], int64_t value)
{
	snprintf(text, ASPAN_BIND_TEXT_BYTES, "%" PRId64, value);
}

void aspan_bind_text_of_unsigned(char text[ASPAN_BIND_TEXT_BYTES], uint64_t value)
{
	snprintf(text, ASPAN_BIND_TEXT_BYTES, "%" PRIu64, value);
}

void aspan_bind_text_of_address(char text[ASPAN_BIND_TEXT_BYTES], uint64_t value)
{
	snprintf(text, ASPAN_BIND_TEXT_BYTES, "0x%" PRIx64, value);
}

void aspan_bind_text_of_float(char text[ASPAN_BIND_TEXT_BYTES], float value)
{
	for (int digits = 1; digits <= FLOAT_DIGITS_MAX; digits++) {
		snprintf(text, ASPAN_BIND_TEXT_BYTES, "%.*g", digits, (double) value);
		if (strtof(text, NULL) == value) {
			return;
		}
	}
}

void aspan_bind_text_of_double(char text[ASPAN_BIND_TEXT_BYTES], double value)
{
	for (int digits = 1; digits <= DOUBLE_DIGITS_MAX; digits++) {
		snprintf(text, ASPAN_BIND_TEXT_BYTES, "%.*g", digits, value);
		if (strtod(text, NULL) == value) {
			return;
		}
	}
}

/* The length of the UTF-8 character at `at`; 0 if it is not one (RFC 3629: no long forms, no surrogates). */
static size_t character_length(const unsigned char *at)
{
	static const struct {
		unsigned char first, last; /* of the first byte */
		unsigned char second_first, second_last;
		unsigned char length;
	} forms[] = {
		{ 0x01, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (at[0] < forms[i].first || at[0] > forms[i].last) {
			continue;
		}
		if (forms[i].length > 1 &&
		    (at[1] < forms[i].second_first || at[1] > forms[i].second_last)) {
			return 0;
		}
		for (size_t b = 2; b < forms[i].length; b++) {
			if (at[b] < 0x80 || at[b] > 0xbf) {
				return 0;
			}
		}
		return forms[i].length;
	}
	return 0;
}

void aspan_bind_text_of_string(char text[ASPAN_BIND_TEXT_BYTES], const char *string)
{
	const unsigned char *at = (const unsigned char *) (string ? string : "(null)");
	size_t length = 0;

	while (*at) {
		size_t bytes = character_length(at);
		char escaped[5];
		const char *piece = (const char *) at;
		size_t piece_bytes = bytes;

		if (bytes == 0) {
			snprintf(escaped, sizeof(escaped), "\\x%02x", *at);
			piece = escaped;
			piece_bytes = sizeof(escaped) - 1;
			bytes = 1;
		}
		if (length + piece_bytes >= ASPAN_BIND_TEXT_BYTES) {
			break;
		}
		memcpy(text + length, piece, piece_bytes);
		length += piece_bytes;
		at += bytes;
	}
	text[length] = '\0';
}

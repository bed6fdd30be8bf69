/* SPDX-License-Identifier: MIT */
/*
 * Strings of a trace and numbers, made fit for people and for formats.
 *
 * UTF-8 is decoded here, and not by the locale, because a trace means the same in every locale.
 */
#include "text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define REPLACEMENT "\xef\xbf\xbd"
/* The longest that one byte of input can become: "\u{10ffff}" is 10 for 4, "\xNN" is 4 for 1. */
#define MAX_GROWTH 4

char *aspan_text_format_bytes(char text[ASPAN_TEXT_NUMBER_SIZE], uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double) bytes;
	size_t unit = 0;

	/* From 1023.95 on, one decimal would be rounded to 1024.0. */
	while (value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1024;
		unit++;
	}
	snprintf(text, ASPAN_TEXT_NUMBER_SIZE, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
	return text;
}

char *aspan_text_format_duration(char text[ASPAN_TEXT_NUMBER_SIZE], uint64_t ns)
{
	if (ns < 1000) {
		snprintf(text, ASPAN_TEXT_NUMBER_SIZE, "%" PRIu64 " ns", ns);
	} else if (ns < 1000000) {
		snprintf(text, ASPAN_TEXT_NUMBER_SIZE, "%.1f us", (double) ns / 1e3);
	} else if (ns < 1000000000) {
		snprintf(text, ASPAN_TEXT_NUMBER_SIZE, "%.1f ms", (double) ns / 1e6);
	} else {
		snprintf(text, ASPAN_TEXT_NUMBER_SIZE, "%.3f s", (double) ns / 1e9);
	}
	return text;
}

char *aspan_text_format_count(char text[ASPAN_TEXT_NUMBER_SIZE], uint64_t count)
{
	char digits[ASPAN_TEXT_NUMBER_SIZE];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);
	char *out = text;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0) {
			*out++ = ',';
		}
		*out++ = digits[i];
	}
	*out = '\0';
	return text;
}

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/*
 * The length of the well-formed UTF-8 sequence at the start of the string, and its character; 0 if
 * there is none (RFC 3629: no surrogates, nothing above U+10FFFF, no longer form than needed).
 */
static size_t decode(const char *string, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char) *string;
	size_t length = first < 0x80 ? 1 :
			first < 0xc0 ? 0 :
			first < 0xe0 ? 2 :
			first < 0xf0 ? 3 :
				       4;
	uint32_t value;

	if (length == 0 || first >= 0xf8) {
		return 0;
	}
	value = length == 1 ? first : first & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		/* The final zero is no continuation, so this never reads past it. */
		if (!is_continuation((unsigned char) string[i])) {
			return 0;
		}
		value = value << 6 | ((unsigned char) string[i] & 0x3f);
	}
	if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
		return 0;
	}
	*character = value;
	return length;
}

static bool is_control(uint32_t c)
{
	bool is_direction = (c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
			    (c >= 0x2066 && c <= 0x2069);
	bool is_line_end = c == 0x2028 || c == 0x2029;

	return c < 0x20 || (c >= 0x7f && c < 0xa0) || is_direction || is_line_end;
}

static char *escape_one(char *out, const char *in, size_t length, uint32_t character)
{
	if (length == 0 || character < 0x80) {
		return out + sprintf(out, "\\x%02x", (unsigned char) *in);
	}
	return out + sprintf(out, "\\u{%" PRIx32 "}", character);
}

char *aspan_text_escape(const char *string)
{
	char *text = malloc(strlen(string) * MAX_GROWTH + 1);
	char *out = text;

	if (!text) {
		return NULL;
	}
	while (*string) {
		uint32_t character = 0;
		size_t length = decode(string, &character);

		if (length == 0 || is_control(character)) {
			out = escape_one(out, string, length, character);
		} else {
			if (*string == '\\') {
				*out++ = '\\';
			}
			out = mempcpy(out, string, length);
		}
		string += length ? length : 1;
	}
	*out = '\0';
	return text;
}

char *aspan_text_to_utf8(const char *string)
{
	char *text = malloc(strlen(string) * strlen(REPLACEMENT) + 1);
	char *out = text;

	if (!text) {
		return NULL;
	}
	while (*string) {
		uint32_t character;
		size_t length = decode(string, &character);

		out = length ? mempcpy(out, string, length) : stpcpy(out, REPLACEMENT);
		string += length ? length : 1;
	}
	*out = '\0';
	return text;
}

/* Without a locale that knows the character, one column is the best guess. */
static size_t width_of(uint32_t character)
{
	int width = wcwidth((wchar_t) character);

	return width < 0 ? 1 : (size_t) width;
}

size_t aspan_text_get_width(const char *string)
{
	size_t columns = 0;

	while (*string) {
		uint32_t character = 0;
		size_t length = decode(string, &character);

		columns += length ? width_of(character) : 1;
		string += length ? length : 1;
	}
	return columns;
}

size_t aspan_text_fit(const char *string, size_t columns)
{
	size_t fitting = 0;

	while (string[fitting]) {
		uint32_t character = 0;
		size_t length = decode(string + fitting, &character);
		size_t width = width_of(character);

		if (length == 0 || width > columns) {
			break;
		}
		columns -= width;
		fitting += length;
	}
	return fitting;
}

/* SPDX-License-Identifier: MIT */
/*
 * The limits of rules.
 */
#include "check-limit.h"

#include "../analysis/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_UNIT 16

static const struct unit {
	const char *word;
	uint64_t factor;
	bool is_bytes;
} units[] = {
	{ "B", 1, true },
	{ "KiB", UINT64_C(1) << 10, true },
	{ "MiB", UINT64_C(1) << 20, true },
	{ "GiB", UINT64_C(1) << 30, true },
	{ "TiB", UINT64_C(1) << 40, true },
	{ "kB", UINT64_C(1000), true },
	{ "MB", UINT64_C(1000000), true },
	{ "GB", UINT64_C(1000000000), true },
	{ "TB", UINT64_C(1000000000000), true },
	{ "k", UINT64_C(1000), false },
	{ "M", UINT64_C(1000000), false },
	{ "G", UINT64_C(1000000000), false },
};

#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

static void skip_space(const char **text)
{
	while (isspace((unsigned char) **text)) {
		(*text)++;
	}
}

static void read_unit(const char **text, char unit[MAX_UNIT])
{
	size_t length = 0;

	skip_space(text);
	for (; isalpha((unsigned char) **text); (*text)++) {
		if (length < MAX_UNIT - 1) {
			unit[length++] = **text;
		}
	}
	unit[length] = '\0';
}

/* 0 if there is no such unit. */
static uint64_t find_factor(const char *unit, bool is_bytes)
{
	if (!*unit) {
		return 1;
	}
	for (size_t i = 0; i < UNIT_COUNT; i++) {
		if (units[i].is_bytes == is_bytes && strcmp(units[i].word, unit) == 0) {
			return units[i].factor;
		}
	}
	return 0;
}

int aspan_check_limit_parse(const char **text, bool is_bytes, uint64_t *limit, char *message,
			    size_t message_bytes)
{
	char unit[MAX_UNIT], *end;
	uint64_t factor;
	long double number;

	skip_space(text);
	if (!isdigit((unsigned char) **text)) {
		snprintf(message, message_bytes,
			 "a number is missing after the comparison, before '%.20s'", *text);
		return -EINVAL;
	}
	number = strtold(*text, &end);
	*text = end;
	read_unit(text, unit);
	factor = find_factor(unit, is_bytes);
	if (factor == 0) {
		snprintf(message, message_bytes, "'%s' is no unit of %s", unit,
			 is_bytes ? "bytes: B, KiB, MiB, GiB, TiB, kB, MB, GB and TB are" :
				    "what is counted: k, M and G are, or none");
		return -EINVAL;
	}
	number *= (long double) factor;
	if (number >= 18446744073709551616.0L || number != (long double) (uint64_t) number) {
		snprintf(message, message_bytes, "the limit is no whole number of 64 bits");
		return -EINVAL;
	}
	*limit = (uint64_t) number;
	return 0;
}

char *aspan_check_number_format(char text[ASPAN_CHECK_NUMBER_SIZE], uint64_t number, bool is_bytes)
{
	char rounded[ASPAN_TEXT_NUMBER_SIZE];

	if (is_bytes && number >= 1024) {
		snprintf(text, ASPAN_CHECK_NUMBER_SIZE, "%" PRIu64 " B (%s)", number,
			 aspan_text_format_bytes(rounded, number));
	} else {
		snprintf(text, ASPAN_CHECK_NUMBER_SIZE, is_bytes ? "%" PRIu64 " B" : "%" PRIu64,
			 number);
	}
	return text;
}

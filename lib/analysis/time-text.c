/* SPDX-License-Identifier: MIT */
/*
 * See time-text.h.
 *
 * Numbers are read digit by digit: a double has too few of them for nanoseconds since the epoch.
 */
#include "time-text.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#define NS_PER_S UINT64_C(1000000000)

/* A whole number and a fraction in units of 1/scale. Moves *text behind it. */
static int parse_scaled(const char **text, uint64_t scale, uint64_t *value)
{
	const char *in = *text;
	uint64_t whole = 0;

	if (!isdigit((unsigned char) *in)) {
		return -EINVAL;
	}
	for (; isdigit((unsigned char) *in); in++) {
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, (uint64_t) (*in - '0'), &whole)) {
			return -ERANGE;
		}
	}
	if (__builtin_mul_overflow(whole, scale, value)) {
		return -ERANGE;
	}
	if (*in == '.') {
		uint64_t unit = scale;

		for (in++; isdigit((unsigned char) *in); in++) {
			unit /= 10;
			if (__builtin_add_overflow(*value, (uint64_t) (*in - '0') * unit, value)) {
				return -ERANGE;
			}
		}
	}
	*text = in;
	return 0;
}

int aspan_time_parse_duration(const char *text, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "ns", 1 },	   { "us", 1000 },	   { "ms", 1000000 },
		{ "s", NS_PER_S }, { "m", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S },
	};
	size_t number_length = strspn(text, "0123456789.");

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + number_length, units[i].name) == 0) {
			int result = parse_scaled(&text, units[i].ns, ns);

			return result || strcmp(text, units[i].name) == 0 ? result : -EINVAL;
		}
	}
	return -EINVAL;
}

/* "12:30", "12:30:05", "12:30:05.25" into *date and nanoseconds. */
static int parse_time_of_day(const char *text, struct tm *date, uint64_t *ns)
{
	const char *rest = strptime(text, "%H:%M", date);

	*ns = 0;
	if (!rest) {
		return -EINVAL;
	}
	date->tm_sec = 0;
	if (*rest == ':') {
		rest++;
		if (parse_scaled(&rest, NS_PER_S, ns) || *ns >= 61 * NS_PER_S) {
			return -EINVAL;
		}
	}
	return *rest ? -EINVAL : 0;
}

static int add_date(struct tm *date, uint64_t ns, uint64_t *sum)
{
	time_t seconds;

	date->tm_isdst = -1;
	seconds = mktime(date);
	if (seconds < 0 || __builtin_mul_overflow((uint64_t) seconds, NS_PER_S, sum) ||
	    __builtin_add_overflow(*sum, ns, sum)) {
		return -ERANGE;
	}
	return 0;
}

static int parse_date(const char *text, const struct aspan_time_range *range, uint64_t *parsed)
{
	struct tm date = { 0 };
	const char *rest = strptime(text, "%Y-%m-%d", &date);
	uint64_t ns;
	int result;

	if (rest && (*rest == ' ' || *rest == 'T')) {
		result = parse_time_of_day(rest + 1, &date, &ns);
		return result ? result : add_date(&date, ns, parsed);
	}
	date = (struct tm){ 0 };
	result = parse_time_of_day(text, &date, &ns);
	if (!result) {
		time_t begin = (time_t) (range->begin_ns / NS_PER_S);
		struct tm day;

		if (range->begin_ns == 0 || !localtime_r(&begin, &day)) {
			return -ENODATA;
		}
		day.tm_hour = date.tm_hour;
		day.tm_min = date.tm_min;
		day.tm_sec = 0;
		result = add_date(&day, ns, parsed);
	}
	return result;
}

static int parse_from_end(const char *text, const struct aspan_time_range *range,
			  struct aspan_time *time)
{
	uint64_t ns;
	int result = aspan_time_parse_duration(text, &ns);

	if (result) {
		return result;
	}
	if (range->end_ns == 0) {
		return -ENODATA;
	}
	time->ns = ns < range->end_ns ? range->end_ns - ns : 0;
	return 0;
}

int aspan_time_parse(const char *text, const struct aspan_time_range *range,
		     struct aspan_time *time)
{
	*time = (struct aspan_time){ .is_relative = false };
	if (*text == '-') {
		return parse_from_end(text + 1, range, time);
	}
	if (*text == '@') {
		int result;

		text++;
		result = parse_scaled(&text, 1, &time->ns);
		return result || !*text ? result : -EINVAL;
	}
	if (strchr(text, ':')) {
		return parse_date(text, range, &time->ns);
	}
	time->is_relative = true;
	return aspan_time_parse_duration(*text == '+' ? text + 1 : text, &time->ns);
}

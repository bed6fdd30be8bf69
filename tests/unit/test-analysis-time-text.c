/* SPDX-License-Identifier: MIT */
/*
 * Times as people write them, to the nanosecond.
 */
#include "time-text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static void assert_duration(const char *text, uint64_t expected)
{
	uint64_t ns;

	assert_int_equal(aspan_time_parse_duration(text, &ns), 0);
	assert_int_equal(ns, expected);
}

static void durations_have_a_unit(void **state)
{
	(void) state;
	assert_duration("7ns", 7);
	assert_duration("1.5us", 1500);
	assert_duration("0.000001ms", 1);
	assert_duration("2s", 2000000000);
	assert_duration("3m", UINT64_C(180000000000));
	assert_duration("1h", UINT64_C(3600000000000));
	/* More digits than there are nanoseconds. */
	assert_duration("1.00000000055s", 1000000000);
}

static void what_is_no_duration_is_refused(void **state)
{
	static const char *const texts[] = { "", "s", "1", "1x", "-1s", "1.5.5s", "1 s", ".5s" };
	uint64_t ns;

	(void) state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(aspan_time_parse_duration(texts[i], &ns), -EINVAL);
	}
	assert_int_equal(aspan_time_parse_duration("99999999999999999999ns", &ns), -ERANGE);
	assert_int_equal(aspan_time_parse_duration("99999999999h", &ns), -ERANGE);
}

/* 2026-11-23 02:00:00 UTC, and ten seconds. */
static const struct aspan_time_range range = { .begin_ns = UINT64_C(1795399200000000000),
					       .end_ns = UINT64_C(1795399210000000000) };

static void assert_time(const char *text, bool is_relative, uint64_t expected)
{
	struct aspan_time time;

	assert_int_equal(aspan_time_parse(text, &range, &time), 0);
	assert_int_equal(time.is_relative, is_relative);
	assert_int_equal(time.ns, expected);
}

static void times_are_relative_or_of_the_clock(void **state)
{
	(void) state;
	assert_time("2s", true, 2000000000);
	assert_time("+2s", true, 2000000000);
	assert_time("-3s", false, range.end_ns - 3000000000);
	assert_time("-1h", false, range.end_ns - UINT64_C(3600000000000));
	assert_time("@1795399200000000001", false, UINT64_C(1795399200000000001));
	assert_time("02:00:05", false, range.begin_ns + 5000000000);
	assert_time("02:00:05.25", false, range.begin_ns + 5250000000);
	assert_time("02:01", false, range.begin_ns + 60000000000);
	assert_time("2026-11-23 02:00:05.000000001", false, range.begin_ns + 5000000001);
	assert_time("2026-11-23T02:00:05", false, range.begin_ns + 5000000000);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const texts[] = {
		"",  "now",  "5",     "12:",	   "12:30:99",	 "@",	   "@5s",
		"-", "--5s", "25:00", "12:30:05x", "2026-11-23", "-02:00", "2026-13-01 00:00"
	};
	struct aspan_time time;

	(void) state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (aspan_time_parse(texts[i], &range, &time) != -EINVAL) {
			fail_msg("'%s' passes", texts[i]);
		}
	}
}

static void what_needs_the_trace_says_so_where_that_is_not_known(void **state)
{
	const struct aspan_time_range unknown = { 0 };
	struct aspan_time time;

	(void) state;
	assert_int_equal(aspan_time_parse("-5s", &unknown, &time), -ENODATA);
	assert_int_equal(aspan_time_parse("02:00", &unknown, &time), -ENODATA);
	assert_int_equal(aspan_time_parse("2026-11-23 02:00", &unknown, &time), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_have_a_unit),
		cmocka_unit_test(what_is_no_duration_is_refused),
		cmocka_unit_test(times_are_relative_or_of_the_clock),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(what_needs_the_trace_says_so_where_that_is_not_known),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

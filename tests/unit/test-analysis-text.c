/* SPDX-License-Identifier: MIT */
/*
 * Strings of a trace become harmless, and numbers are as people read them.
 */
#include "text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_escaped(const char *string, const char *expected)
{
	char *text = aspan_text_escape(string);

	assert_string_equal(text, expected);
	free(text);
}

static void assert_utf8(const char *string, const char *expected)
{
	char *text = aspan_text_to_utf8(string);

	assert_string_equal(text, expected);
	free(text);
}

static void text_stays_as_it_is(void **state)
{
	(void) state;
	assert_escaped("", "");
	assert_escaped("parser tenant=42", "parser tenant=42");
	assert_escaped("gr\xc3\xbc\xc3\x9f \xe4\xb8\xad \xf0\x9f\x98\x80",
		       "gr\xc3\xbc\xc3\x9f \xe4\xb8\xad \xf0\x9f\x98\x80");
}

static void control_characters_cannot_reach_a_terminal(void **state)
{
	(void) state;
	assert_escaped("\x1b[2Ja\nb\x7f", "\\x1b[2Ja\\x0ab\\x7f");
	/* C1's CSI, an override of the direction, a line separator. */
	assert_escaped("\xc2\x9b", "\\u{9b}");
	assert_escaped("\xe2\x80\xae", "\\u{202e}");
	assert_escaped("\xe2\x80\xa8", "\\u{2028}");
	assert_escaped("a\\x1b", "a\\\\x1b");
}

static void bytes_that_are_no_utf8_are_shown(void **state)
{
	(void) state;
	assert_escaped("\xff\xfe", "\\xff\\xfe");
	/* Cut short; longer than needed; a surrogate; above the last character. */
	assert_escaped("\xe4\xb8", "\\xe4\\xb8");
	assert_escaped("\xc0\xaf", "\\xc0\\xaf");
	assert_escaped("\xed\xa0\x80", "\\xed\\xa0\\x80");
	assert_escaped("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
}

static void formats_get_utf8_whatever_the_trace_holds(void **state)
{
	(void) state;
	assert_utf8("a\xc3\xbc\x01", "a\xc3\xbc\x01");
	assert_utf8("a\xff z\xe4\xb8", "a\xef\xbf\xbd z\xef\xbf\xbd\xef\xbf\xbd");
}

static void a_cut_never_falls_into_a_character(void **state)
{
	(void) state;
	assert_int_equal(aspan_text_fit("abc", 2), 2);
	assert_int_equal(aspan_text_fit("abc", 9), 3);
	assert_int_equal(aspan_text_fit("a\xc3\xbc"
					"c",
					2),
			 3);
}

static void bytes_have_binary_units(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" },
		{ 1048575, "1.0 MiB" },
		{ UINT64_C(3) << 30, "3.0 GiB" },
		{ UINT64_MAX, "16.0 EiB" },
	};
	char text[ASPAN_TEXT_NUMBER_SIZE];

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(aspan_text_format_bytes(text, cases[i].bytes), cases[i].text);
	}
}

static void durations_have_the_unit_that_fits(void **state)
{
	char text[ASPAN_TEXT_NUMBER_SIZE];

	(void) state;
	assert_string_equal(aspan_text_format_duration(text, 1500), "1.5 us");
	assert_string_equal(aspan_text_format_duration(text, 7300000), "7.3 ms");
	assert_string_equal(aspan_text_format_duration(text, UINT64_C(90500000000)), "90.500 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stays_as_it_is),
		cmocka_unit_test(control_characters_cannot_reach_a_terminal),
		cmocka_unit_test(bytes_that_are_no_utf8_are_shown),
		cmocka_unit_test(formats_get_utf8_whatever_the_trace_holds),
		cmocka_unit_test(a_cut_never_falls_into_a_character),
		cmocka_unit_test(bytes_have_binary_units),
		cmocka_unit_test(durations_have_the_unit_that_fits),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

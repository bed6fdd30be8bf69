/* SPDX-License-Identifier: MIT */
/*
 * The arguments of tracepoints as a probe of any signature reads them, and as they stand in tags.
 */
#include "bind-support.h"

#include <limits.h>

/* Binds an event by one of its arguments, fires it, and asserts the value in the tag. */
#define ASSERT_READ(argument, value, event, ...)                                                   \
	do {                                                                                       \
		struct allocspan_binding *binding =                                                \
			bound("bound:" #event "..bound:done,by=" argument);                        \
                                                                                                   \
		FIRE(event, ##__VA_ARGS__);                                                        \
		assert_active("bound:" #event, argument, value);                                   \
		FIRE(done);                                                                        \
		assert_none_active();                                                              \
		allocspan_binding_release(binding);                                                \
	} while (0)

#define SMALLEST INT8_MIN, 0, INT16_MIN, 0, INT32_MIN, 0, INT64_MIN, 0, false, COLOUR_BLUE
#define LARGEST                                                                                    \
	INT8_MAX, UINT8_MAX, INT16_MAX, UINT16_MAX, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX,  \
		true, COLOUR_GREEN

static void every_width_and_sign_is_read(void **state)
{
	(void) state;
	ASSERT_READ("i8", "-128", integers, SMALLEST);
	ASSERT_READ("u8", "0", integers, SMALLEST);
	ASSERT_READ("i16", "-32768", integers, SMALLEST);
	ASSERT_READ("u16", "0", integers, SMALLEST);
	ASSERT_READ("i32", "-2147483648", integers, SMALLEST);
	ASSERT_READ("u32", "0", integers, SMALLEST);
	ASSERT_READ("i64", "-9223372036854775808", integers, SMALLEST);
	ASSERT_READ("u64", "0", integers, SMALLEST);
	ASSERT_READ("flag", "0", integers, SMALLEST);
	ASSERT_READ("colour", "-3", integers, SMALLEST);
	ASSERT_READ("i8", "127", integers, LARGEST);
	ASSERT_READ("u8", "255", integers, LARGEST);
	ASSERT_READ("i16", "32767", integers, LARGEST);
	ASSERT_READ("u16", "65535", integers, LARGEST);
	ASSERT_READ("i32", "2147483647", integers, LARGEST);
	ASSERT_READ("u32", "4294967295", integers, LARGEST);
	ASSERT_READ("i64", "9223372036854775807", integers, LARGEST);
	ASSERT_READ("u64", "18446744073709551615", integers, LARGEST);
	ASSERT_READ("flag", "1", integers, LARGEST);
	ASSERT_READ("colour", "7", integers, LARGEST);
}

#define WORDS                                                                                      \
	'a', -5, 250, -300, ULONG_MAX, LLONG_MIN, SIZE_MAX, (const int *) 0xdeadbeef0UL,           \
		4000000000U, -1

static void types_of_several_words_are_read(void **state)
{
	(void) state;
	ASSERT_READ("c", "97", words, WORDS);
	ASSERT_READ("sc", "-5", words, WORDS);
	ASSERT_READ("uc", "250", words, WORDS);
	ASSERT_READ("s", "-300", words, WORDS);
	ASSERT_READ("ul", "18446744073709551615", words, WORDS);
	ASSERT_READ("ll", "-9223372036854775808", words, WORDS);
	ASSERT_READ("size", "18446744073709551615", words, WORDS);
	ASSERT_READ("pointer", "0xdeadbeef0", words, WORDS);
	ASSERT_READ("u", "4000000000", words, WORDS);
	ASSERT_READ("ssize", "-1", words, WORDS);
}

#define MIXED -1, 0.5, "seven", 1.25F, -2000000000000L, -1e300, 65535, -0.1F, -7, 123456789012UL

static void floats_between_integers_move_nothing(void **state)
{
	(void) state;
	ASSERT_READ("a", "-1", mixed, MIXED);
	ASSERT_READ("x", "0.5", mixed, MIXED);
	ASSERT_READ("text", "seven", mixed, MIXED);
	ASSERT_READ("y", "1.25", mixed, MIXED);
	ASSERT_READ("b", "-2000000000000", mixed, MIXED);
	ASSERT_READ("z", "-1e+300", mixed, MIXED);
	ASSERT_READ("c", "65535", mixed, MIXED);
	ASSERT_READ("w", "-0.1", mixed, MIXED);
	ASSERT_READ("d", "-7", mixed, MIXED);
	ASSERT_READ("e", "123456789012", mixed, MIXED);
}

#define FLOATS 0., 1.F, 2., 3., 4., 5., 6., 7., 8.F, 9.

static void more_floats_than_registers_are_read(void **state)
{
	(void) state;
	ASSERT_READ("f0", "0", floats, FLOATS);
	ASSERT_READ("f1", "1", floats, FLOATS);
	ASSERT_READ("f7", "7", floats, FLOATS);
	ASSERT_READ("f8", "8", floats, FLOATS);
	ASSERT_READ("f9", "9", floats, FLOATS);
}

#define WIDE 1.5L, 11, (__int128) -1, 12, 2, 3, 4, 2.5L, -13

static void what_is_wider_than_a_register_is_stepped_over(void **state)
{
	(void) state;
	ASSERT_READ("after_float", "11", wide, WIDE);
	ASSERT_READ("after_integer", "12", wide, WIDE);
	ASSERT_READ("i2", "2", wide, WIDE);
	ASSERT_READ("i4", "4", wide, WIDE);
	ASSERT_READ("last", "-13", wide, WIDE);
}

static void what_is_wider_than_a_register_is_refused(void **state)
{
	(void) state;
	assert_refused("bound:wide..bound:done,by=wide_float",
		       "bound:wide: the argument 'wide_float' cannot be read: 'long double'");
	assert_refused("bound:wide..bound:done,by=wide_integer",
		       "bound:wide: the argument 'wide_integer' cannot be read: '__int128'");
}

static void a_structure_and_what_comes_after_it_is_refused(void **state)
{
	const struct large large = { { 1, 2, 3, 4 } };

	(void) state;
	ASSERT_READ("before", "5", values, 5, large, 6);
	assert_refused("bound:values..bound:done,by=large",
		       "bound:values: the argument 'large' cannot be read: 'struct large' is not");
	assert_refused(
		"bound:values..bound:done,by=after",
		"bound:values: the argument 'after' cannot be read: how 'struct large large' "
		"before it is passed is not known");
}

static void a_type_name_that_is_not_known_is_refused(void **state)
{
	const unknown_t strange = { 1 };

	(void) state;
	ASSERT_READ("before", "5", unknown, 5, strange, 6);
	assert_refused("bound:unknown..bound:done,by=strange", "'unknown_t' is not");
	assert_refused("bound:unknown..bound:done,by=after", "how 'unknown_t strange' before it");
}

static void an_argument_that_is_not_there_is_refused_with_those_that_are(void **state)
{
	(void) state;
	assert_refused("bound:api..bound:done,by=phse",
		       "bound:api: there is no argument 'phse'; it has: function, phase");
	assert_refused("bound:string..bound:done[x=1]",
		       "bound:done: there is no argument 'x': it has none");
}

static void strings_are_read(void **state)
{
	(void) state;
	ASSERT_READ("text", "one", string, "one");
	ASSERT_READ("text", "", string, "");
	ASSERT_READ("text", "(null)", string, NULL);
	ASSERT_READ("text", "K\xc3\xb6ln, \xe2\x82\xac", string, "K\xc3\xb6ln, \xe2\x82\xac");
}

static void bytes_that_are_not_utf8_are_escaped(void **state)
{
	(void) state;
	ASSERT_READ("text", "a\\xffb", string,
		    "a\xff"
		    "b");
	ASSERT_READ("text", "\\xc3", string, "\xc3");
	ASSERT_READ("text", "\\xed\\xa0\\x80", string, "\xed\xa0\x80");
}

static void the_first_255_bytes_of_a_string_count(void **state)
{
	char text[100001];
	char expected[256];

	(void) state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(expected, 'x', sizeof(expected) - 1);
	expected[sizeof(expected) - 1] = '\0';
	ASSERT_READ("text", expected, string, text);
	/* A character that would not fit is left out as a whole. */
	memcpy(text + 254, "\xc3\xb6", 2);
	expected[254] = '\0';
	ASSERT_READ("text", expected, string, text);
}

static void a_string_is_a_key_by_what_it_says(void **state)
{
	struct allocspan_binding *binding = bound("bound:string..bound:done,by=text");
	char first[] = "same";
	char second[] = "same";

	(void) state;
	FIRE(string, first);
	FIRE(done);
	first[0] = 'S';
	FIRE(string, second);
	FIRE(done);
	assert_int_equal(binding_stats(binding).groups, 1);
	FIRE(string, first);
	FIRE(done);
	assert_int_equal(binding_stats(binding).groups, 2);
	allocspan_binding_release(binding);
}

/* The only argument that is read, in a register that others do not use. */
static void a_floating_point_number_alone_is_read(void **state)
{
	struct allocspan_binding *binding = bound("bound:floats[f1=0.25]..bound:done");

	(void) state;
	FIRE(floats, 1, 0.5F, 3, 4, 5, 6, 7, 8, 9, 10);
	assert_none_active();
	FIRE(floats, 1, 0.25F, 3, 4, 5, 6, 7, 8, 9, 10);
	assert_active("bound:floats", NULL, NULL);
	FIRE(done);
	allocspan_binding_release(binding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_floating_point_number_alone_is_read),
		cmocka_unit_test(every_width_and_sign_is_read),
		cmocka_unit_test(types_of_several_words_are_read),
		cmocka_unit_test(floats_between_integers_move_nothing),
		cmocka_unit_test(more_floats_than_registers_are_read),
		cmocka_unit_test(what_is_wider_than_a_register_is_stepped_over),
		cmocka_unit_test(what_is_wider_than_a_register_is_refused),
		cmocka_unit_test(a_structure_and_what_comes_after_it_is_refused),
		cmocka_unit_test(a_type_name_that_is_not_known_is_refused),
		cmocka_unit_test(an_argument_that_is_not_there_is_refused_with_those_that_are),
		cmocka_unit_test(strings_are_read),
		cmocka_unit_test(bytes_that_are_not_utf8_are_escaped),
		cmocka_unit_test(the_first_255_bytes_of_a_string_count),
		cmocka_unit_test(a_string_is_a_key_by_what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

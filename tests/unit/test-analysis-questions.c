/* SPDX-License-Identifier: MIT */
/*
 * The words of --by, --show and --sort, and what is said of others.
 */
#include "questions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char message[512];

static int add_by(struct aspan_questions *questions, const char *text)
{
	return aspan_questions_add_breakdown(questions, text, message, sizeof(message));
}

static int add_show(struct aspan_questions *questions, const char *text)
{
	return aspan_questions_add_extras(questions, text, message, sizeof(message));
}

static void assert_by(const char *text, const char *expected)
{
	struct aspan_questions questions = { 0 };
	char written[ASPAN_BREAKDOWN_TEXT_SIZE];

	assert_int_equal(add_by(&questions, text), 0);
	assert_int_equal(questions.breakdown_count, 1);
	assert_string_equal(aspan_breakdown_get_text(&questions.breakdowns[0], written), expected);
}

static void what_a_line_is_about_has_one_or_two_words(void **state)
{
	(void) state;
	assert_by("group", "group");
	assert_by("tag:tenant", "tag:tenant");
	assert_by("tag:tenant,span", "tag:tenant,span");
	assert_by("callsite,thread", "callsite,thread");
	assert_by("span,span", "span");
	/* A key with a comma in it. */
	assert_by("tag:a\\,b,host", "tag:a\\,b,host");
}

static void assert_refused(const char *text, const char *expected)
{
	struct aspan_questions questions = { 0 };

	assert_int_not_equal(add_by(&questions, text), 0);
	if (!strstr(message, expected)) {
		fail_msg("'%s' gives: %s", text, message);
	}
	assert_int_equal(questions.breakdown_count, 0);
}

static void wrong_words_are_refused_with_what_may_be_meant(void **state)
{
	struct aspan_questions questions = { 0 };
	char longest[ASPAN_TAG_KEY_BYTES + 8] = "tag:";

	(void) state;
	assert_refused("spam", "did you mean 'span'?");
	assert_refused("tenant", "it is group, tag:KEY, span");
	assert_refused("tag", "name the tag's key");
	assert_refused("tag:", "name the tag's key");
	assert_refused("", "cannot be ''");
	assert_refused("group,", "cannot be ''");
	assert_refused("group,span,thread", "at most 2");
	memset(longest + 4, 'k', ASPAN_TAG_KEY_BYTES);
	assert_refused(longest, "longer than a key can be");
	assert_int_not_equal(add_show(&questions, "leeks"), 0);
	assert_non_null(strstr(message, "did you mean 'leaks'?"));
	assert_int_not_equal(add_show(&questions, "sizes,,leaks"), 0);
	assert_int_not_equal(aspan_questions_set_sort(&questions, "peek", message, sizeof(message)),
			     0);
	assert_non_null(strstr(message, "did you mean 'peak'?"));
}

static void the_same_breakdown_is_asked_once(void **state)
{
	struct aspan_questions questions = { 0 };

	(void) state;
	assert_int_equal(add_by(&questions, "span"), 0);
	assert_int_equal(add_by(&questions, "span"), 0);
	assert_int_equal(add_by(&questions, "span,group"), 0);
	assert_int_equal(questions.breakdown_count, 2);
}

static void there_are_never_more_breakdowns_than_room(void **state)
{
	struct aspan_questions questions = { 0 };
	char text[32];
	int refused = 0;

	(void) state;
	for (int i = 0; i < 2 * ASPAN_BREAKDOWNS_MAX; i++) {
		snprintf(text, sizeof(text), "tag:k%d", i);
		refused += add_by(&questions, text) != 0;
	}
	assert_int_equal(questions.breakdown_count + (size_t) refused, 2 * ASPAN_BREAKDOWNS_MAX);
	assert_in_range(questions.breakdown_count, 8,
			ASPAN_BREAKDOWNS_MAX - 1 - ASPAN_FOUND_TAG_KEYS_MAX);
	assert_non_null(strstr(message, "at most"));
}

static void extras_add_up_and_all_is_all(void **state)
{
	struct aspan_questions questions = { 0 };

	(void) state;
	assert_int_equal(add_show(&questions, "sizes,leaks"), 0);
	assert_true(aspan_questions_want(&questions, ASPAN_SHOW_SIZES));
	assert_true(aspan_questions_want(&questions, ASPAN_SHOW_LEAKS));
	assert_false(aspan_questions_want(&questions, ASPAN_SHOW_PEAK));
	assert_int_equal(add_show(&questions, "all"), 0);
	assert_true(aspan_questions_want(&questions, ASPAN_SHOW_TIMELINE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_line_is_about_has_one_or_two_words),
		cmocka_unit_test(wrong_words_are_refused_with_what_may_be_meant),
		cmocka_unit_test(the_same_breakdown_is_asked_once),
		cmocka_unit_test(there_are_never_more_breakdowns_than_room),
		cmocka_unit_test(extras_add_up_and_all_is_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

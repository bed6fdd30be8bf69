/* SPDX-License-Identifier: MIT */
/* The filter of `allocspan record`: one expression for two events. */
#include "record-filter.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect_translation(const char *expression, const char *expected)
{
	char *translated = NULL;

	assert_int_equal(aspan_record_filter_translate(expression, &translated), 0);
	assert_string_equal(translated, expected);
	free(translated);
}

static void expect_refusal(const char *expression)
{
	char *translated = (char *) &translated;

	assert_int_equal(aspan_record_filter_translate(expression, &translated), -EINVAL);
	assert_null(translated);
}

static void shared_fields_stay(void **state)
{
	(void) state;
	expect_translation("size > 100 && tags == \"*,a=b,*\"",
			   "size > 100 && tags == \"*,a=b,*\"");
	expect_translation("ptr==0x1f||kind==1||span_id!=2", "ptr==0x1f||kind==1||span_id!=2");
	expect_translation("", "");
}

static void group_means_the_owner(void **state)
{
	(void) state;
	expect_translation("group_id == 5 && !(group_id>7)",
			   "source_group_id == 5 && !(source_group_id>7)");
}

static void strings_are_left_alone(void **state)
{
	(void) state;
	expect_translation("tags == \"group_id nosuch \\\" group_id\" && group_id == 1",
			   "tags == \"group_id nosuch \\\" group_id\" && source_group_id == 1");
	expect_translation("tags == \"unfinished group_id", "tags == \"unfinished group_id");
	expect_translation("tags == \"\\", "tags == \"\\");
}

static void contexts_are_left_alone(void **state)
{
	(void) state;
	expect_translation("$ctx.group_id == 1 && $app.provider:group_id == 2",
			   "$ctx.group_id == 1 && $app.provider:group_id == 2");
}

static void fields_of_one_event_only_are_refused(void **state)
{
	(void) state;
	expect_refusal("delta < 0");
	expect_refusal("size > 1 && source_group_id == 1");
	expect_refusal("current_group_id == 1");
}

static void unknown_fields_are_refused(void **state)
{
	(void) state;
	expect_refusal("nosuch == 1");
	expect_refusal("sizes == 1");
	expect_refusal("siz == 1");
	expect_refusal("_size == 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_fields_stay),
		cmocka_unit_test(group_means_the_owner),
		cmocka_unit_test(strings_are_left_alone),
		cmocka_unit_test(contexts_are_left_alone),
		cmocka_unit_test(fields_of_one_event_only_are_refused),
		cmocka_unit_test(unknown_fields_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

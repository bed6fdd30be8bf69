/* SPDX-License-Identifier: MIT */
/*
 * The field `tags` is read as DESIGN 5 says, and nothing else is taken for it.
 */
#include "tag-string.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_group_without_tags_has_a_name(void **state)
{
	struct aspan_tags tags;

	(void) state;
	assert_int_equal(aspan_tags_parse(",group=parser,", &tags), 0);
	assert_string_equal(tags.name, "parser");
	assert_int_equal(tags.tag_count, 0);
	aspan_tags_fini(&tags);
}

static void tags_keep_their_order(void **state)
{
	struct aspan_tags tags;

	(void) state;
	assert_int_equal(aspan_tags_parse(",group=parser,tenant=42,a=b,", &tags), 0);
	assert_int_equal(tags.tag_count, 2);
	assert_string_equal(tags.tags[0].key, "tenant");
	assert_string_equal(tags.tags[0].value, "42");
	assert_string_equal(tags.tags[1].key, "a");
	assert_string_equal(tags.tags[1].value, "b");
	aspan_tags_fini(&tags);
}

static void escaped_characters_stand_for_themselves(void **state)
{
	struct aspan_tags tags;

	(void) state;
	assert_int_equal(aspan_tags_parse(",group=a\\,b\\=c\\\\,k\\=\\,=\\\\\\,,", &tags), 0);
	assert_string_equal(tags.name, "a,b=c\\");
	assert_int_equal(tags.tag_count, 1);
	assert_string_equal(tags.tags[0].key, "k=,");
	assert_string_equal(tags.tags[0].value, "\\,");
	aspan_tags_fini(&tags);
}

static void a_value_may_be_empty(void **state)
{
	struct aspan_tags tags;

	(void) state;
	assert_int_equal(aspan_tags_parse(",group=,k=,", &tags), 0);
	assert_string_equal(tags.name, "");
	assert_string_equal(tags.tags[0].value, "");
	aspan_tags_fini(&tags);
}

static void any_encoding_passes(void **state)
{
	struct aspan_tags tags;

	(void) state;
	assert_int_equal(aspan_tags_parse(",group=gr\xc3\xbc\xdf\x01,", &tags), 0);
	assert_string_equal(tags.name, "gr\xc3\xbc\xdf\x01");
	aspan_tags_fini(&tags);
}

static void what_has_another_form_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		",",
		",,",
		"group=a,",
		",group=a",
		",group",
		",group,",
		",group=a,b",
		",group=a,b,",
		",group=a,b=c",
		",group=a,,",
		",group=a,=b,",
		",group=a=b,",
		",group=a,k=v=w,",
		",tenant=42,",
		",groups=a,",
		",group=a\\",
		",group=a\\,",
		",group=a\\x,",
		",gro\\up=a,",
		",group=a,b=c,\\",
	};

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct aspan_tags tags;

		assert_int_equal(aspan_tags_parse(bad[i], &tags), -EINVAL);
		assert_null(tags.storage);
		aspan_tags_fini(&tags);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_without_tags_has_a_name),
		cmocka_unit_test(tags_keep_their_order),
		cmocka_unit_test(escaped_characters_stand_for_themselves),
		cmocka_unit_test(a_value_may_be_empty),
		cmocka_unit_test(any_encoding_passes),
		cmocka_unit_test(what_has_another_form_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Bad input to registering and interning gives the documented error and changes nothing (DESIGN 4.1.4).
 * One row an input; the last good value of each limit is there too.
 */
#include "support.h"

static char longest_name[ALLOCSPAN_NAME_MAX + 1];
static char long_name[ALLOCSPAN_NAME_MAX + 2];
static char longest_key[ALLOCSPAN_KEY_MAX + 1];
static char long_key[ALLOCSPAN_KEY_MAX + 2];
static char longest_value[ALLOCSPAN_VALUE_MAX + 1];
static char long_value[ALLOCSPAN_VALUE_MAX + 2];
static char keys[ALLOCSPAN_TAGS_MAX + 1][4];
static struct allocspan_tag many_tags[ALLOCSPAN_TAGS_MAX + 1];

#define TAGS(...)                                                                                  \
	.tags = (const struct allocspan_tag[]){ __VA_ARGS__ },                                     \
	.count = sizeof((struct allocspan_tag[]){ __VA_ARGS__ }) / sizeof(struct allocspan_tag)

static const struct {
	const char *what;
	const char *name;
	const struct allocspan_tag *tags;
	size_t count;
	int error;
} inputs[] = {
	{ "a NULL name", NULL, NULL, 0, EINVAL },
	{ "an empty name", "", NULL, 0, EINVAL },
	{ "the longest name", longest_name, NULL, 0, 0 },
	{ "a longer name", long_name, NULL, 0, ENAMETOOLONG },
	{ "NULL tags with a count", "name", NULL, 1, EINVAL },
	{ "NULL tags without a count", "name", NULL, 0, 0 },
	{ "a NULL key", "name", TAGS({ NULL, "value" }), EINVAL },
	{ "a NULL value", "name", TAGS({ "key", NULL }), EINVAL },
	{ "an empty key", "name", TAGS({ "", "value" }), EINVAL },
	{ "an empty value", "name", TAGS({ "key", "" }), 0 },
	{ "the reserved key", "name", TAGS({ "group", "value" }), EINVAL },
	{ "a key that begins as the reserved one", "name", TAGS({ "groups", "value" }), 0 },
	{ "the reserved key in the second place", "name", TAGS({ "a", "1" }, { "group", "b" }),
	  EINVAL },
	{ "a key twice", "name", TAGS({ "a", "1" }, { "b", "2" }, { "a", "3" }), EINVAL },
	{ "a value twice", "name", TAGS({ "a", "1" }, { "b", "1" }), 0 },
	{ "the longest key", "name", TAGS({ longest_key, "value" }), 0 },
	{ "a longer key", "name", TAGS({ long_key, "value" }), ENAMETOOLONG },
	{ "the longest value", "name", TAGS({ "key", longest_value }), 0 },
	{ "a longer value", "name", TAGS({ "key", long_value }), ENAMETOOLONG },
	{ "the most tags", "name", many_tags, ALLOCSPAN_TAGS_MAX, 0 },
	{ "more tags", "name", many_tags, ALLOCSPAN_TAGS_MAX + 1, E2BIG },
	{ "a count beyond all memory", "name", many_tags, SIZE_MAX, E2BIG },
	{ "separators and escapes", "a,b=c\\", TAGS({ "k,=\\", "v,=\\" }), 0 },
	{ "control characters and UTF-8", "\n\t", TAGS({ "\x01", "\xc3\xa4" }), 0 },
};

typedef struct allocspan_token *(*make_token)(const char *, const struct allocspan_tag *, size_t);

static void check_inputs(make_token make)
{
	const uint64_t misuses = allocspan_misuse_count();
	struct allocspan_token *before = registered("before");
	uint64_t last = allocspan_token_id(before);

	for (size_t i = 0; i < COUNT_OF(inputs); i++) {
		struct allocspan_token *token;

		errno = 0;
		token = make(inputs[i].name, inputs[i].tags, inputs[i].count);
		if ((token == NULL) != (inputs[i].error != 0) ||
		    (token == NULL && errno != inputs[i].error)) {
			fail_msg("%s: %s, errno %d instead of %d", inputs[i].what,
				 token != NULL ? "taken" : "refused", errno, inputs[i].error);
		}
		if (token != NULL) {
			/* Ids are given out one by one: what was refused took none. */
			assert_int_equal(allocspan_token_id(token), ++last);
			assert_string_equal(allocspan_token_name(token), inputs[i].name);
			allocspan_token_release(token);
		}
	}
	allocspan_token_release(before);
	assert_int_equal(allocspan_misuse_count(), misuses);
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void bad_input_to_register_gives_its_error_and_changes_nothing(void **state)
{
	(void) state;
	check_inputs(allocspan_token_register);
}

static void bad_input_to_intern_gives_its_error_and_changes_nothing(void **state)
{
	(void) state;
	check_inputs(allocspan_token_intern);
}

static void fill(char *text, size_t size_bytes, char letter)
{
	memset(text, letter, size_bytes - 1);
	text[size_bytes - 1] = 0;
}

static int set_up(void **state)
{
	(void) state;
	fill(longest_name, sizeof(longest_name), 'n');
	fill(long_name, sizeof(long_name), 'n');
	fill(longest_key, sizeof(longest_key), 'k');
	fill(long_key, sizeof(long_key), 'k');
	fill(longest_value, sizeof(longest_value), 'v');
	fill(long_value, sizeof(long_value), 'v');
	for (size_t i = 0; i < COUNT_OF(many_tags); i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%zu", i);
		many_tags[i] = (struct allocspan_tag){ keys[i], "value" };
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_input_to_register_gives_its_error_and_changes_nothing),
		cmocka_unit_test(bad_input_to_intern_gives_its_error_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

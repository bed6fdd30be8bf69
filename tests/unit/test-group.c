/* SPDX-License-Identifier: MIT */
/*
 * Groups and tokens: identity, copying, bad input (DESIGN 4.1.2 and 4.1.4). How their memory comes back
 * is in test-group-reclaim.c.
 */
#include "support.h"

static const struct allocspan_tag tags_ab[] = { { "a", "1" }, { "b", "2" } };
static const struct allocspan_tag tags_ba[] = { { "b", "2" }, { "a", "1" } };

static void ids_grow_and_are_never_used_again(void **state)
{
	uint64_t last = ALLOCSPAN_ROOT_GROUP_ID;

	(void) state;
	for (int round = 0; round < 1000; round++) {
		struct allocspan_token *token = registered("again");

		assert_true(allocspan_token_id(token) > last);
		last = allocspan_token_id(token);
		allocspan_token_release(token);
	}
}

static void registering_an_equal_name_and_tags_makes_another_group(void **state)
{
	struct allocspan_token *one = allocspan_token_register("equal", tags_ab, 2);
	struct allocspan_token *two = allocspan_token_register("equal", tags_ab, 2);

	(void) state;
	assert_int_not_equal(allocspan_token_id(one), allocspan_token_id(two));
	allocspan_token_release(one);
	allocspan_token_release(two);
}

static void interning_an_equal_name_and_tags_gives_the_same_group(void **state)
{
	struct allocspan_token *one = allocspan_token_intern("tenant", tags_ab, 2);
	char key_a[] = "a", value_1[] = "1", key_b[] = "b", value_2[] = "2", name[] = "tenant";
	const struct allocspan_tag elsewhere[] = { { key_a, value_1 }, { key_b, value_2 } };
	struct allocspan_token *two = allocspan_token_intern(name, elsewhere, 2);

	(void) state;
	assert_non_null(one);
	assert_int_equal(allocspan_token_id(one), allocspan_token_id(two));
	allocspan_token_release(one);
	assert_string_equal(allocspan_token_name(two), "tenant");
	allocspan_token_release(two);
}

static void interning_differs_by_name_tag_value_order_and_count(void **state)
{
	static const struct allocspan_tag other_value[] = { { "a", "1" }, { "b", "3" } };
	static const struct allocspan_tag other_key[] = { { "a", "1" }, { "c", "2" } };
	/* Joined without a separator, the next two would be equal to the first. */
	static const struct allocspan_tag shifted[] = { { "a", "1b" }, { "b", "2" } };
	static const struct allocspan_tag escaped[] = { { "a", "1,b=2" } };
	struct allocspan_token *tokens[] = {
		allocspan_token_intern("differs", tags_ab, 2),
		allocspan_token_intern("differs", tags_ba, 2),
		allocspan_token_intern("differs", tags_ab, 1),
		allocspan_token_intern("differs", NULL, 0),
		allocspan_token_intern("Differs", tags_ab, 2),
		allocspan_token_intern("differs", other_value, 2),
		allocspan_token_intern("differs", other_key, 2),
		allocspan_token_intern("differs", shifted, 2),
		allocspan_token_intern("differs", escaped, 1),
		allocspan_token_intern("differs,a=1", NULL, 0),
	};

	(void) state;
	for (size_t i = 0; i < COUNT_OF(tokens); i++) {
		assert_non_null(tokens[i]);
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(allocspan_token_id(tokens[i]),
					     allocspan_token_id(tokens[j]));
		}
	}
	for (size_t i = 0; i < COUNT_OF(tokens); i++) {
		allocspan_token_release(tokens[i]);
	}
}

static void interning_does_not_find_a_registered_group(void **state)
{
	struct allocspan_token *own = allocspan_token_register("private", tags_ab, 2);
	struct allocspan_token *shared = allocspan_token_intern("private", tags_ab, 2);

	(void) state;
	assert_int_not_equal(allocspan_token_id(own), allocspan_token_id(shared));
	allocspan_token_release(own);
	allocspan_token_release(shared);
}

static void each_intern_is_released_once(void **state)
{
	struct allocspan_token *token = allocspan_token_intern("counted", NULL, 0);
	const uint64_t id = allocspan_token_id(token);
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	assert_int_equal(allocspan_token_id(allocspan_token_intern("counted", NULL, 0)), id);
	allocspan_token_release(token);
	assert_int_equal(allocspan_token_id(allocspan_token_intern("counted", NULL, 0)), id);
	allocspan_token_release(token);
	allocspan_token_release(token);

	assert_true(interned_group_is_gone("counted", id));
	assert_int_equal(allocspan_misuse_count(), misuses);
}

static void what_is_given_is_copied(void **state)
{
	char name[] = "copied", key[] = "key", value[] = "value";
	const struct allocspan_tag given[] = { { key, value } };
	static const struct allocspan_tag original[] = { { "key", "value" } };
	struct allocspan_token *token = allocspan_token_intern(name, given, 1);
	struct allocspan_token *same;

	(void) state;
	memset(name, 'x', sizeof(name) - 1);
	memset(key, 'x', sizeof(key) - 1);
	memset(value, 'x', sizeof(value) - 1);
	assert_string_equal(allocspan_token_name(token), "copied");
	same = allocspan_token_intern("copied", original, 1);
	assert_int_equal(allocspan_token_id(token), allocspan_token_id(same));
	allocspan_token_release(token);
	allocspan_token_release(same);
}

static void equal_tags_are_stored_once(void **state)
{
	enum { GROUPS = 20000 };
	static struct allocspan_token *tokens[GROUPS];
	char value[ALLOCSPAN_VALUE_MAX + 1];
	char keys[ALLOCSPAN_TAGS_MAX][2];
	struct allocspan_tag tags[ALLOCSPAN_TAGS_MAX];
	long before, copies_kib;

	(void) state;
	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = 0;
	for (size_t i = 0; i < COUNT_OF(tags); i++) {
		keys[i][0] = (char) ('a' + i);
		keys[i][1] = 0;
		tags[i] = (struct allocspan_tag){ keys[i], value };
	}
	copies_kib = (long) GROUPS * ALLOCSPAN_TAGS_MAX * ALLOCSPAN_VALUE_MAX / 1024;
	before = resident_kib();
	for (size_t i = 0; i < GROUPS; i++) {
		tokens[i] = allocspan_token_register("same tags", tags, COUNT_OF(tags));
		assert_non_null(tokens[i]);
	}
	assert_grown_less(before, copies_kib / 4);
	for (size_t i = 0; i < GROUPS; i++) {
		allocspan_token_release(tokens[i]);
	}
}

static void a_hundred_thousand_groups_live_at_once(void **state)
{
	enum { GROUPS = 100000 };
	static struct allocspan_token *tokens[GROUPS];
	char *space = address_space((size_t) GROUPS * 64);
	char name[32];

	(void) state;
	for (size_t i = 0; i < GROUPS; i++) {
		snprintf(name, sizeof(name), "group %zu", i);
		tokens[i] = registered(name);
		announce_in(tokens[i], space + i * 64, i);
	}
	for (size_t i = 0; i < GROUPS; i++) {
		snprintf(name, sizeof(name), "group %zu", i);
		assert_string_equal(allocspan_token_name(tokens[i]), name);
		assert_int_equal(allocspan_block_group_id(space + i * 64),
				 allocspan_token_id(tokens[i]));
	}
	for (size_t i = 0; i < GROUPS; i += 997) {
		assert_stats(tokens[i], 1, i, 0, 0);
	}
	for (size_t i = 0; i < GROUPS; i++) {
		assert_int_equal(allocspan_block_retire(space + i * 64), 0);
		allocspan_token_release(tokens[i]);
	}
	munmap(space, (size_t) GROUPS * 64);
}

static void the_root_group_is_always_registered(void **state)
{
	struct allocspan_token *root = allocspan_token_get_root();
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	assert_int_equal(allocspan_token_id(root), ALLOCSPAN_ROOT_GROUP_ID);
	assert_string_equal(allocspan_token_name(root), "root");
	for (int i = 0; i < 3; i++) {
		allocspan_token_release(root);
	}
	assert_ptr_equal(allocspan_token_retain(root), root);
	assert_int_equal(allocspan_token_id(root), ALLOCSPAN_ROOT_GROUP_ID);
	assert_int_equal(allocspan_misuse_count(), misuses);
}

static void a_group_named_root_is_not_the_root_group(void **state)
{
	struct allocspan_token *token = allocspan_token_intern("root", NULL, 0);

	(void) state;
	assert_true(allocspan_token_id(token) > ALLOCSPAN_ROOT_GROUP_ID);
	allocspan_token_release(token);
}

static void null_tokens_answer_neutrally(void **state)
{
	struct allocspan_stats stats;
	struct allocspan_token *token = registered("here");

	(void) state;
	assert_int_equal(allocspan_token_id(NULL), 0);
	assert_null(allocspan_token_name(NULL));
	assert_null(allocspan_token_retain(NULL));
	assert_int_equal(allocspan_token_stats(NULL, &stats), -EINVAL);
	assert_int_equal(allocspan_token_stats(token, NULL), -EINVAL);
	assert_int_equal(allocspan_token_budget_set(NULL, 1), -EINVAL);
	allocspan_token_release(token);
}

static void a_retained_token_is_released_once_more(void **state)
{
	struct allocspan_token *token = registered("retained");
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	assert_ptr_equal(allocspan_token_retain(token), token);
	allocspan_token_release(token);
	assert_string_equal(allocspan_token_name(token), "retained");
	allocspan_token_release(token);
	assert_int_equal(allocspan_misuse_count(), misuses);
}

enum { THREADS = 4, ROUNDS = 5000 };

struct registering {
	pthread_t thread;
	bool intern;
	uint64_t ids[ROUNDS];
};

static void *register_many(void *argument)
{
	struct registering *mine = argument;

	for (int i = 0; i < ROUNDS; i++) {
		struct allocspan_token *token =
			mine->intern ? allocspan_token_intern("shared by threads", tags_ab, 2) :
				       allocspan_token_register("one of many", tags_ab, 2);

		mine->ids[i] = allocspan_token_id(token);
		allocspan_token_release(token);
	}
	return NULL;
}

static int by_value(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *) left, b = *(const uint64_t *) right;

	return (a > b) - (a < b);
}

static struct registering registerings[THREADS];

static void run_registerings(bool intern)
{
	for (int i = 0; i < THREADS; i++) {
		registerings[i].intern = intern;
		assert_int_equal(pthread_create(&registerings[i].thread, NULL, register_many,
						&registerings[i]),
				 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(registerings[i].thread, NULL);
	}
}

static void threads_that_register_at_once_get_ids_of_their_own(void **state)
{
	static uint64_t all[THREADS * ROUNDS];

	(void) state;
	run_registerings(false);
	for (int i = 0; i < THREADS; i++) {
		memcpy(&all[i * ROUNDS], registerings[i].ids, sizeof(registerings[i].ids));
	}
	qsort(all, COUNT_OF(all), sizeof(all[0]), by_value);
	for (size_t i = 1; i < COUNT_OF(all); i++) {
		assert_true(all[i - 1] < all[i]);
	}
}

static void threads_that_intern_at_once_share_one_group(void **state)
{
	struct allocspan_token *held = allocspan_token_intern("shared by threads", tags_ab, 2);

	(void) state;
	run_registerings(true);
	for (int i = 0; i < THREADS; i++) {
		for (int j = 0; j < ROUNDS; j++) {
			assert_int_equal(registerings[i].ids[j], allocspan_token_id(held));
		}
	}
	allocspan_token_release(held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_grow_and_are_never_used_again),
		cmocka_unit_test(registering_an_equal_name_and_tags_makes_another_group),
		cmocka_unit_test(interning_an_equal_name_and_tags_gives_the_same_group),
		cmocka_unit_test(interning_differs_by_name_tag_value_order_and_count),
		cmocka_unit_test(interning_does_not_find_a_registered_group),
		cmocka_unit_test(each_intern_is_released_once),
		cmocka_unit_test(what_is_given_is_copied),
		cmocka_unit_test(equal_tags_are_stored_once),
		cmocka_unit_test(a_hundred_thousand_groups_live_at_once),
		cmocka_unit_test(the_root_group_is_always_registered),
		cmocka_unit_test(a_group_named_root_is_not_the_root_group),
		cmocka_unit_test(null_tokens_answer_neutrally),
		cmocka_unit_test(a_retained_token_is_released_once_more),
		cmocka_unit_test(threads_that_register_at_once_get_ids_of_their_own),
		cmocka_unit_test(threads_that_intern_at_once_share_one_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Scope macros: active until the end of the enclosing block, however it is left (DESIGN 4.2.8). That
 * ALLOCSPAN_DISABLE compiles them to nothing is checked on the object of scope-disabled.c.
 */
#include "support.h"

static struct allocspan_token *first, *second;
static struct allocspan_span *span;

static void a_scope_ends_with_its_block(void **state)
{
	(void) state;
	{
		ALLOCSPAN_SCOPE(first);

		assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
		{
			ALLOCSPAN_SCOPE(second);

			assert_int_equal(allocspan_current_group_id(), allocspan_token_id(second));
		}
		assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	}
	assert_int_equal(allocspan_current_group_id(), 0);
}

static uint64_t return_early(bool early)
{
	ALLOCSPAN_SCOPE(first);

	if (early) {
		return allocspan_current_group_id();
	}
	return 0;
}

static void a_scope_ends_with_return_break_continue_and_goto(void **state)
{
	(void) state;
	assert_int_equal(return_early(true), allocspan_token_id(first));
	assert_int_equal(allocspan_current_group_id(), 0);
	return_early(false);
	assert_int_equal(allocspan_current_group_id(), 0);
	for (int i = 0; i < 3; i++) {
		ALLOCSPAN_SCOPE(first);

		if (i == 0) {
			continue;
		}
		if (i == 1) {
			break;
		}
	}
	assert_int_equal(allocspan_current_group_id(), 0);
	{
		ALLOCSPAN_SCOPE(first);

		goto outside;
	}
outside:
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void two_scopes_fit_in_one_block(void **state)
{
	(void) state;
	{
		ALLOCSPAN_SCOPE(first);
		ALLOCSPAN_SCOPE(second);
		ALLOCSPAN_SPAN_SCOPE(span);
		ALLOCSPAN_UNTRACKED_SCOPE();
		ALLOCSPAN_SPAN("one");
		ALLOCSPAN_SPAN("two");

		assert_true(allocspan_current_group_id() > allocspan_token_id(second));
	}
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_current_span_id(), 0);
}

static void a_span_scope_enters_the_span(void **state)
{
	(void) state;
	{
		ALLOCSPAN_SPAN_SCOPE(span);

		assert_int_equal(allocspan_current_span_id(), allocspan_span_id(span));
	}
	assert_int_equal(allocspan_current_span_id(), 0);
}

static void an_untracked_scope_tracks_nothing(void **state)
{
	(void) state;
	{
		ALLOCSPAN_SCOPE(first);
		{
			ALLOCSPAN_UNTRACKED_SCOPE();

			assert_int_equal(allocspan_current_group_id(), 0);
		}
		assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	}
}

struct site_ids {
	uint64_t span_id, group_id;
};

static void *pass_the_site(void *argument)
{
	struct site_ids *ids = argument;
	ALLOCSPAN_SPAN("site", "component", "xml", "level", "2");

	ids->span_id = allocspan_current_span_id();
	ids->group_id = allocspan_current_group_id();
	return NULL;
}

static void a_site_makes_its_span_and_token_once(void **state)
{
	static const struct allocspan_tag tags[] = { { "component", "xml" }, { "level", "2" } };
	struct site_ids once, again, elsewhere;
	struct allocspan_token *token;

	(void) state;
	pass_the_site(&once);
	pass_the_site(&again);
	run_in_thread(pass_the_site, &elsewhere);
	assert_true(once.span_id > 0);
	assert_memory_equal(&again, &once, sizeof(once));
	assert_memory_equal(&elsewhere, &once, sizeof(once));
	assert_int_equal(allocspan_current_span_id(), 0);

	token = allocspan_token_intern("site", tags, 2);
	assert_int_equal(allocspan_token_id(token), once.group_id);
	allocspan_token_release(token);
}

static void two_sites_with_equal_tags_share_the_group_and_not_the_span(void **state)
{
	uint64_t span_id, group_id;

	(void) state;
	{
		ALLOCSPAN_SPAN("twins", "a", "b");

		span_id = allocspan_current_span_id();
		group_id = allocspan_current_group_id();
	}
	{
		ALLOCSPAN_SPAN("twins", "a", "b");

		assert_int_not_equal(allocspan_current_span_id(), span_id);
		assert_int_equal(allocspan_current_group_id(), group_id);
	}
}

static void threads_that_reach_a_site_at_once_share_its_span(void **state)
{
	enum { THREADS = 8 };
	pthread_t threads[THREADS];
	struct site_ids ids[THREADS];

	(void) state;
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, pass_the_site, &ids[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_memory_equal(&ids[i], &ids[0], sizeof(ids[0]));
	}
}

static void a_site_that_cannot_be_made_counts_as_misuse_and_enters_nothing(void **state)
{
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	{
		ALLOCSPAN_SPAN("reserved key", "group", "b");

		assert_int_equal(allocspan_current_span_id(), 0);
		assert_int_equal(allocspan_current_group_id(), 0);
	}
	assert_int_equal(allocspan_misuse_count(), misuses + 1);
}

static int set_up(void **state)
{
	(void) state;
	first = registered("first");
	second = registered("second");
	span = allocspan_span_create("scoped");
	return span == NULL ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scope_ends_with_its_block),
		cmocka_unit_test(a_scope_ends_with_return_break_continue_and_goto),
		cmocka_unit_test(two_scopes_fit_in_one_block),
		cmocka_unit_test(a_span_scope_enters_the_span),
		cmocka_unit_test(an_untracked_scope_tracks_nothing),
		cmocka_unit_test(threads_that_reach_a_site_at_once_share_its_span),
		cmocka_unit_test(a_site_makes_its_span_and_token_once),
		cmocka_unit_test(two_sites_with_equal_tags_share_the_group_and_not_the_span),
		cmocka_unit_test(a_site_that_cannot_be_made_counts_as_misuse_and_enters_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

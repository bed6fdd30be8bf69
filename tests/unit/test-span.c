/* SPDX-License-Identifier: MIT */
/*
 * Spans: ids, attaching, re-entry, several threads, lifetime (DESIGN 4.2.7). What they record is in
 * tests/integration/recorded-spans.c.
 */
#include "support.h"

#include <stdatomic.h>

static struct allocspan_token *first, *second;

static void ids_grow_and_are_never_used_again(void **state)
{
	uint64_t last = 0;

	(void) state;
	for (int round = 0; round < 1000; round++) {
		struct allocspan_span *span = allocspan_span_create("again");

		assert_non_null(span);
		assert_true(allocspan_span_id(span) > last);
		last = allocspan_span_id(span);
		allocspan_span_release(span);
	}
	assert_int_equal(allocspan_span_id(NULL), 0);
}

static void bad_names_give_their_error(void **state)
{
	char name[ALLOCSPAN_NAME_MAX + 2];
	struct allocspan_span *span;

	(void) state;
	memset(name, 'n', sizeof(name));
	name[ALLOCSPAN_NAME_MAX + 1] = 0;
	errno = 0;
	assert_null(allocspan_span_create(NULL));
	assert_int_equal(errno, EINVAL);
	errno = 0;
	assert_null(allocspan_span_create(""));
	assert_int_equal(errno, EINVAL);
	errno = 0;
	assert_null(allocspan_span_create(name));
	assert_int_equal(errno, ENAMETOOLONG);
	name[ALLOCSPAN_NAME_MAX] = 0;
	span = allocspan_span_create(name);
	assert_non_null(span);
	allocspan_span_release(span);
}

static void null_is_passed_through_or_refused(void **state)
{
	struct allocspan_span *span = allocspan_span_create("nulls");

	(void) state;
	assert_null(allocspan_span_retain(NULL));
	assert_int_equal(allocspan_span_attach(NULL, first), -EINVAL);
	assert_int_equal(allocspan_span_attach(span, NULL), -EINVAL);
	assert_int_equal(allocspan_span_detach(NULL), -EINVAL);
	allocspan_span_release(span);
}

static void a_span_without_a_token_leaves_the_active_group(void **state)
{
	struct allocspan_span *span = allocspan_span_create("bare");
	struct allocspan_guard outside = allocspan_span_enter(span);
	struct allocspan_guard group, inside;

	(void) state;
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_guard_exit(&outside);

	group = allocspan_token_enter(first);
	inside = allocspan_span_enter(span);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	/* Out of order: the span must not keep what it left as it was. */
	allocspan_guard_exit(&group);
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_guard_exit(&inside);
	allocspan_span_release(span);
}

static void a_span_with_a_token_makes_its_group_active(void **state)
{
	struct allocspan_span *span = allocspan_span_create("with a token");
	struct allocspan_guard guard;

	(void) state;
	assert_int_equal(allocspan_span_attach(span, first), 0);
	guard = allocspan_span_enter(span);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&guard);
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_span_release(span);
}

static void a_detached_token_is_no_longer_made_active(void **state)
{
	struct allocspan_span *span = allocspan_span_create("detached");
	struct allocspan_guard guard;

	(void) state;
	assert_int_equal(allocspan_span_detach(span), -ENOENT);
	assert_int_equal(allocspan_span_attach(span, first), 0);
	assert_int_equal(allocspan_span_detach(span), 0);
	assert_int_equal(allocspan_span_detach(span), -ENOENT);
	guard = allocspan_span_enter(span);
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_guard_exit(&guard);
	allocspan_span_release(span);
}

static void replacing_the_token_leaves_entered_guards_their_group(void **state)
{
	struct allocspan_span *span = allocspan_span_create("replaced");
	struct allocspan_guard before, after;

	(void) state;
	assert_int_equal(allocspan_span_attach(span, first), 0);
	before = allocspan_span_enter(span);
	assert_int_equal(allocspan_span_attach(span, second), 0);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	after = allocspan_span_enter(span);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(second));
	assert_int_equal(allocspan_span_detach(span), 0);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(second));
	allocspan_guard_exit(&after);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&before);
	allocspan_span_release(span);
}

static void the_span_keeps_a_token_that_its_owner_released(void **state)
{
	struct allocspan_span *span = allocspan_span_create("keeps");
	struct allocspan_token *token = allocspan_token_intern("kept by a span", NULL, 0);
	const uint64_t id = allocspan_token_id(token);
	struct allocspan_guard guard;

	(void) state;
	assert_int_equal(allocspan_span_attach(span, token), 0);
	allocspan_token_release(token);
	guard = allocspan_span_enter(span);
	assert_int_equal(allocspan_current_group_id(), id);
	allocspan_guard_exit(&guard);

	assert_int_equal(allocspan_span_attach(span, first), 0);
	assert_true(interned_group_is_gone("kept by a span", id));
	allocspan_span_release(span);
}

static void releasing_a_span_lets_go_of_its_token(void **state)
{
	struct allocspan_span *span = allocspan_span_create("lets go");
	struct allocspan_token *token = allocspan_token_intern("of a released span", NULL, 0);
	const uint64_t id = allocspan_token_id(token);

	(void) state;
	assert_int_equal(allocspan_span_attach(span, token), 0);
	allocspan_token_release(token);
	allocspan_span_release(span);
	assert_true(interned_group_is_gone("of a released span", id));
}

static void the_current_span_is_the_innermost_entered(void **state)
{
	struct allocspan_span *a = allocspan_span_create("a");
	struct allocspan_span *b = allocspan_span_create("b");
	struct allocspan_guard in_a, in_b, in_token;

	(void) state;
	assert_int_equal(allocspan_current_span_id(), 0);
	in_a = allocspan_span_enter(a);
	assert_int_equal(allocspan_current_span_id(), allocspan_span_id(a));
	in_token = allocspan_token_enter(first);
	assert_int_equal(allocspan_current_span_id(), allocspan_span_id(a));
	in_b = allocspan_span_enter(b);
	assert_int_equal(allocspan_current_span_id(), allocspan_span_id(b));
	allocspan_guard_exit(&in_a);
	assert_int_equal(allocspan_current_span_id(), allocspan_span_id(b));
	allocspan_guard_exit(&in_b);
	assert_int_equal(allocspan_current_span_id(), 0);
	allocspan_guard_exit(&in_token);
	allocspan_span_release(a);
	allocspan_span_release(b);
}

static void untracked_does_not_leave_the_span(void **state)
{
	struct allocspan_span *span = allocspan_span_create("around");
	struct allocspan_guard guard = allocspan_span_enter(span);
	struct allocspan_guard untracked = allocspan_untracked_enter();

	(void) state;
	assert_int_equal(allocspan_current_span_id(), allocspan_span_id(span));
	allocspan_guard_exit(&untracked);
	allocspan_guard_exit(&guard);
	allocspan_span_release(span);
}

static void a_span_can_be_entered_again_while_it_is_entered(void **state)
{
	struct allocspan_span *span = allocspan_span_create("recursive");
	struct allocspan_guard guards[100];

	(void) state;
	assert_int_equal(allocspan_span_attach(span, first), 0);
	for (size_t i = 0; i < COUNT_OF(guards); i++) {
		guards[i] = allocspan_span_enter(span);
		assert_int_equal(allocspan_current_span_id(), allocspan_span_id(span));
	}
	for (size_t i = 0; i < COUNT_OF(guards); i++) {
		assert_int_equal(allocspan_current_span_id(), allocspan_span_id(span));
		assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
		allocspan_guard_exit(&guards[i]);
	}
	assert_int_equal(allocspan_current_span_id(), 0);
	allocspan_span_release(span);
}

enum { THREADS = 4 };

static struct allocspan_span *shared;
static pthread_barrier_t all_inside;

/* Returns NULL if it saw what it should. */
static void *enter_with_the_others(void *argument)
{
	void *wrong = NULL;

	for (int i = 0; i < 1000; i++) {
		struct allocspan_guard guard = allocspan_span_enter(shared);

		if (i == 0) {
			pthread_barrier_wait(&all_inside);
		}
		if (allocspan_current_span_id() != allocspan_span_id(shared) ||
		    allocspan_current_group_id() != allocspan_token_id(first)) {
			wrong = argument;
		}
		allocspan_guard_exit(&guard);
		if (allocspan_current_span_id() != 0 || allocspan_current_group_id() != 0) {
			wrong = argument;
		}
	}
	return wrong;
}

static void several_threads_are_inside_at_once(void **state)
{
	pthread_t threads[THREADS];

	(void) state;
	shared = allocspan_span_create("shared");
	assert_int_equal(allocspan_span_attach(shared, first), 0);
	pthread_barrier_init(&all_inside, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, enter_with_the_others, shared),
				 0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *wrong;

		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	pthread_barrier_destroy(&all_inside);
	allocspan_span_release(shared);
}

static atomic_bool attaching;

static void *enter_while_it_is_attached(void *argument)
{
	void *wrong = NULL;

	while (attaching) {
		struct allocspan_guard guard = allocspan_span_enter(shared);
		const uint64_t id = allocspan_current_group_id();

		if (id != 0 && id != allocspan_token_id(first) &&
		    id != allocspan_token_id(second)) {
			wrong = argument;
		}
		allocspan_guard_exit(&guard);
	}
	return wrong;
}

static void attaching_while_other_threads_enter_is_safe(void **state)
{
	pthread_t thread;
	void *wrong;
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	shared = allocspan_span_create("attached to under way");
	attaching = 1;
	assert_int_equal(pthread_create(&thread, NULL, enter_while_it_is_attached, shared), 0);
	for (int i = 0; i < 100000; i++) {
		allocspan_span_attach(shared, i % 2 == 0 ? first : second);
		if (i % 5 == 0) {
			allocspan_span_detach(shared);
		}
	}
	attaching = 0;
	pthread_join(thread, &wrong);
	assert_null(wrong);
	assert_int_equal(allocspan_misuse_count(), misuses);
	allocspan_span_release(shared);
}

static void a_span_released_inside_can_still_be_exited(void **state)
{
	struct allocspan_span *span = allocspan_span_create("released inside");
	const uint64_t id = allocspan_span_id(span);
	const uint64_t misuses = allocspan_misuse_count();
	struct allocspan_guard guard;

	(void) state;
	allocspan_span_attach(span, first);
	guard = allocspan_span_enter(span);
	allocspan_span_release(span);
	for (int i = 0; i < 1000; i++) {
		allocspan_span_release(allocspan_span_create("takes its place"));
	}
	assert_int_equal(allocspan_current_span_id(), id);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&guard);
	assert_int_equal(allocspan_current_span_id(), 0);
	assert_int_equal(allocspan_misuse_count(), misuses);
}

static void a_retained_span_is_released_once_more(void **state)
{
	struct allocspan_span *span = allocspan_span_create("retained");
	const uint64_t id = allocspan_span_id(span);
	struct allocspan_guard guard;

	(void) state;
	assert_ptr_equal(allocspan_span_retain(span), span);
	allocspan_span_release(span);
	guard = allocspan_span_enter(span);
	assert_int_equal(allocspan_current_span_id(), id);
	allocspan_guard_exit(&guard);
	allocspan_span_release(span);
}

static void *look_inside(void *argument)
{
	uint64_t *seen = argument;

	seen[0] = allocspan_current_span_id();
	seen[1] = allocspan_current_group_id();
	return seen + 1;
}

static void call_runs_the_function_inside_the_span(void **state)
{
	struct allocspan_span *span = allocspan_span_create("callback");
	uint64_t seen[2] = { 0, 0 };

	(void) state;
	allocspan_span_attach(span, first);
	assert_ptr_equal(allocspan_span_call(span, look_inside, seen), &seen[1]);
	assert_int_equal(seen[0], allocspan_span_id(span));
	assert_int_equal(seen[1], allocspan_token_id(first));
	assert_int_equal(allocspan_current_span_id(), 0);
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_span_release(span);
}

static void *end_the_thread(void *argument)
{
	pthread_exit(argument);
}

static void *call_that_ends_the_thread(void *argument)
{
	return allocspan_span_call(argument, end_the_thread, argument);
}

static void call_exits_the_span_when_pthread_exit_leaves_it(void **state)
{
	struct allocspan_span *span = allocspan_span_create("ends its thread");
	const uint64_t misuses = allocspan_misuse_count();
	pthread_t thread;
	void *result = NULL;

	(void) state;
	assert_int_equal(pthread_create(&thread, NULL, call_that_ends_the_thread, span), 0);
	pthread_join(thread, &result);
	assert_ptr_equal(result, span);
	assert_int_equal(allocspan_misuse_count(), misuses);
	allocspan_span_release(span);
}

static int set_up(void **state)
{
	(void) state;
	first = registered("first");
	second = registered("second");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_grow_and_are_never_used_again),
		cmocka_unit_test(bad_names_give_their_error),
		cmocka_unit_test(null_is_passed_through_or_refused),
		cmocka_unit_test(a_span_without_a_token_leaves_the_active_group),
		cmocka_unit_test(a_span_with_a_token_makes_its_group_active),
		cmocka_unit_test(a_detached_token_is_no_longer_made_active),
		cmocka_unit_test(replacing_the_token_leaves_entered_guards_their_group),
		cmocka_unit_test(the_span_keeps_a_token_that_its_owner_released),
		cmocka_unit_test(releasing_a_span_lets_go_of_its_token),
		cmocka_unit_test(the_current_span_is_the_innermost_entered),
		cmocka_unit_test(untracked_does_not_leave_the_span),
		cmocka_unit_test(a_span_can_be_entered_again_while_it_is_entered),
		cmocka_unit_test(several_threads_are_inside_at_once),
		cmocka_unit_test(attaching_while_other_threads_enter_is_safe),
		cmocka_unit_test(a_span_released_inside_can_still_be_exited),
		cmocka_unit_test(a_retained_span_is_released_once_more),
		cmocka_unit_test(call_runs_the_function_inside_the_span),
		cmocka_unit_test(call_exits_the_span_when_pthread_exit_leaves_it),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

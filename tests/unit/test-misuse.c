/* SPDX-License-Identifier: MIT */
/*
 * Misuse is detected, counted and harmless (DESIGN 4.2.5). Each test misuses once, between a guard
 * before and a look after: exactly one more is counted, and what was active still is. The sorts by name
 * are seen in the trace (tests/integration/recorded-misuse.c).
 */
#include "support.h"

static struct allocspan_token *first, *second;

/* What must stay as it is while something is misused. */
struct surroundings {
	struct allocspan_guard guard;
	uint64_t misuses;
};

static struct surroundings before_misuse(void)
{
	struct surroundings surroundings = {
		.guard = allocspan_token_enter(first),
		.misuses = allocspan_misuse_count(),
	};

	return surroundings;
}

static void assert_misused(struct surroundings *surroundings, uint64_t times)
{
	assert_int_equal(allocspan_misuse_count(), surroundings->misuses + times);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&surroundings->guard);
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_misuse_count(), surroundings->misuses + times);
}

static void right_use_is_not_counted(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard = allocspan_token_enter(second);

	(void) state;
	allocspan_guard_exit(&guard);
	assert_misused(&around, 0);
}

static void exit_twice_counts_once(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard = allocspan_token_enter(second);

	(void) state;
	allocspan_guard_exit(&guard);
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void exit_of_a_copy_is_an_exit_twice(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard = allocspan_token_enter(second);
	struct allocspan_guard copy = guard;

	(void) state;
	allocspan_guard_exit(&guard);
	allocspan_guard_exit(&copy);
	assert_misused(&around, 1);
}

static void exit_twice_leaves_the_guard_that_took_the_place(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard = allocspan_token_enter(first);
	struct allocspan_guard copy = guard;
	struct allocspan_guard successor;

	(void) state;
	allocspan_guard_exit(&guard);
	successor = allocspan_token_enter(second);
	allocspan_guard_exit(&copy);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(second));
	allocspan_guard_exit(&successor);
	assert_misused(&around, 1);
}

static void exit_twice_out_of_order_counts_once(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard outer = allocspan_token_enter(first);
	struct allocspan_guard copy = outer;
	struct allocspan_guard inner = allocspan_token_enter(second);

	(void) state;
	allocspan_guard_exit(&outer);
	allocspan_guard_exit(&copy);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(second));
	allocspan_guard_exit(&inner);
	assert_misused(&around, 1);
}

static void exit_of_a_zeroed_guard_counts_once(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard;

	(void) state;
	memset(&guard, 0, sizeof(guard));
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void exit_of_garbage_counts_once(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard;

	(void) state;
	memset(&guard, 0xa5, sizeof(guard));
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void exit_of_all_ones_counts_once(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard;

	(void) state;
	memset(&guard, 0xff, sizeof(guard));
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void exit_of_null_counts_once(void **state)
{
	struct surroundings around = before_misuse();

	(void) state;
	allocspan_guard_exit(NULL);
	assert_misused(&around, 1);
}

static void *exit_elsewhere(void *guard)
{
	allocspan_guard_exit(guard);
	return NULL;
}

static void exit_on_another_thread_counts_once_and_keeps_the_guard_entered(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard = allocspan_token_enter(second);
	struct allocspan_guard copy = guard;

	(void) state;
	run_in_thread(exit_elsewhere, &copy);
	assert_int_equal(allocspan_misuse_count(), around.misuses + 1);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(second));
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void *enter_exit_elsewhere(void *guard)
{
	struct allocspan_guard own = allocspan_token_enter(second);

	allocspan_guard_exit(guard);
	if (allocspan_current_group_id() != allocspan_token_id(second)) {
		return guard;
	}
	allocspan_guard_exit(&own);
	return NULL;
}

static void exit_on_another_thread_leaves_what_that_thread_entered(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard copy = around.guard;
	pthread_t thread;
	void *wrong = NULL;

	(void) state;
	assert_int_equal(pthread_create(&thread, NULL, enter_exit_elsewhere, &copy), 0);
	pthread_join(thread, &wrong);
	assert_null(wrong);
	assert_misused(&around, 1);
}

static void enter_of_a_null_token_counts_once_and_its_guard_is_exited_freely(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard = allocspan_token_enter(NULL);

	(void) state;
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void enter_of_a_null_span_counts_once_and_its_guard_is_exited_freely(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard = allocspan_span_enter(NULL);

	(void) state;
	assert_int_equal(allocspan_current_span_id(), 0);
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void enter_of_a_null_context_counts_once_and_its_guard_is_exited_freely(void **state)
{
	struct surroundings around = before_misuse();
	struct allocspan_guard guard = allocspan_context_enter(NULL);

	(void) state;
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void enter_of_a_released_token_counts_once_and_its_guard_is_exited_freely(void **state)
{
	struct allocspan_token *token = registered("released");
	struct surroundings around = before_misuse();
	struct allocspan_guard guard;

	(void) state;
	allocspan_token_release(token);
	guard = allocspan_token_enter(token);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void enter_of_a_released_token_with_a_live_block_counts_once(void **state)
{
	struct allocspan_token *token = registered("released with a block");
	char *block = address_space(4096);
	struct surroundings around;
	struct allocspan_guard guard;

	(void) state;
	announce_in(token, block, 1);
	allocspan_token_release(token);
	around = before_misuse();
	guard = allocspan_token_enter(token);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
	assert_int_equal(allocspan_block_retire(block), 0);
	munmap(block, 4096);
}

static void enter_of_a_released_span_counts_once(void **state)
{
	struct allocspan_span *span = allocspan_span_create("released");
	struct surroundings around = before_misuse();
	struct allocspan_guard guard;

	(void) state;
	allocspan_span_release(span);
	guard = allocspan_span_enter(span);
	assert_int_equal(allocspan_current_span_id(), 0);
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void release_of_a_token_twice_counts_once(void **state)
{
	struct allocspan_token *token = registered("released twice");
	struct surroundings around = before_misuse();

	(void) state;
	allocspan_token_release(token);
	allocspan_token_release(token);
	assert_misused(&around, 1);
}

static void release_of_a_token_twice_while_it_is_active_counts_once(void **state)
{
	struct allocspan_token *token = registered("released twice inside");
	struct surroundings around = before_misuse();
	struct allocspan_guard guard = allocspan_token_enter(token);
	const uint64_t id = allocspan_token_id(token);

	(void) state;
	allocspan_token_release(token);
	allocspan_token_release(token);
	assert_int_equal(allocspan_current_group_id(), id);
	allocspan_guard_exit(&guard);
	assert_misused(&around, 1);
}

static void release_of_a_span_twice_counts_once(void **state)
{
	struct allocspan_span *span = allocspan_span_create("released twice");
	struct surroundings around = before_misuse();

	(void) state;
	allocspan_span_release(span);
	allocspan_span_release(span);
	assert_misused(&around, 1);
}

static void attach_of_a_released_token_is_refused(void **state)
{
	struct allocspan_span *span = allocspan_span_create("refuses");
	struct allocspan_token *token = registered("released before it is attached");
	struct allocspan_guard guard;

	(void) state;
	allocspan_token_release(token);
	assert_int_equal(allocspan_span_attach(span, token), -EINVAL);
	assert_int_equal(allocspan_span_detach(span), -ENOENT);
	guard = allocspan_span_enter(span);
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_guard_exit(&guard);
	allocspan_span_release(span);
}

static void unwind_to_null_counts_once(void **state)
{
	struct surroundings around = before_misuse();

	(void) state;
	allocspan_unwind(NULL);
	assert_misused(&around, 1);
}

static void *unwind_elsewhere(void *mark)
{
	struct allocspan_guard own = allocspan_token_enter(second);

	allocspan_unwind(mark);
	if (allocspan_current_group_id() != allocspan_token_id(second)) {
		return mark;
	}
	allocspan_guard_exit(&own);
	return NULL;
}

static void unwind_to_another_threads_mark_counts_once_and_changes_nothing(void **state)
{
	struct allocspan_mark mark = allocspan_mark_take();
	struct surroundings around = before_misuse();
	pthread_t thread;
	void *wrong = NULL;

	(void) state;
	assert_int_equal(pthread_create(&thread, NULL, unwind_elsewhere, &mark), 0);
	pthread_join(thread, &wrong);
	assert_null(wrong);
	assert_misused(&around, 1);
}

static void *enter_and_end(void *unused)
{
	(void) unused;
	allocspan_token_enter(second);
	return NULL;
}

static void a_thread_that_ends_inside_counts_once(void **state)
{
	struct surroundings around = before_misuse();

	(void) state;
	run_in_thread(enter_and_end, NULL);
	assert_misused(&around, 1);
}

static void a_thread_that_ends_inside_gives_its_group_back(void **state)
{
	struct allocspan_token *token = allocspan_token_intern("left by a thread", NULL, 0);
	struct allocspan_token *kept = second;
	const uint64_t id = allocspan_token_id(token);

	(void) state;
	second = token;
	run_in_thread(enter_and_end, NULL);
	second = kept;
	allocspan_token_release(token);
	assert_true(interned_group_is_gone("left by a thread", id));
}

static int misuse_and_compare(void)
{
	const uint64_t inherited = allocspan_misuse_count();

	allocspan_guard_exit(NULL);
	return inherited > 0 && allocspan_misuse_count() == inherited + 1 ? 0 : 1;
}

static void a_child_goes_on_from_its_parents_number(void **state)
{
	(void) state;
	allocspan_guard_exit(NULL);
	assert_int_equal(run_in_child(misuse_and_compare), 0);
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
		cmocka_unit_test(right_use_is_not_counted),
		cmocka_unit_test(exit_twice_counts_once),
		cmocka_unit_test(exit_of_a_copy_is_an_exit_twice),
		cmocka_unit_test(exit_twice_leaves_the_guard_that_took_the_place),
		cmocka_unit_test(exit_twice_out_of_order_counts_once),
		cmocka_unit_test(exit_of_a_zeroed_guard_counts_once),
		cmocka_unit_test(exit_of_garbage_counts_once),
		cmocka_unit_test(exit_of_all_ones_counts_once),
		cmocka_unit_test(exit_of_null_counts_once),
		cmocka_unit_test(exit_on_another_thread_counts_once_and_keeps_the_guard_entered),
		cmocka_unit_test(exit_on_another_thread_leaves_what_that_thread_entered),
		cmocka_unit_test(enter_of_a_null_token_counts_once_and_its_guard_is_exited_freely),
		cmocka_unit_test(enter_of_a_null_span_counts_once_and_its_guard_is_exited_freely),
		cmocka_unit_test(
			enter_of_a_null_context_counts_once_and_its_guard_is_exited_freely),
		cmocka_unit_test(
			enter_of_a_released_token_counts_once_and_its_guard_is_exited_freely),
		cmocka_unit_test(enter_of_a_released_token_with_a_live_block_counts_once),
		cmocka_unit_test(enter_of_a_released_span_counts_once),
		cmocka_unit_test(release_of_a_token_twice_counts_once),
		cmocka_unit_test(release_of_a_token_twice_while_it_is_active_counts_once),
		cmocka_unit_test(release_of_a_span_twice_counts_once),
		cmocka_unit_test(attach_of_a_released_token_is_refused),
		cmocka_unit_test(unwind_to_null_counts_once),
		cmocka_unit_test(unwind_to_another_threads_mark_counts_once_and_changes_nothing),
		cmocka_unit_test(a_thread_that_ends_inside_counts_once),
		cmocka_unit_test(a_thread_that_ends_inside_gives_its_group_back),
		cmocka_unit_test(a_child_goes_on_from_its_parents_number),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Work that moves between threads carries its context (DESIGN 4.2.6).
 */
#include "support.h"

static struct allocspan_token *first, *second;
static struct allocspan_span *span;

/* What a thread saw: on its own, inside a context, and after that. */
struct seen {
	struct allocspan_context context;
	struct allocspan_token *own;
	uint64_t group, current_span, group_after, span_after;
};

static void *enter_context(void *argument)
{
	struct seen *seen = argument;
	struct allocspan_guard own = { 0 };
	struct allocspan_guard guard;

	if (seen->own != NULL) {
		own = allocspan_token_enter(seen->own);
	}
	guard = allocspan_context_enter(&seen->context);
	seen->group = allocspan_current_group_id();
	seen->current_span = allocspan_current_span_id();
	allocspan_guard_exit(&guard);
	seen->group_after = allocspan_current_group_id();
	seen->span_after = allocspan_current_span_id();
	if (seen->own != NULL) {
		allocspan_guard_exit(&own);
	}
	return NULL;
}

static void a_captured_group_and_span_are_active_on_the_other_thread(void **state)
{
	struct allocspan_guard in_span = allocspan_span_enter(span);
	struct allocspan_guard in_token = allocspan_token_enter(second);
	struct seen seen = { .context = allocspan_context_capture() };

	(void) state;
	allocspan_guard_exit(&in_token);
	allocspan_guard_exit(&in_span);
	run_in_thread(enter_context, &seen);
	assert_int_equal(seen.group, allocspan_token_id(second));
	assert_int_equal(seen.current_span, allocspan_span_id(span));
	assert_int_equal(seen.group_after, 0);
	assert_int_equal(seen.span_after, 0);
	allocspan_context_release(&seen.context);
}

static void a_captured_nothing_makes_nothing_active(void **state)
{
	struct seen seen = { .context = allocspan_context_capture(), .own = first };

	(void) state;
	run_in_thread(enter_context, &seen);
	assert_int_equal(seen.group, 0);
	assert_int_equal(seen.current_span, 0);
	assert_int_equal(seen.group_after, allocspan_token_id(first));
	allocspan_context_release(&seen.context);
}

static void an_all_zero_context_is_nothing(void **state)
{
	struct seen seen = { .own = first };

	(void) state;
	run_in_thread(enter_context, &seen);
	assert_int_equal(seen.group, 0);
	allocspan_context_release(&seen.context);
}

static void a_captured_nothing_leaves_a_span_too(void **state)
{
	struct allocspan_context nothing = allocspan_context_capture();
	struct allocspan_guard in_span = allocspan_span_enter(span);
	struct allocspan_guard inside = allocspan_context_enter(&nothing);

	(void) state;
	assert_int_equal(allocspan_current_span_id(), 0);
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_guard_exit(&inside);
	assert_int_equal(allocspan_current_span_id(), allocspan_span_id(span));
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&in_span);
	allocspan_context_release(&nothing);
}

static void a_captured_untracked_period_is_untracked_also_under_root_tracking(void **state)
{
	struct allocspan_guard in_token = allocspan_token_enter(first);
	struct allocspan_guard untracked = allocspan_untracked_enter();
	struct seen seen = { .context = allocspan_context_capture(), .own = second };

	(void) state;
	allocspan_guard_exit(&untracked);
	allocspan_guard_exit(&in_token);
	allocspan_root_enable();
	run_in_thread(enter_context, &seen);
	allocspan_root_disable();
	assert_int_equal(seen.group, 0);
	assert_int_equal(seen.group_after, allocspan_token_id(second));
	allocspan_context_release(&seen.context);
}

static void a_captured_nothing_is_root_under_root_tracking(void **state)
{
	struct seen seen = { .context = allocspan_context_capture(), .own = second };

	(void) state;
	allocspan_root_enable();
	run_in_thread(enter_context, &seen);
	allocspan_root_disable();
	assert_int_equal(seen.group, ALLOCSPAN_ROOT_GROUP_ID);
	allocspan_context_release(&seen.context);
}

static void a_context_holds_what_its_owner_released(void **state)
{
	struct allocspan_token *token = allocspan_token_intern("held by a context", NULL, 0);
	struct allocspan_span *held = allocspan_span_create("held by a context");
	const uint64_t group_id = allocspan_token_id(token);
	const uint64_t span_id = allocspan_span_id(held);
	struct allocspan_guard in_span = allocspan_span_enter(held);
	struct allocspan_guard in_token = allocspan_token_enter(token);
	struct seen seen = { .context = allocspan_context_capture() };

	(void) state;
	allocspan_guard_exit(&in_token);
	allocspan_guard_exit(&in_span);
	allocspan_token_release(token);
	allocspan_span_release(held);
	run_in_thread(enter_context, &seen);
	assert_int_equal(seen.group, group_id);
	assert_int_equal(seen.current_span, span_id);

	allocspan_context_release(&seen.context);
	assert_true(interned_group_is_gone("held by a context", group_id));
}

static void *capture_inside(void *argument)
{
	struct seen *seen = argument;
	struct allocspan_guard guard = allocspan_context_enter(&seen->context);
	struct allocspan_context carried_on = allocspan_context_capture();

	allocspan_guard_exit(&guard);
	allocspan_context_release(&seen->context);
	seen->context = carried_on;
	return NULL;
}

static void a_context_captured_inside_a_context_carries_it_on(void **state)
{
	struct allocspan_span *handed = allocspan_span_create("handed on");
	const uint64_t span_id = allocspan_span_id(handed);
	struct allocspan_guard in_span = allocspan_span_enter(handed);
	struct allocspan_guard in_token = allocspan_token_enter(second);
	struct seen seen = { .context = allocspan_context_capture() };

	(void) state;
	allocspan_guard_exit(&in_token);
	allocspan_guard_exit(&in_span);
	allocspan_span_release(handed);
	for (int i = 0; i < 3; i++) {
		run_in_thread(capture_inside, &seen);
	}
	release_many_groups();
	run_in_thread(enter_context, &seen);
	assert_int_equal(seen.group, allocspan_token_id(second));
	assert_int_equal(seen.current_span, span_id);
	allocspan_context_release(&seen.context);
}

static void a_released_context_is_all_zero_and_released_again_freely(void **state)
{
	struct allocspan_guard guard = allocspan_token_enter(first);
	struct allocspan_context context = allocspan_context_capture();
	static const struct allocspan_context zero;
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	allocspan_guard_exit(&guard);
	allocspan_context_release(&context);
	assert_memory_equal(&context, &zero, sizeof(zero));
	allocspan_context_release(&context);
	allocspan_context_release(NULL);
	assert_int_equal(allocspan_misuse_count(), misuses);
	assert_string_equal(allocspan_token_name(first), "first");
}

static void a_context_is_entered_by_several_threads_at_once(void **state)
{
	enum { THREADS = 4 };
	pthread_t threads[THREADS];
	struct seen seen[THREADS];
	struct allocspan_guard guard = allocspan_token_enter(first);
	struct allocspan_context context = allocspan_context_capture();

	(void) state;
	allocspan_guard_exit(&guard);
	for (int i = 0; i < THREADS; i++) {
		seen[i] = (struct seen){ .context = context };
		assert_int_equal(pthread_create(&threads[i], NULL, enter_context, &seen[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(seen[i].group, allocspan_token_id(first));
	}
	allocspan_context_release(&context);
}

static void *look(void *argument)
{
	struct seen *seen = argument;

	seen->group = allocspan_current_group_id();
	seen->current_span = allocspan_current_span_id();
	return &seen->group;
}

static void call_runs_the_function_inside_the_context(void **state)
{
	struct allocspan_guard guard = allocspan_span_enter(span);
	struct seen seen = { .context = allocspan_context_capture() };

	(void) state;
	allocspan_guard_exit(&guard);
	assert_ptr_equal(allocspan_context_call(&seen.context, look, &seen), &seen.group);
	assert_int_equal(seen.group, allocspan_token_id(first));
	assert_int_equal(seen.current_span, allocspan_span_id(span));
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_current_span_id(), 0);
	allocspan_context_release(&seen.context);
}

static void *look_and_end(void *argument)
{
	pthread_exit(look(argument));
}

static void *call_look_and_end(void *argument)
{
	struct seen *seen = argument;

	return allocspan_context_call(&seen->context, look_and_end, seen);
}

static void call_exits_the_context_when_pthread_exit_leaves_it(void **state)
{
	struct allocspan_guard guard = allocspan_span_enter(span);
	struct seen seen = { .context = allocspan_context_capture() };
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	allocspan_guard_exit(&guard);
	run_in_thread(call_look_and_end, &seen);
	assert_int_equal(seen.group, allocspan_token_id(first));
	assert_int_equal(allocspan_misuse_count(), misuses);
	allocspan_context_release(&seen.context);
}

static void a_created_thread_inherits_group_and_span(void **state)
{
	struct allocspan_guard in_span = allocspan_span_enter(span);
	struct allocspan_guard in_token = allocspan_token_enter(second);
	struct seen seen = { .group = 0 };
	pthread_t thread;
	void *result = NULL;

	(void) state;
	assert_int_equal(allocspan_thread_create(&thread, NULL, look, &seen), 0);
	allocspan_guard_exit(&in_token);
	allocspan_guard_exit(&in_span);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, &seen.group);
	assert_int_equal(seen.group, allocspan_token_id(second));
	assert_int_equal(seen.current_span, allocspan_span_id(span));
}

static void a_created_thread_may_end_by_pthread_exit(void **state)
{
	struct allocspan_guard guard = allocspan_token_enter(second);
	const uint64_t misuses = allocspan_misuse_count();
	struct seen seen = { .group = 0 };
	pthread_t thread;
	void *result = NULL;

	(void) state;
	assert_int_equal(allocspan_thread_create(&thread, NULL, look_and_end, &seen), 0);
	allocspan_guard_exit(&guard);
	pthread_join(thread, &result);
	assert_ptr_equal(result, &seen.group);
	assert_int_equal(seen.group, allocspan_token_id(second));
	assert_int_equal(allocspan_misuse_count(), misuses);
}

static void a_created_thread_without_context_has_none(void **state)
{
	struct seen seen = { .group = 77, .current_span = 77 };
	pthread_t thread;

	(void) state;
	assert_int_equal(allocspan_thread_create(&thread, NULL, look, &seen), 0);
	pthread_join(thread, NULL);
	assert_int_equal(seen.group, 0);
	assert_int_equal(seen.current_span, 0);
}

static void thread_create_passes_attributes_and_errors_on(void **state)
{
	pthread_attr_t attributes;
	struct seen seen = { .group = 77 };
	pthread_t thread;
	const cpu_set_t no_cpu = { { 0 } };

	(void) state;
	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(no_cpu), &no_cpu);
	/* The kernel refuses a thread that may run nowhere. */
	assert_int_equal(allocspan_thread_create(&thread, &attributes, look, &seen), -EINVAL);
	assert_int_equal(seen.group, 77);
	pthread_attr_destroy(&attributes);
}

static void a_thousand_created_threads_run_in_constant_memory(void **state)
{
	struct allocspan_guard guard = allocspan_span_enter(span);
	struct seen seen;
	long before = 0;

	(void) state;
	for (int i = 0; i < 1200; i++) {
		pthread_t thread;

		assert_int_equal(allocspan_thread_create(&thread, NULL, look, &seen), 0);
		pthread_join(thread, NULL);
		assert_int_equal(seen.group, allocspan_token_id(first));
		if (i == 200) {
			before = resident_kib();
		}
	}
	assert_grown_less(before, 256);
	allocspan_guard_exit(&guard);
}

static int set_up(void **state)
{
	(void) state;
	first = registered("first");
	second = registered("second");
	span = allocspan_span_create("carried");
	return allocspan_span_attach(span, first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_captured_group_and_span_are_active_on_the_other_thread),
		cmocka_unit_test(a_captured_nothing_makes_nothing_active),
		cmocka_unit_test(an_all_zero_context_is_nothing),
		cmocka_unit_test(a_captured_nothing_leaves_a_span_too),
		cmocka_unit_test(a_captured_untracked_period_is_untracked_also_under_root_tracking),
		cmocka_unit_test(a_captured_nothing_is_root_under_root_tracking),
		cmocka_unit_test(a_context_holds_what_its_owner_released),
		cmocka_unit_test(a_context_captured_inside_a_context_carries_it_on),
		cmocka_unit_test(a_released_context_is_all_zero_and_released_again_freely),
		cmocka_unit_test(a_context_is_entered_by_several_threads_at_once),
		cmocka_unit_test(call_runs_the_function_inside_the_context),
		cmocka_unit_test(call_exits_the_context_when_pthread_exit_leaves_it),
		cmocka_unit_test(a_created_thread_inherits_group_and_span),
		cmocka_unit_test(a_created_thread_may_end_by_pthread_exit),
		cmocka_unit_test(a_created_thread_without_context_has_none),
		cmocka_unit_test(thread_create_passes_attributes_and_errors_on),
		cmocka_unit_test(a_thousand_created_threads_run_in_constant_memory),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

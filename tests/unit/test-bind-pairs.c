/* SPDX-License-Identifier: MIT */
/*
 * Begin and end events that come as they should not: what is open ends, is counted, and poisons nothing.
 */
#include "bind-support.h"

#include <sched.h>
#include <signal.h>

#define CALLBACK "bound:callback_start..callback_end,by=callback"
#define REQUEST "bound:request_begin..request_done,by=id"
#define MATCHED REQUEST ",match=id"

static void start(uintptr_t callback)
{
	FIRE(callback_start, (const void *) callback);
}

static void end(uintptr_t callback)
{
	FIRE(callback_end, (const void *) callback);
}

static void assert_unbalanced(const struct allocspan_binding *binding, uint64_t unended,
			      uint64_t unbegun)
{
	assert_int_equal(binding_stats(binding).unended_begins, unended);
	assert_int_equal(binding_stats(binding).unbegun_ends, unbegun);
}

static void an_end_without_a_begin_is_counted(void **state)
{
	struct allocspan_binding *binding = bound(CALLBACK);
	uint64_t misuse = allocspan_misuse_count();

	(void) state;
	end(1);
	assert_none_active();
	assert_unbalanced(binding, 0, 1);
	assert_int_equal(allocspan_misuse_count() - misuse, 1);
	allocspan_binding_release(binding);
}

static void a_begin_ends_the_one_before(void **state)
{
	struct allocspan_binding *binding = bound(CALLBACK);
	uint64_t misuse = allocspan_misuse_count();

	(void) state;
	start(1);
	start(2);
	assert_active("bound:callback", "callback", "0x2");
	end(2);
	assert_none_active();
	assert_unbalanced(binding, 1, 0);
	assert_int_equal(allocspan_misuse_count() - misuse, 1);
	allocspan_binding_release(binding);
}

static void nested_begins_are_levels(void **state)
{
	struct allocspan_binding *binding = bound(CALLBACK ",nested");

	(void) state;
	for (uintptr_t level = 1; level <= 200; level++) {
		start(level);
	}
	for (uintptr_t level = 200; level > 100; level--) {
		end(level);
	}
	assert_active("bound:callback", "callback", "0x64");
	for (uintptr_t level = 100; level > 0; level--) {
		end(level);
	}
	assert_none_active();
	assert_unbalanced(binding, 0, 0);
	allocspan_binding_release(binding);
}

static void an_end_ends_what_was_begun_inside(void **state)
{
	struct allocspan_binding *outer = bound(REQUEST);
	struct allocspan_binding *inner = bound(CALLBACK);

	(void) state;
	FIRE(request_begin, 1);
	start(1);
	/* An exception leaves the callback. */
	FIRE(request_done, 1);
	assert_none_active();
	assert_unbalanced(inner, 1, 0);
	assert_unbalanced(outer, 0, 0);
	allocspan_binding_release(inner);
	allocspan_binding_release(outer);
}

static void a_longjmp_leaves_nothing_behind(void **state)
{
	struct allocspan_binding *binding = bound(CALLBACK);
	jmp_buf place;
	volatile int jumps = 0;

	(void) state;
	if (setjmp(place) < 100) {
		start(1);
		assert_active("bound:callback", "callback", "0x1");
		jumps = jumps + 1;
		longjmp(place, jumps);
	}
	start(2);
	assert_active("bound:callback", "callback", "0x2");
	end(2);
	assert_none_active();
	assert_unbalanced(binding, 100, 0);
	allocspan_binding_release(binding);
}

static void guards_of_the_program_stay_as_they_are(void **state)
{
	struct allocspan_binding *binding = bound(CALLBACK);
	struct allocspan_token *token = registered("of the program");
	struct allocspan_guard guard;

	(void) state;
	start(1);
	guard = allocspan_token_enter(token);
	end(1);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(token));
	start(2);
	allocspan_guard_exit(&guard);
	assert_active("bound:callback", "callback", "0x2");
	end(2);
	assert_none_active();
	assert_unbalanced(binding, 0, 0);
	allocspan_token_release(token);
	allocspan_binding_release(binding);
}

static void matched_pairs_may_interleave(void **state)
{
	struct allocspan_binding *binding = bound(MATCHED);

	(void) state;
	FIRE(request_begin, 1);
	FIRE(request_begin, 2);
	FIRE(request_done, 1);
	assert_active("bound:request", "id", "2");
	FIRE(request_begin, 3);
	FIRE(request_done, 2);
	assert_active("bound:request", "id", "3");
	FIRE(request_done, 3);
	assert_none_active();
	assert_unbalanced(binding, 0, 0);
	allocspan_binding_release(binding);
}

static void a_matched_begin_ends_only_its_own_key(void **state)
{
	struct allocspan_binding *binding = bound(MATCHED);

	(void) state;
	FIRE(request_begin, 1);
	FIRE(request_begin, 2);
	FIRE(request_begin, 1);
	assert_unbalanced(binding, 1, 0);
	FIRE(request_done, 1);
	assert_active("bound:request", "id", "2");
	FIRE(request_done, 2);
	FIRE(request_done, 2);
	assert_none_active();
	assert_unbalanced(binding, 1, 1);
	allocspan_binding_release(binding);
}

static void a_matched_pair_outlives_the_bracket_around_its_begin(void **state)
{
	struct allocspan_binding *matched = bound(MATCHED);
	struct allocspan_binding *bracket = bound(CALLBACK);

	(void) state;
	start(1);
	FIRE(request_begin, 7);
	end(1);
	assert_active("bound:request", "id", "7");
	FIRE(request_done, 7);
	assert_none_active();
	assert_unbalanced(bracket, 0, 0);
	allocspan_binding_release(bracket);
	allocspan_binding_release(matched);
}

static void matched_strings_are_compared_by_what_they_say(void **state)
{
	struct allocspan_binding *binding =
		bound("bound:api[phase=0]..bound:api[phase=1],match=function");
	char name[] = "read";

	(void) state;
	FIRE(api, "read", 0);
	FIRE(api, name, 1);
	assert_none_active();
	assert_unbalanced(binding, 0, 0);
	allocspan_binding_release(binding);
}

static void *finish_request(void *id)
{
	FIRE(request_done, (uintptr_t) id);
	/* Only what runs on the thread of the begin belongs to the group. */
	return (void *) (uintptr_t) allocspan_current_group_id();
}

static void an_end_on_another_thread_is_seen_with_the_next_event(void **state)
{
	struct allocspan_binding *binding = bound(MATCHED);
	pthread_t thread;
	void *group_there;

	(void) state;
	FIRE(request_begin, 5);
	assert_int_equal(pthread_create(&thread, NULL, finish_request, (void *) 5), 0);
	assert_int_equal(pthread_join(thread, &group_there), 0);
	assert_null(group_there);
	FIRE(request_begin, 6);
	FIRE(request_done, 6);
	assert_none_active();
	assert_unbalanced(binding, 0, 0);
	allocspan_binding_release(binding);
}

static void *begin_and_return(void *unused)
{
	(void) unused;
	start(1);
	FIRE(request_begin, 1);
	return NULL;
}

static void a_thread_that_ends_inside_leaves(void **state)
{
	struct allocspan_binding *callback = bound(CALLBACK);
	struct allocspan_binding *request = bound(MATCHED);
	uint64_t misuse = allocspan_misuse_count();

	(void) state;
	for (int i = 0; i < 100; i++) {
		run_in_thread(begin_and_return, NULL);
	}
	assert_unbalanced(callback, 100, 0);
	assert_unbalanced(request, 100, 0);
	/* Each once, and the core found nothing left. */
	assert_int_equal(allocspan_misuse_count() - misuse, 200);
	FIRE(request_done, 1);
	assert_unbalanced(request, 100, 1);
	allocspan_binding_release(request);
	allocspan_binding_release(callback);
}

static pthread_key_t late_key;

static void fire_at_thread_end(void *value)
{
	uintptr_t round = (uintptr_t) value;

	start(round);
	if (round < 4) {
		pthread_setspecific(late_key, (void *) (round + 1));
	}
}

static void *set_late_key(void *argument)
{
	pthread_setspecific(late_key, argument);
	start(99);
	return NULL;
}

static void events_of_other_destructors_do_no_harm(void **state)
{
	struct allocspan_binding *binding = bound(CALLBACK);

	(void) state;
	assert_int_equal(pthread_key_create(&late_key, fire_at_thread_end), 0);
	for (int i = 0; i < 50; i++) {
		run_in_thread(set_late_key, (void *) 1);
	}
	pthread_key_delete(late_key);
	start(1);
	assert_active("bound:callback", "callback", "0x1");
	end(1);
	assert_none_active();
	allocspan_binding_release(binding);
}

static void a_released_binding_is_left_at_once(void **state)
{
	struct allocspan_binding *outer = bound(CALLBACK);
	struct allocspan_binding *inner = bound(REQUEST);

	(void) state;
	start(1);
	FIRE(request_begin, 1);
	allocspan_binding_release(outer);
	assert_active("bound:request", "id", "1");
	allocspan_binding_release(inner);
	assert_none_active();
	end(1);
	FIRE(request_done, 1);
	assert_none_active();
}

static void begin_and_end_in_handler(int signal_number)
{
	(void) signal_number;
	FIRE(request_begin, 1000);
	FIRE(request_done, 1000);
}

static void a_signal_handler_may_have_events_anywhere(void **state)
{
	struct allocspan_binding *callback = bound(CALLBACK);
	struct allocspan_binding *request = bound(REQUEST);
	const struct sigaction action = { .sa_handler = begin_and_end_in_handler };
	struct sigaction before;
	timer_t timer;
	const struct itimerspec every_50_us = { { 0, 50000 }, { 0, 50000 } };
	const struct itimerspec never = { { 0, 0 }, { 0, 0 } };

	(void) state;
	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, NULL, &timer), 0);
	timer_settime(timer, 0, &every_50_us, NULL);
	for (uintptr_t i = 0; i < 1000000; i++) {
		start(i % 50);
		end(i % 50);
	}
	timer_settime(timer, 0, &never, NULL);
	timer_delete(timer);
	sigaction(SIGALRM, &before, NULL);
	assert_none_active();
	assert_unbalanced(callback, 0, 0);
	assert_unbalanced(request, 0, 0);
	allocspan_binding_release(request);
	allocspan_binding_release(callback);
}

#define THREADS 4

static _Atomic bool shall_stop;

static void *work(void *argument)
{
	uintptr_t number = (uintptr_t) argument;

	while (!shall_stop) {
		start(number);
		FIRE(request_begin, number);
		FIRE(request_done, (number + 1) % THREADS);
		end(number);
	}
	return NULL;
}

static void bindings_come_and_go_while_threads_are_inside(void **state)
{
	pthread_t threads[THREADS];

	(void) state;
	shall_stop = false;
	for (uintptr_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, work, (void *) i), 0);
	}
	for (int i = 0; i < 200; i++) {
		struct allocspan_binding *callback = bound(CALLBACK);
		struct allocspan_binding *request = bound(MATCHED);

		sched_yield();
		allocspan_binding_release(callback);
		allocspan_binding_release(request);
	}
	shall_stop = true;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	assert_none_active();
}

static void a_child_of_fork_goes_on(void **state)
{
	struct allocspan_binding *binding = bound(CALLBACK);
	int status = -1;
	pid_t child;

	(void) state;
	start(1);
	child = fork();
	if (child == 0) {
		bool is_inside = allocspan_current_group_id() != 0;

		end(1);
		start(2);
		_exit(is_inside && allocspan_current_group_id() != 0 &&
				      binding_stats(binding).unended_begins == 0 ?
			      0 :
			      1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	end(1);
	assert_none_active();
	allocspan_binding_release(binding);
}

static void errno_is_kept(void **state)
{
	struct allocspan_binding *binding = bound(CALLBACK);

	(void) state;
	errno = 77;
	start(1);
	start(2);
	end(2);
	end(2);
	assert_int_equal(errno, 77);
	allocspan_binding_release(binding);
}

static void a_misspelt_event_is_waited_for_and_described(void **state)
{
	struct allocspan_binding *binding = bound("bound:calback_start..callback_end");
	char message[MESSAGE_BYTES];

	(void) state;
	assert_int_equal(binding_stats(binding).bound_events, 0);
	assert_int_equal(binding_stats(binding).waiting_events, 2);
	assert_int_equal(allocspan_binding_describe(binding, 0, message, sizeof(message)), 0);
	assert_string_equal(message, "bound:calback_start: no loaded object has this tracepoint; "
				     "did you mean 'bound:callback_start'?");
	assert_int_equal(allocspan_binding_describe(binding, 1, message, sizeof(message)), 0);
	assert_string_equal(message, "bound:callback_end: waits until a begin is bound");
	assert_int_equal(allocspan_binding_describe(binding, 2, message, sizeof(message)), -EINVAL);
	end(1);
	assert_unbalanced(binding, 0, 0);
	allocspan_binding_release(binding);
}

static void the_macro_binds_tracepoints_that_the_compiler_knows(void **state)
{
	struct allocspan_binding *binding =
		ALLOCSPAN_BIND(bound, callback_start, callback_end, "by=callback");

	(void) state;
	assert_non_null(binding);
	start(3);
	assert_active("bound:callback", "callback", "0x3");
	end(3);
	allocspan_binding_release(binding);
	binding = allocspan_bind_tracepoints(&lttng_ust_tracepoint_bound___api,
					     &lttng_ust_tracepoint_bound___api, "phase=0",
					     "phase=1", NULL, NULL, 0);
	assert_non_null(binding);
	FIRE(api, "f", 0);
	assert_active("bound:api", NULL, NULL);
	FIRE(api, "f", 1);
	assert_none_active();
	allocspan_binding_release(binding);
}

static void events_of_allocspan_are_not_bound(void **state)
{
	(void) state;
	assert_refused("allocspan:span_enter..allocspan:span_exit",
		       "allocspan:span_enter: events of allocspan itself cannot be bound");
}

static void wrong_arguments_are_errors(void **state)
{
	struct allocspan_binding_stats stats;

	(void) state;
	errno = 0;
	assert_null(allocspan_bind(NULL, NULL, 0));
	assert_int_equal(errno, EINVAL);
	assert_null(allocspan_bind("nonsense", NULL, 0));
	assert_null(allocspan_bind_tracepoints(NULL, NULL, NULL, NULL, NULL, NULL, 0));
	assert_int_equal(allocspan_binding_get_stats(NULL, &stats), -EINVAL);
	assert_int_equal(allocspan_binding_describe(NULL, 0, NULL, 0), -EINVAL);
	allocspan_binding_release(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_end_without_a_begin_is_counted),
		cmocka_unit_test(a_begin_ends_the_one_before),
		cmocka_unit_test(nested_begins_are_levels),
		cmocka_unit_test(an_end_ends_what_was_begun_inside),
		cmocka_unit_test(a_longjmp_leaves_nothing_behind),
		cmocka_unit_test(guards_of_the_program_stay_as_they_are),
		cmocka_unit_test(matched_pairs_may_interleave),
		cmocka_unit_test(a_matched_begin_ends_only_its_own_key),
		cmocka_unit_test(a_matched_pair_outlives_the_bracket_around_its_begin),
		cmocka_unit_test(matched_strings_are_compared_by_what_they_say),
		cmocka_unit_test(an_end_on_another_thread_is_seen_with_the_next_event),
		cmocka_unit_test(a_thread_that_ends_inside_leaves),
		cmocka_unit_test(events_of_other_destructors_do_no_harm),
		cmocka_unit_test(a_released_binding_is_left_at_once),
		cmocka_unit_test(a_signal_handler_may_have_events_anywhere),
		cmocka_unit_test(bindings_come_and_go_while_threads_are_inside),
		cmocka_unit_test(a_child_of_fork_goes_on),
		cmocka_unit_test(errno_is_kept),
		cmocka_unit_test(a_misspelt_event_is_waited_for_and_described),
		cmocka_unit_test(the_macro_binds_tracepoints_that_the_compiler_knows),
		cmocka_unit_test(events_of_allocspan_are_not_bound),
		cmocka_unit_test(wrong_arguments_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

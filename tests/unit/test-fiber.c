/* SPDX-License-Identifier: MIT */
/*
 * Fibers save and restore what is entered (DESIGN 4.2.6): real stacks switched with swapcontext(), and a
 * fiber that goes on on another thread.
 */
#include "support.h"

#include <ucontext.h>

static struct allocspan_token *first, *second;

static void a_new_fiber_has_nothing_entered(void **state)
{
	struct allocspan_fiber *own = allocspan_fiber_get_current();
	struct allocspan_fiber *fiber = allocspan_fiber_create();
	struct allocspan_guard guard = allocspan_token_enter(first);

	(void) state;
	assert_non_null(own);
	assert_non_null(fiber);
	allocspan_fiber_switch(fiber);
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_ptr_equal(allocspan_fiber_get_current(), fiber);
	allocspan_fiber_switch(own);
	assert_ptr_equal(allocspan_fiber_get_current(), own);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&guard);
	allocspan_fiber_destroy(fiber);
}

static void a_switch_saves_what_is_entered_and_restores_it(void **state)
{
	struct allocspan_fiber *own = allocspan_fiber_get_current();
	struct allocspan_fiber *fiber = allocspan_fiber_create();
	struct allocspan_guard here = allocspan_token_enter(first);
	struct allocspan_guard there;
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	allocspan_fiber_switch(fiber);
	there = allocspan_token_enter(second);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(allocspan_current_group_id(), allocspan_token_id(second));
		allocspan_fiber_switch(own);
		assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
		allocspan_fiber_switch(fiber);
	}
	allocspan_guard_exit(&there);
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_fiber_switch(own);
	allocspan_guard_exit(&here);
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_misuse_count(), misuses);
	allocspan_fiber_destroy(fiber);
}

enum { FIBERS = 3, ROUNDS = 50 };

struct coroutine {
	ucontext_t machine;
	struct allocspan_fiber *fiber;
	struct allocspan_token *token;
	struct allocspan_span *span;
	int rounds, wrong;
	char stack[65536] __attribute__((aligned(16)));
};

static struct coroutine coroutines[FIBERS];
static struct coroutine *running;
static ucontext_t scheduler;
static struct allocspan_fiber *scheduler_fiber;

static void back_to_scheduler(struct coroutine *coroutine)
{
	allocspan_fiber_switch(scheduler_fiber);
	swapcontext(&coroutine->machine, &scheduler);
}

static void run_coroutine(void)
{
	struct coroutine *mine = running;

	for (mine->rounds = 0; mine->rounds < ROUNDS; mine->rounds++) {
		struct allocspan_guard in_span = allocspan_span_enter(mine->span);
		struct allocspan_guard in_token = allocspan_token_enter(mine->token);

		back_to_scheduler(mine);
		mine->wrong += allocspan_current_group_id() != allocspan_token_id(mine->token);
		mine->wrong += allocspan_current_span_id() != allocspan_span_id(mine->span);
		allocspan_guard_exit(&in_span);
		back_to_scheduler(mine);
		mine->wrong += allocspan_current_group_id() != allocspan_token_id(mine->token);
		mine->wrong += allocspan_current_span_id() != 0;
		allocspan_guard_exit(&in_token);
	}
	for (;;) {
		back_to_scheduler(mine);
	}
}

static void coroutines_on_stacks_of_their_own_keep_their_groups(void **state)
{
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	scheduler_fiber = allocspan_fiber_get_current();
	for (int i = 0; i < FIBERS; i++) {
		struct coroutine *coroutine = &coroutines[i];

		coroutine->fiber = allocspan_fiber_create();
		coroutine->token = registered("of a coroutine");
		coroutine->span = allocspan_span_create("of a coroutine");
		getcontext(&coroutine->machine);
		coroutine->machine.uc_stack.ss_sp = coroutine->stack;
		coroutine->machine.uc_stack.ss_size = sizeof(coroutine->stack);
		makecontext(&coroutine->machine, run_coroutine, 0);
	}
	for (int turn = 0; turn < FIBERS * (2 * ROUNDS + 1); turn++) {
		running = &coroutines[turn % FIBERS];
		allocspan_fiber_switch(running->fiber);
		swapcontext(&scheduler, &running->machine);
		assert_int_equal(allocspan_current_group_id(), 0);
	}
	for (int i = 0; i < FIBERS; i++) {
		assert_int_equal(coroutines[i].rounds, ROUNDS);
		assert_int_equal(coroutines[i].wrong, 0);
		allocspan_fiber_destroy(coroutines[i].fiber);
		allocspan_token_release(coroutines[i].token);
		allocspan_span_release(coroutines[i].span);
	}
	assert_int_equal(allocspan_misuse_count(), misuses);
}

struct moved {
	struct allocspan_fiber *fiber;
	struct allocspan_guard guard;
	uint64_t inside, after_exit, at_home;
};

static void *go_on_here(void *argument)
{
	struct moved *moved = argument;
	struct allocspan_fiber *own = allocspan_fiber_get_current();

	allocspan_fiber_switch(moved->fiber);
	moved->inside = allocspan_current_group_id();
	allocspan_guard_exit(&moved->guard);
	moved->after_exit = allocspan_current_group_id();
	allocspan_fiber_switch(own);
	moved->at_home = allocspan_current_group_id();
	return NULL;
}

static void a_fiber_goes_on_on_another_thread(void **state)
{
	struct allocspan_fiber *own = allocspan_fiber_get_current();
	struct moved moved = { .fiber = allocspan_fiber_create() };
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	allocspan_fiber_switch(moved.fiber);
	moved.guard = allocspan_token_enter(second);
	allocspan_fiber_switch(own);
	run_in_thread(go_on_here, &moved);
	assert_int_equal(moved.inside, allocspan_token_id(second));
	assert_int_equal(moved.after_exit, 0);
	assert_int_equal(moved.at_home, 0);
	assert_int_equal(allocspan_misuse_count(), misuses);
	allocspan_fiber_destroy(moved.fiber);
}

static void destroying_a_fiber_exits_what_is_entered_on_it(void **state)
{
	struct allocspan_fiber *own = allocspan_fiber_get_current();
	struct allocspan_fiber *fiber = allocspan_fiber_create();
	struct allocspan_token *token = allocspan_token_intern("of a destroyed fiber", NULL, 0);
	const uint64_t id = allocspan_token_id(token);

	(void) state;
	allocspan_fiber_switch(fiber);
	allocspan_token_enter(token);
	allocspan_fiber_switch(own);
	allocspan_token_release(token);
	allocspan_fiber_destroy(fiber);
	assert_true(interned_group_is_gone("of a destroyed fiber", id));
}

static void a_switch_to_null_counts_as_misuse_and_changes_nothing(void **state)
{
	struct allocspan_guard guard = allocspan_token_enter(first);
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	allocspan_fiber_switch(NULL);
	allocspan_fiber_destroy(NULL);
	assert_int_equal(allocspan_misuse_count(), misuses + 1);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(first));
	allocspan_guard_exit(&guard);
}

static void creating_and_destroying_for_ever_runs_in_constant_memory(void **state)
{
	struct allocspan_fiber *own = allocspan_fiber_get_current();
	long before = 0;

	(void) state;
	for (int i = 0; i < 300000; i++) {
		struct allocspan_fiber *fiber = allocspan_fiber_create();

		assert_non_null(fiber);
		allocspan_fiber_switch(fiber);
		allocspan_token_enter(first);
		allocspan_fiber_switch(own);
		allocspan_fiber_destroy(fiber);
		if (i == 10000) {
			before = resident_kib();
		}
	}
	assert_grown_less(before, 256);
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
		cmocka_unit_test(a_new_fiber_has_nothing_entered),
		cmocka_unit_test(a_switch_saves_what_is_entered_and_restores_it),
		cmocka_unit_test(coroutines_on_stacks_of_their_own_keep_their_groups),
		cmocka_unit_test(a_fiber_goes_on_on_another_thread),
		cmocka_unit_test(destroying_a_fiber_exits_what_is_entered_on_it),
		cmocka_unit_test(a_switch_to_null_counts_as_misuse_and_changes_nothing),
		cmocka_unit_test(creating_and_destroying_for_ever_runs_in_constant_memory),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

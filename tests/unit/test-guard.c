/* SPDX-License-Identifier: MIT */
/*
 * Guards: nesting, exits in any order, the untracked period (DESIGN 4.2.1 to 4.2.3). Misuse is in
 * test-misuse.c.
 */
#include "support.h"

#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>

enum { GROUPS = 8 };

static struct allocspan_token *tokens[GROUPS];
static uint64_t ids[GROUPS];

static void a_group_is_active_between_enter_and_exit(void **state)
{
	struct allocspan_guard guard;

	(void) state;
	assert_int_equal(allocspan_current_group_id(), 0);
	guard = allocspan_token_enter(tokens[0]);
	assert_int_equal(allocspan_current_group_id(), ids[0]);
	allocspan_guard_exit(&guard);
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void exit_restores_what_was_active_before(void **state)
{
	struct allocspan_guard outer = allocspan_token_enter(tokens[0]);
	struct allocspan_guard inner = allocspan_token_enter(tokens[1]);

	(void) state;
	assert_int_equal(allocspan_current_group_id(), ids[1]);
	allocspan_guard_exit(&inner);
	assert_int_equal(allocspan_current_group_id(), ids[0]);
	allocspan_guard_exit(&outer);
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void exit_out_of_order_keeps_inner_active(void **state)
{
	struct allocspan_guard a = allocspan_token_enter(tokens[0]);
	struct allocspan_guard b = allocspan_token_enter(tokens[1]);

	(void) state;
	allocspan_guard_exit(&a);
	assert_int_equal(allocspan_current_group_id(), ids[1]);
	allocspan_guard_exit(&b);
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void a_group_entered_twice_is_left_with_the_second_exit(void **state)
{
	struct allocspan_guard outer = allocspan_token_enter(tokens[0]);
	struct allocspan_guard inner = allocspan_token_enter(tokens[0]);

	(void) state;
	allocspan_guard_exit(&outer);
	assert_int_equal(allocspan_current_group_id(), ids[0]);
	allocspan_guard_exit(&inner);
	assert_int_equal(allocspan_current_group_id(), 0);
}

/* What must be active when some of GROUPS guards, entered in the order of their index, were exited. */
static uint64_t innermost_left(const bool *exited, size_t count)
{
	for (size_t i = count; i > 0; i--) {
		if (!exited[i - 1]) {
			return ids[i - 1];
		}
	}
	return 0;
}

static void each_order_of_exits_leaves_the_innermost_entered(void **state)
{
	enum { COUNT = 5, ORDERS = 120 };

	(void) state;
	for (unsigned int order = 0; order < ORDERS; order++) {
		struct allocspan_guard guards[COUNT];
		bool exited[COUNT] = { false };
		unsigned int rest = order;

		for (size_t i = 0; i < COUNT; i++) {
			guards[i] = allocspan_token_enter(tokens[i]);
		}
		for (unsigned int left = COUNT; left > 0; left--) {
			unsigned int skip = rest % left;
			size_t i = 0;

			rest /= left;
			while (exited[i] || skip-- > 0) {
				i++;
			}
			allocspan_guard_exit(&guards[i]);
			exited[i] = true;
			assert_int_equal(allocspan_current_group_id(),
					 innermost_left(exited, COUNT));
		}
	}
}

/* A plain list beside the library's stack, driven by the same random enters and exits. */
static void interleaved_tasks_see_their_groups(void **state)
{
	enum { STEPS = 200000, DEPTH_MAX = 64 };
	struct {
		struct allocspan_guard guard;
		uint64_t id;
	} entered[DEPTH_MAX];
	size_t depth = 0;
	uint32_t random = 1;
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	for (int step = 0; step < STEPS; step++) {
		random = random * 1664525 + 1013904223;
		if (depth < DEPTH_MAX && (depth == 0 || random >> 31 != 0)) {
			const size_t group = random >> 8 & (GROUPS - 1);

			entered[depth].guard = allocspan_token_enter(tokens[group]);
			entered[depth].id = ids[group];
			depth++;
		} else {
			const size_t leaving = (random >> 8) % depth;

			allocspan_guard_exit(&entered[leaving].guard);
			depth--;
			memmove(&entered[leaving], &entered[leaving + 1],
				(depth - leaving) * sizeof(entered[0]));
		}
		assert_int_equal(allocspan_current_group_id(), depth ? entered[depth - 1].id : 0);
	}
	while (depth > 0) {
		allocspan_guard_exit(&entered[--depth].guard);
	}
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_misuse_count(), misuses);
}

enum { DEPTH = 10000 };

static void ten_thousand_guards_nest(void **state)
{
	static struct allocspan_guard guards[DEPTH];

	(void) state;
	for (size_t i = 0; i < DEPTH; i++) {
		guards[i] = allocspan_token_enter(tokens[i % GROUPS]);
		assert_int_equal(allocspan_current_group_id(), ids[i % GROUPS]);
	}
	for (size_t i = DEPTH; i > 0; i--) {
		assert_int_equal(allocspan_current_group_id(), ids[(i - 1) % GROUPS]);
		allocspan_guard_exit(&guards[i - 1]);
	}
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void ten_thousand_guards_can_be_exited_outermost_first(void **state)
{
	static struct allocspan_guard guards[DEPTH];

	(void) state;
	for (size_t i = 0; i < DEPTH; i++) {
		guards[i] = allocspan_token_enter(tokens[i % GROUPS]);
	}
	for (size_t i = 0; i < DEPTH; i++) {
		assert_int_equal(allocspan_current_group_id(), ids[(DEPTH - 1) % GROUPS]);
		allocspan_guard_exit(&guards[i]);
	}
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void tasks_that_never_empty_the_stack_run_in_constant_memory(void **state)
{
	struct allocspan_guard older = allocspan_token_enter(tokens[0]);
	long before = 0;

	(void) state;
	for (uint64_t i = 0; i < rounds(3000000); i++) {
		struct allocspan_guard newer = allocspan_token_enter(tokens[i & 1]);

		allocspan_guard_exit(&older);
		older = newer;
		if (i == 10000) {
			before = resident_kib();
		}
	}
	assert_grown_less(before, 256);
	allocspan_guard_exit(&older);
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void untracked_hides_the_active_group_until_it_is_exited(void **state)
{
	struct allocspan_guard outer = allocspan_token_enter(tokens[0]);
	struct allocspan_guard untracked = allocspan_untracked_enter();

	(void) state;
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_guard_exit(&untracked);
	assert_int_equal(allocspan_current_group_id(), ids[0]);
	allocspan_guard_exit(&outer);
}

static void a_token_entered_inside_untracked_is_active(void **state)
{
	struct allocspan_guard untracked = allocspan_untracked_enter();
	struct allocspan_guard inner = allocspan_token_enter(tokens[1]);

	(void) state;
	assert_int_equal(allocspan_current_group_id(), ids[1]);
	allocspan_guard_exit(&inner);
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_guard_exit(&untracked);
}

static void untracked_exited_out_of_order_leaves_the_inner_token(void **state)
{
	struct allocspan_guard outer = allocspan_token_enter(tokens[0]);
	struct allocspan_guard untracked = allocspan_untracked_enter();
	struct allocspan_guard inner = allocspan_token_enter(tokens[1]);

	(void) state;
	allocspan_guard_exit(&untracked);
	assert_int_equal(allocspan_current_group_id(), ids[1]);
	allocspan_guard_exit(&inner);
	assert_int_equal(allocspan_current_group_id(), ids[0]);
	allocspan_guard_exit(&outer);
}

struct other_thread {
	uint64_t at_start, inside, at_end;
	pthread_barrier_t entered, checked;
};

static void *enter_another(void *argument)
{
	struct other_thread *other = argument;
	struct allocspan_guard guard;

	other->at_start = allocspan_current_group_id();
	guard = allocspan_token_enter(tokens[1]);
	other->inside = allocspan_current_group_id();
	pthread_barrier_wait(&other->entered);
	pthread_barrier_wait(&other->checked);
	allocspan_guard_exit(&guard);
	other->at_end = allocspan_current_group_id();
	return NULL;
}

static void each_thread_has_its_own_stack(void **state)
{
	struct other_thread other;
	pthread_t thread;
	struct allocspan_guard guard = allocspan_token_enter(tokens[0]);

	(void) state;
	pthread_barrier_init(&other.entered, NULL, 2);
	pthread_barrier_init(&other.checked, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, enter_another, &other), 0);
	pthread_barrier_wait(&other.entered);
	assert_int_equal(allocspan_current_group_id(), ids[0]);
	pthread_barrier_wait(&other.checked);
	pthread_join(thread, NULL);
	allocspan_guard_exit(&guard);

	assert_int_equal(other.at_start, 0);
	assert_int_equal(other.inside, ids[1]);
	assert_int_equal(other.at_end, 0);
	pthread_barrier_destroy(&other.entered);
	pthread_barrier_destroy(&other.checked);
}

/* In a child. Under strict seccomp, any system call but read, write and exit ends the process. */
static int enter_and_exit_under_seccomp(void)
{
	struct allocspan_span *span = allocspan_span_create("no calls");
	struct allocspan_guard first = allocspan_token_enter(tokens[0]);

	allocspan_guard_exit(&first);
	allocspan_span_attach(span, tokens[2]);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) {
		return 2;
	}
	for (int i = 0; i < 1000; i++) {
		struct allocspan_guard outer = allocspan_token_enter(tokens[0]);
		struct allocspan_guard inner = allocspan_span_enter(span);
		struct allocspan_guard untracked = allocspan_untracked_enter();
		struct allocspan_mark mark = allocspan_mark_take();

		allocspan_token_enter(tokens[1]);
		allocspan_unwind(&mark);
		allocspan_guard_exit(&outer);
		allocspan_guard_exit(&inner);
		allocspan_guard_exit(&untracked);
	}
	syscall(SYS_exit, allocspan_current_group_id() == 0 ? 0 : 3);
	return 4;
}

static void enter_and_exit_make_no_system_call(void **state)
{
	int status = 0;
	pid_t child;

	(void) state;
	if (SANITIZED) {
		skip();
	}
	/* Not fork(): that would start LTTng's threads anew, and only this thread ends below. */
	child = (pid_t) syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0) {
		syscall(SYS_exit, enter_and_exit_under_seccomp());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static volatile sig_atomic_t handled, handler_saw_wrong_group;

/* Armed anew by each handler, so that a slow machine gets on between two of them. */
static const struct itimerval in_50_us = { .it_value = { .tv_usec = 50 } };

static void enter_and_exit_in_handler(int signal_number)
{
	const uint64_t interrupted = allocspan_current_group_id();
	struct allocspan_guard outer = allocspan_token_enter(tokens[6]);
	struct allocspan_guard inner = allocspan_token_enter(tokens[7]);

	(void) signal_number;
	handler_saw_wrong_group |= allocspan_current_group_id() != ids[7];
	allocspan_guard_exit(&inner);
	handler_saw_wrong_group |= allocspan_current_group_id() != ids[6];
	allocspan_guard_exit(&outer);
	handler_saw_wrong_group |= allocspan_current_group_id() != interrupted;
	if (++handled < 2000) {
		setitimer(ITIMER_REAL, &in_50_us, NULL);
	}
}

static void a_signal_handler_can_enter_and_exit_at_any_moment(void **state)
{
	const struct sigaction action = { .sa_handler = enter_and_exit_in_handler };
	const uint64_t misuses = allocspan_misuse_count();
	uint64_t wrong = 0;

	(void) state;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &in_50_us, NULL);
	while (handled < 2000) {
		struct allocspan_guard a = allocspan_token_enter(tokens[0]);
		struct allocspan_guard b = allocspan_token_enter(tokens[1]);
		struct allocspan_guard c = allocspan_token_enter(tokens[2]);

		wrong += allocspan_current_group_id() != ids[2];
		allocspan_guard_exit(&b);
		wrong += allocspan_current_group_id() != ids[2];
		allocspan_guard_exit(&c);
		wrong += allocspan_current_group_id() != ids[0];
		allocspan_guard_exit(&a);
		wrong += allocspan_current_group_id() != 0;
	}
	signal(SIGALRM, SIG_DFL);
	assert_int_equal(wrong, 0);
	assert_int_equal(handler_saw_wrong_group, 0);
	assert_int_equal(allocspan_misuse_count(), misuses);
}

static struct allocspan_mark bottom;

/* What a failed test left entered is not the next one's. */
static int leave_everything(void **state)
{
	(void) state;
	allocspan_unwind(&bottom);
	return 0;
}

static int set_up(void **state)
{
	(void) state;
	bottom = allocspan_mark_take();
	for (size_t i = 0; i < GROUPS; i++) {
		tokens[i] = registered("guarded");
		ids[i] = allocspan_token_id(tokens[i]);
	}
	return 0;
}

#define TEST(claim) cmocka_unit_test_setup(claim, leave_everything)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_group_is_active_between_enter_and_exit),
		TEST(exit_restores_what_was_active_before),
		TEST(exit_out_of_order_keeps_inner_active),
		TEST(a_group_entered_twice_is_left_with_the_second_exit),
		TEST(each_order_of_exits_leaves_the_innermost_entered),
		TEST(interleaved_tasks_see_their_groups),
		TEST(ten_thousand_guards_nest),
		TEST(ten_thousand_guards_can_be_exited_outermost_first),
		TEST(tasks_that_never_empty_the_stack_run_in_constant_memory),
		TEST(untracked_hides_the_active_group_until_it_is_exited),
		TEST(a_token_entered_inside_untracked_is_active),
		TEST(untracked_exited_out_of_order_leaves_the_inner_token),
		TEST(each_thread_has_its_own_stack),
		TEST(enter_and_exit_make_no_system_call),
		TEST(a_signal_handler_can_enter_and_exit_at_any_moment),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

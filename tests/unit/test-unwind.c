/* SPDX-License-Identifier: MIT */
/*
 * longjmp past an exit leaves a stale entry and never a dangling pointer; mark and unwind clean up after
 * it (DESIGN 4.2.4).
 */
#include "support.h"

static struct allocspan_token *outer_token, *inner_token;
static struct allocspan_span *span;
static jmp_buf back;

/* Enters guards in frames of its own, and jumps out of all of them. */
static void __attribute__((noinline)) enter_deeper_and_jump(int depth)
{
	struct allocspan_guard guard = allocspan_token_enter(inner_token);

	if (depth > 0) {
		enter_deeper_and_jump(depth - 1);
	} else if (allocspan_current_group_id() != 0) {
		longjmp(back, 1);
	}
	allocspan_guard_exit(&guard);
}

static void unwind_exits_what_a_longjmp_left(void **state)
{
	struct allocspan_guard outer = allocspan_token_enter(outer_token);
	struct allocspan_mark mark = allocspan_mark_take();
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	if (setjmp(back) == 0) {
		enter_deeper_and_jump(100);
	}
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(inner_token));
	allocspan_unwind(&mark);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(outer_token));
	allocspan_guard_exit(&outer);
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_misuse_count(), misuses);
}

/* Overwrites the stack that the jump left. */
static void __attribute__((noinline)) overwrite_frames(void)
{
	char frames[32768];

	memset(frames, 0x5a, sizeof(frames));
	__asm__ volatile("" : : "r"(frames) : "memory");
}

static void a_longjmp_leaves_a_stale_entry_and_no_dangling_pointer(void **state)
{
	struct allocspan_mark mark = allocspan_mark_take();
	struct allocspan_guard outer = allocspan_token_enter(outer_token);
	struct allocspan_guard later;

	(void) state;
	if (setjmp(back) == 0) {
		enter_deeper_and_jump(10);
	}
	overwrite_frames();
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(inner_token));
	later = allocspan_token_enter(outer_token);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(outer_token));
	allocspan_guard_exit(&later);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(inner_token));
	allocspan_guard_exit(&outer);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(inner_token));
	allocspan_unwind(&mark);
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void unwind_with_nothing_entered_since_changes_nothing(void **state)
{
	struct allocspan_guard outer = allocspan_token_enter(outer_token);
	struct allocspan_mark mark = allocspan_mark_take();
	const uint64_t misuses = allocspan_misuse_count();

	(void) state;
	allocspan_unwind(&mark);
	allocspan_unwind(&mark);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(outer_token));
	allocspan_guard_exit(&outer);
	assert_int_equal(allocspan_misuse_count(), misuses);
}

static void a_mark_stays_valid_and_marks_nest(void **state)
{
	struct allocspan_mark first = allocspan_mark_take();
	struct allocspan_mark second;

	(void) state;
	for (int i = 0; i < 100; i++) {
		allocspan_token_enter(outer_token);
		second = allocspan_mark_take();
		allocspan_token_enter(inner_token);
		allocspan_token_enter(inner_token);
		allocspan_unwind(&second);
		assert_int_equal(allocspan_current_group_id(), allocspan_token_id(outer_token));
		allocspan_unwind(&first);
		assert_int_equal(allocspan_current_group_id(), 0);
	}
}

static void a_mark_before_the_first_enter_of_a_thread_is_its_bottom(void **state)
{
	(void) state;
	a_mark_stays_valid_and_marks_nest(NULL);
}

static void unwind_exits_spans_too(void **state)
{
	struct allocspan_mark mark = allocspan_mark_take();

	(void) state;
	allocspan_span_enter(span);
	allocspan_untracked_enter();
	allocspan_span_enter(span);
	assert_int_equal(allocspan_current_span_id(), allocspan_span_id(span));
	allocspan_unwind(&mark);
	assert_int_equal(allocspan_current_span_id(), 0);
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void unwind_keeps_what_was_entered_before_the_mark(void **state)
{
	struct allocspan_guard a = allocspan_token_enter(outer_token);
	struct allocspan_guard b = allocspan_token_enter(inner_token);
	struct allocspan_mark mark = allocspan_mark_take();
	struct allocspan_guard c = allocspan_token_enter(outer_token);

	(void) state;
	/* Leaves a gap under the mark. */
	allocspan_guard_exit(&a);
	(void) c;
	allocspan_unwind(&mark);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(inner_token));
	allocspan_guard_exit(&b);
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void unwind_exits_a_guard_that_took_the_place_of_an_older_one(void **state)
{
	struct allocspan_guard older = allocspan_token_enter(outer_token);
	struct allocspan_mark mark = allocspan_mark_take();

	(void) state;
	allocspan_guard_exit(&older);
	allocspan_token_enter(inner_token);
	allocspan_unwind(&mark);
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void unwinding_gives_groups_back(void **state)
{
	struct allocspan_token *token = allocspan_token_intern("left by a jump", NULL, 0);
	const uint64_t id = allocspan_token_id(token);
	struct allocspan_mark mark = allocspan_mark_take();

	(void) state;
	allocspan_token_enter(token);
	allocspan_token_release(token);
	allocspan_unwind(&mark);
	assert_true(interned_group_is_gone("left by a jump", id));
}

static void a_million_jumps_run_in_constant_memory(void **state)
{
	struct allocspan_mark mark = allocspan_mark_take();
	volatile long before = 0;

	(void) state;
	for (volatile uint64_t i = 0; i < rounds(1000000); i++) {
		if (setjmp(back) == 0) {
			enter_deeper_and_jump(1);
		}
		allocspan_unwind(&mark);
		if (i == 1000) {
			before = resident_kib();
		}
	}
	assert_grown_less(before, 256);
	assert_int_equal(allocspan_current_group_id(), 0);
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
	outer_token = registered("outer");
	inner_token = registered("inner");
	span = allocspan_span_create("jumped over");
	return allocspan_span_attach(span, inner_token);
}

#define TEST(claim) cmocka_unit_test_setup(claim, leave_everything)

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* The first, so that nothing was entered before. */
		TEST(a_mark_before_the_first_enter_of_a_thread_is_its_bottom),
		TEST(unwind_exits_what_a_longjmp_left),
		TEST(a_longjmp_leaves_a_stale_entry_and_no_dangling_pointer),
		TEST(unwind_with_nothing_entered_since_changes_nothing),
		TEST(a_mark_stays_valid_and_marks_nest),
		TEST(unwind_exits_spans_too),
		TEST(unwind_keeps_what_was_entered_before_the_mark),
		TEST(unwind_exits_a_guard_that_took_the_place_of_an_older_one),
		TEST(unwinding_gives_groups_back),
		TEST(a_million_jumps_run_in_constant_memory),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

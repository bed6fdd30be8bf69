/* SPDX-License-Identifier: MIT */
/*
 * Spans are replayed: an allocation is of the path of spans that its thread is in, whatever is missing.
 */
#include "answers-support.h"

/* The path of the only seen place that holds this many bytes. */
static void assert_path(int64_t bytes, const char *expected)
{
	for (size_t i = 0; i < report.place_count; i++) {
		if (!report.places[i].is_unseen && report.places[i].live.bytes == bytes) {
			char *path = aspan_report_get_path(&report, report.places[i].node, "/");

			assert_string_equal(path, expected);
			free(path);
			return;
		}
	}
	fail_msg("no place holds %d bytes", (int) bytes);
}

static void an_allocation_is_of_the_innermost_span_and_its_path(void **state)
{
	(void) state;
	group_register(2, PARSER);
	span_enter(1, 0, "serve");
	allocate_in(1, 0, 0x10, 1, 2, PARSER);
	span_enter(2, 1, "parse");
	allocate_in(2, 0, 0x20, 2, 2, PARSER);
	span_exit(2, "parse", (struct aspan_counts){ 0 });
	allocate_in(1, 0, 0x30, 4, 2, PARSER);
	span_exit(1, "serve", (struct aspan_counts){ 0 });
	allocate_in(0, 0, 0x40, 8, 2, PARSER);
	make_report();
	assert_path(1 + 4, "serve");
	assert_path(2, "serve/parse");
	assert_path(8, "");
	assert_int_equal(numbers("span", "serve")->counts.alloc_count, 2);
	assert_int_equal(numbers("span", "parse")->counts.alloc_count, 1);
	assert_int_equal(numbers("span", "(no span)")->counts.alloc_count, 1);
}

static void threads_have_stacks_of_their_own(void **state)
{
	(void) state;
	group_register(2, PARSER);
	span_enter(1, 0, "serve");
	from.vtid = 101;
	span_enter(2, 0, "clean");
	allocate_in(2, 0, 0x10, 1, 2, PARSER);
	from.vtid = 100;
	allocate_in(1, 0, 0x20, 2, 2, PARSER);
	make_report();
	assert_path(1, "clean");
	assert_path(2, "serve");
	assert_int_equal(report.thread_count, 2);
}

static void the_same_ids_of_two_processes_are_two_spans(void **state)
{
	(void) state;
	group_register(2, PARSER);
	span_enter(1, 0, "serve");
	allocate_in(1, 0, 0x10, 1, 2, PARSER);
	from.vpid = from.vtid = 200;
	group_register(2, PARSER);
	span_enter(1, 0, "index");
	allocate_in(1, 0, 0x10, 2, 2, PARSER);
	make_report();
	assert_path(1, "serve");
	assert_path(2, "index");
}

static void spans_exited_out_of_order_leave_the_others(void **state)
{
	(void) state;
	group_register(2, PARSER);
	span_enter(1, 0, "a");
	span_enter(2, 1, "b");
	span_exit(1, "a", (struct aspan_counts){ 0 });
	allocate_in(2, 0, 0x10, 1, 2, PARSER);
	span_enter(3, 2, "c");
	allocate_in(3, 0, 0x20, 2, 2, PARSER);
	make_report();
	assert_path(1, "a/b");
	assert_path(2, "a/b/c");
}

static void a_lost_exit_is_known_from_the_next_enter(void **state)
{
	(void) state;
	group_register(2, PARSER);
	span_enter(1, 0, "a");
	span_enter(2, 1, "b");
	/* Lost: the exits of both. */
	span_enter(3, 0, "c");
	allocate_in(3, 0, 0x10, 1, 2, PARSER);
	span_enter(1, 3, "a");
	allocate_in(1, 0, 0x20, 2, 2, PARSER);
	make_report();
	assert_path(1, "c");
	assert_path(2, "c/a");
}

static void a_lost_enter_leaves_the_span_that_the_allocation_tells(void **state)
{
	(void) state;
	group_register(2, PARSER);
	/* Its name is known from an earlier time, or from its exit, or not at all. */
	span_enter(1, 0, "a");
	span_exit(1, "a", (struct aspan_counts){ 0 });
	allocate_in(1, 0, 0x10, 1, 2, PARSER);
	span_exit(2, "b", (struct aspan_counts){ 0 });
	allocate_in(2, 0, 0x20, 2, 2, PARSER);
	allocate_in(3, 0, 0x30, 4, 2, PARSER);
	make_report();
	assert_path(1, "a");
	assert_path(2, "b");
	assert_path(4, "?");
	assert_int_equal(row("span", "(not in the trace)")->keys[0].state, ASPAN_KEY_UNSEEN);
	assert_int_equal(numbers("span", "(not in the trace)")->live.bytes, 4);
}

static void a_span_entered_in_itself_is_exited_from_inside(void **state)
{
	(void) state;
	group_register(2, PARSER);
	span_enter(1, 0, "a");
	span_enter(1, 1, "a");
	span_exit(1, "a", (struct aspan_counts){ 0 });
	allocate_in(1, 0, 0x10, 1, 2, PARSER);
	make_report();
	assert_path(1, "a");
	assert_int_equal(report.spans[0].open_count, 1);
}

static void spans_sum_the_numbers_of_their_exits(void **state)
{
	(void) state;
	for (uint64_t i = 1; i <= 3; i++) {
		span_enter(1, 0, "serve");
		now_ns += 10 * i;
		span_exit(1, "serve",
			  (struct aspan_counts){ .alloc_count = i,
						 .alloc_bytes = 100 * i,
						 .free_count = 1,
						 .free_bytes = 50 });
	}
	/* Entered before the trace began. */
	span_exit(2, "serve", (struct aspan_counts){ .alloc_count = 1, .alloc_bytes = 1000 });
	make_report();
	assert_int_equal(report.span_count, 1);
	assert_string_equal(report.spans[0].name, "serve");
	assert_int_equal(report.spans[0].entry_count, 4);
	assert_int_equal(report.spans[0].timed_count, 3);
	assert_int_equal(report.spans[0].counts.alloc_count, 7);
	assert_int_equal(report.spans[0].counts.alloc_bytes, 1600);
	assert_int_equal(report.spans[0].counts.free_bytes, 150);
	assert_int_equal(report.spans[0].duration_ns, 11 + 21 + 31);
	assert_int_equal(report.spans[0].longest_ns, 31);
}

static void the_worst_entries_are_those_of_all(void **state)
{
	enum { ENTRIES = 100, KEPT = 3 };

	(void) state;
	aspan_model_destroy(model);
	start_questions(NULL);
	aspan_questions_want_all(&questions);
	questions.top = KEPT;
	assert_int_equal(aspan_model_ask(model, &questions), 0);
	for (uint64_t i = 0; i < ENTRIES; i++) {
		/* 0 to 99 in some order; what allocates most frees most. */
		uint64_t bytes = i * 37 % ENTRIES;

		span_enter(1, 0, "serve");
		span_exit(1, "serve",
			  (struct aspan_counts){ .alloc_bytes = bytes, .free_bytes = 2 * bytes });
	}
	make_report();
	assert_int_equal(report.worst_by_bytes_count, KEPT);
	assert_int_equal(report.worst_by_net_count, KEPT);
	for (uint64_t i = 0; i < KEPT; i++) {
		assert_int_equal(report.worst_by_bytes[i].counts.alloc_bytes, ENTRIES - 1 - i);
		assert_int_equal(report.worst_by_net[i].counts.alloc_bytes, i);
		assert_int_equal(report.worst_by_net[i].exit_ns - report.worst_by_net[i].enter_ns,
				 1);
	}
}

static void spans_without_end_do_not_fill_the_memory(void **state)
{
	(void) state;
	group_register(2, PARSER);
	for (uint64_t i = 1; i < 100000; i++) {
		span_enter(i % 8 + 1, (i - 1) % 8 + 1, "serve");
	}
	make_report();
	assert_in_range(model->tally->threads.threads[0].open_count, 1, 4096);
}

static void a_lost_exit_leaves_the_spans_outside_of_it(void **state)
{
	(void) state;
	group_register(2, PARSER);
	span_enter(1, 0, "a");
	span_enter(2, 1, "b");
	/* Lost: the exit of b. */
	span_enter(3, 1, "c");
	allocate_in(3, 0, 0x10, 1, 2, PARSER);
	make_report();
	assert_path(1, "a/c");
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, start_all, end_report)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_allocation_is_of_the_innermost_span_and_its_path),
		TEST(threads_have_stacks_of_their_own),
		TEST(the_same_ids_of_two_processes_are_two_spans),
		TEST(spans_exited_out_of_order_leave_the_others),
		TEST(a_lost_exit_is_known_from_the_next_enter),
		TEST(a_lost_enter_leaves_the_span_that_the_allocation_tells),
		TEST(a_span_entered_in_itself_is_exited_from_inside),
		TEST(spans_sum_the_numbers_of_their_exits),
		TEST(the_worst_entries_are_those_of_all),
		TEST(spans_without_end_do_not_fill_the_memory),
		TEST(a_lost_exit_leaves_the_spans_outside_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

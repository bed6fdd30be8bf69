/* SPDX-License-Identifier: MIT */
/*
 * With --from and --to the counts are those of the window, and what was before it still lives in it.
 */
#include "answers-support.h"

/* Asks for everything, from and to, before the first event. */
static void ask_window(bool is_relative, uint64_t from_ns, uint64_t to_ns)
{
	aspan_model_destroy(model);
	start_questions(NULL);
	aspan_questions_want_all(&questions);
	questions.has_from = questions.has_to = true;
	questions.is_from_relative = questions.is_to_relative = is_relative;
	questions.from_ns = from_ns;
	questions.to_ns = to_ns;
	assert_int_equal(aspan_model_ask(model, &questions), 0);
}

/* Events at 1001, 1002 and so on; the window is from 1004 to 1007. */
static void feed_twelve(void)
{
	group_register(2, PARSER); /* 1001 */
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, 30, 2, PARSER);
	allocate(0x30, 5, 2, PARSER); /* 1004 */
	release_under(0x10, 100, 2, PARSER, 9);
	allocate(0x40, 7, 2, PARSER);
	release(0x30, 5, 2, PARSER); /* 1007 */
	allocate(0x50, 5000, 2, PARSER);
	release(0x20, 30, 2, PARSER);
}

static void assert_window(void)
{
	const struct aspan_numbers *found;

	make_report();
	found = numbers("group", "parser");
	assert_int_equal(found->counts.alloc_count, 2);
	assert_int_equal(found->counts.alloc_bytes, 12);
	assert_int_equal(found->counts.free_count, 2);
	assert_int_equal(found->counts.free_bytes, 105);
	assert_blocks(found->live, 2, 37);
	/* 0x20 is older than the window. */
	assert_blocks(found->never_freed, 1, 7);
	assert_blocks(found->foreign_frees, 1, 100);
	assert_int_equal(found->peak_live_bytes, 135);
	assert_int_equal(found->peak_time_ns, 1004);
	assert_int_equal(found->bytes_at_total_peak, 135);
	assert_int_equal(count_bucket(&found->sizes, 100), 0);
	assert_int_equal(count_bucket(&found->sizes, 5), 2);
	assert_int_equal(report.handover_count, 1);
	assert_int_equal(report.begin_ns, 1004);
	assert_int_equal(report.end_ns, 1007);
}

static void counts_are_those_of_the_window(void **state)
{
	(void) state;
	ask_window(false, 1004, 1007);
	feed_twelve();
	assert_true(model->is_past_window);
	assert_window();
}

static void relative_times_count_from_the_first_event(void **state)
{
	(void) state;
	ask_window(true, 3, 6);
	feed_twelve();
	assert_window();
}

static void groups_alone_have_the_same_numbers(void **state)
{
	(void) state;
	ask_window(false, 1004, 1007);
	feed_twelve();
	make_report();
	assert_counts(report.groups[0].result, 2, 12, 2, 105);
	assert_live(report.groups[0].result, 2, 37, 135, true);
	aspan_report_fini(&report);
	ask_instead("group");
	questions.has_from = questions.has_to = true;
	questions.from_ns = 1004;
	questions.to_ns = 1007;
	assert_int_equal(aspan_model_ask(model, &questions), 0);
	feed_twelve();
	make_report();
	assert_counts(report.groups[0].result, 2, 12, 2, 105);
	assert_live(report.groups[0].result, 2, 37, 135, true);
}

static void a_peak_before_the_window_is_not_of_it(void **state)
{
	(void) state;
	ask_window(false, 1004, 2000);
	group_register(2, PARSER);
	allocate(0x10, 1000, 2, PARSER);
	release(0x10, 1000, 2, PARSER);
	allocate(0x20, 10, 2, PARSER);
	make_report();
	assert_int_equal(numbers("group", "parser")->peak_live_bytes, 10);
	assert_int_equal(everything()->peak_live_bytes, 10);
	assert_int_equal(report.timeline.moments[0].bytes, 10);
}

static void the_timeline_is_of_the_window(void **state)
{
	const struct aspan_report_row *found;

	(void) state;
	ask_window(false, 5000, 9000);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	now_ns = 6999;
	allocate(0x20, 1, 2, PARSER);
	make_report();
	assert_int_equal(report.timeline.begin_ns, 5000);
	assert_int_equal(report.timeline.moments[0].bytes, 100);
	assert_int_equal(report.timeline.moments[report.timeline.bucket_count - 1].bytes, 101);
	found = row("group", "parser");
	assert_int_equal(found->point_count, 2);
	assert_int_equal(found->points[0].bytes, 100);
	assert_int_equal(found->points[1].bytes, 101);
}

static void what_was_lost_before_the_window_is_not_counted_in_it(void **state)
{
	static const uint64_t lost = 5;

	(void) state;
	ask_window(false, 1004, 2000);
	group_register(2, PARSER);
	aspan_model_note_discarded_events(model, from.trace, &lost);
	checkpoint(2, PARSER, (struct aspan_counts){ .alloc_count = 10, .alloc_bytes = 1000 });
	now_ns = 1010;
	allocate(0x10, 1, 2, PARSER);
	make_report();
	assert_counts(report.groups[0].result, 1, 1, 0, 0);
	assert_live(report.groups[0].result, 11, 1001, 1001, false);
	assert_int_equal(report.groups[0].result.lost.alloc_count, 0);
	assert_int_equal(everything()->counts.alloc_count, 1);
	assert_blocks(everything()->live, 11, 1001);
}

static void a_window_that_nothing_reaches_never_begins(void **state)
{
	(void) state;
	ask_window(false, 5000, 9000);
	group_register(2, PARSER);
	assert_false(model->has_window_begun);
}

static void a_peak_that_a_loss_hid_before_the_window_is_not_of_it(void **state)
{
	static const uint64_t lost = 5;

	(void) state;
	ask_window(false, 1010, 2000);
	group_register(2, PARSER);
	allocate(0x10, 9000, 2, PARSER);
	aspan_model_note_discarded_events(model, from.trace, &lost);
	checkpoint(2, PARSER,
		   (struct aspan_counts){ .alloc_count = 1,
					  .alloc_bytes = 9000,
					  .free_count = 1,
					  .free_bytes = 9000 });
	now_ns = 1010;
	allocate(0x20, 50, 2, PARSER);
	make_report();
	assert_live(report.groups[0].result, 1, 50, 50, false);
	assert_int_equal(numbers("tag:group", "parser")->peak_live_bytes, 50);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, start_all, end_report)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_are_those_of_the_window),
		TEST(relative_times_count_from_the_first_event),
		TEST(groups_alone_have_the_same_numbers),
		TEST(a_peak_before_the_window_is_not_of_it),
		TEST(the_timeline_is_of_the_window),
		TEST(what_was_lost_before_the_window_is_not_counted_in_it),
		TEST(a_window_that_nothing_reaches_never_begins),
		TEST(a_peak_that_a_loss_hid_before_the_window_is_not_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

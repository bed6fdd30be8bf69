/* SPDX-License-Identifier: MIT */
/*
 * Traces that began late or lost events: nothing silently wrong, and what checkpoints tell is used
 * (DESIGN 4.5).
 */
#include "analysis-support.h"

static const uint64_t lost = 5;

static void lose_events(void)
{
	aspan_model_note_discarded_events(model, from.trace, &lost);
}

static void checkpoints_do_not_change_a_whole_trace(void **state)
{
	struct aspan_group_result result;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	/* Another thread's allocation is in the counters already, and its event comes next. */
	checkpoint(2, PARSER, (struct aspan_counts){ .alloc_count = 2, .alloc_bytes = 110 });
	allocate(0x20, 10, 2, PARSER);
	result = result_of(2, PARSER);
	assert_counts(result, 2, 110, 0, 0);
	assert_live(result, 2, 110, 110, true);
}

static void a_trace_that_began_late_is_exact_with_a_checkpoint(void **state)
{
	struct aspan_group_result result;

	(void) state;
	/* 10 blocks of 100 bytes lived when the trace began; one of them is freed before the checkpoint. */
	release(0x999, 100, 2, PARSER);
	allocate(0x10, 500, 2, PARSER);
	uint64_t peak_ns = now_ns;
	checkpoint(2, PARSER,
		   (struct aspan_counts){ .alloc_count = 31,
					  .alloc_bytes = 3500,
					  .free_count = 21,
					  .free_bytes = 2100 });
	release(0x10, 500, 2, PARSER);
	result = result_of(2, PARSER);
	assert_counts(result, 1, 500, 2, 600);
	assert_live(result, 9, 900, 1400, true);
	assert_int_equal(result.peak_time_ns, peak_ns);
	assert_false(shows_losses());
}

static void without_a_checkpoint_the_frees_of_older_blocks_are_a_lower_bound(void **state)
{
	(void) state;
	allocate(0x10, 500, 2, PARSER);
	release(0x999, 100, 2, PARSER);
	release(0x10, 500, 2, PARSER);
	assert_live(result_of(2, PARSER), 0, 0, 600, false);
}

static void a_child_of_fork_may_free_what_it_inherited(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	from.vpid = from.vtid = 200;
	release(0x10, 100, 2, PARSER);
	assert_live(result_of(2, PARSER), 0, 0, 100, false);
	from.vpid = 100;
	assert_live(result_of(2, PARSER), 1, 100, 100, true);
}

static void a_lost_alloc_does_not_make_live_negative(void **state)
{
	struct aspan_group_result result;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	lose_events();
	release(0x20, 5000, 2, PARSER);
	result = result_of(2, PARSER);
	assert_counts(result, 1, 100, 1, 5000);
	/* Both lived just before the free. */
	assert_live(result, 1, 100, 5100, false);
	assert_true(shows_losses());
}

static void blocks_that_lived_one_after_the_other_do_not_add_up_to_a_peak(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	lose_events();
	for (int i = 0; i < 1000; i++) {
		release(0x20, 30, 2, PARSER);
	}
	assert_live(result_of(2, PARSER), 1, 100, 130, false);
}

static void a_lost_alloc_does_not_spoil_another_group(void **state)
{
	(void) state;
	group_register(2, PARSER);
	group_register(3, CACHE);
	allocate(0x10, 100, 2, PARSER);
	/* Lost: the free of 0x10, and the alloc of 0x10 for the cache. */
	lose_events();
	release(0x10, 7, 3, CACHE);
	assert_counts(result_of(2, PARSER), 1, 100, 1, 100);
	assert_counts(result_of(3, CACHE), 0, 0, 1, 7);
	assert_live(result_of(2, PARSER), 0, 0, 100, false);
	assert_live(result_of(3, CACHE), 0, 0, 7, false);
	assert_int_equal(model->groups[1].orphans.count, 1);
}

static void an_address_given_out_twice_tells_of_a_lost_free(void **state)
{
	(void) state;
	group_register(2, PARSER);
	group_register(3, CACHE);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x10, 7, 3, CACHE);
	assert_counts(result_of(2, PARSER), 1, 100, 1, 100);
	assert_live(result_of(2, PARSER), 0, 0, 100, false);
	assert_live(result_of(3, CACHE), 1, 7, 7, false);
	assert_int_equal(model->groups[0].inferred_free_count, 1);
	assert_true(shows_losses());
}

static void a_checkpoint_tells_what_was_lost(void **state)
{
	struct aspan_group_result result;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	lose_events();
	checkpoint(2, PARSER,
		   (struct aspan_counts){ .alloc_count = 11,
					  .alloc_bytes = 1100,
					  .free_count = 3,
					  .free_bytes = 300 });
	release(0x10, 100, 2, PARSER);
	result = result_of(2, PARSER);
	assert_counts(result, 11, 1100, 4, 400);
	assert_int_equal(result.lost.alloc_count, 10);
	assert_int_equal(result.lost.free_count, 3);
	assert_live(result, 7, 700, 800, false);
}

/* 0x10 is freed, which is lost, and given out again to the cache. */
static void reuse_for_cache(void)
{
	group_register(3, CACHE);
	allocate(0x10, 7, 3, CACHE);
}

static void a_free_that_the_last_checkpoint_knows_is_not_counted_again(void **state)
{
	struct aspan_group_result result;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	lose_events();
	checkpoint(
		2, PARSER,
		(struct aspan_counts){
			.alloc_count = 1, .alloc_bytes = 100, .free_count = 1, .free_bytes = 100 });
	reuse_for_cache();
	result = result_of(2, PARSER);
	assert_counts(result, 1, 100, 1, 100);
	assert_live(result, 0, 0, 100, false);
	/* Nothing lived, so it was freed before. */
	assert_int_equal(result.unsure_free_count, 0);
	assert_int_equal(result.unsure_free_bytes, 0);
	assert_int_equal(model->groups[0].inferred_free_count, 1);
}

static void a_free_after_the_last_checkpoint_is_counted(void **state)
{
	struct aspan_group_result result;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	lose_events();
	/* No free was lost before: the one of 0x10 was later. */
	checkpoint(2, PARSER, (struct aspan_counts){ .alloc_count = 2, .alloc_bytes = 130 });
	reuse_for_cache();
	result = result_of(2, PARSER);
	assert_counts(result, 2, 130, 1, 100);
	assert_live(result, 1, 30, 130, false);
	assert_int_equal(result.unsure_free_count, 0);
}

static void the_free_of_a_block_newer_than_the_last_checkpoint_is_counted(void **state)
{
	struct aspan_group_result result;

	(void) state;
	group_register(2, PARSER);
	lose_events();
	checkpoint(
		2, PARSER,
		(struct aspan_counts){
			.alloc_count = 5, .alloc_bytes = 50, .free_count = 2, .free_bytes = 20 });
	allocate(0x10, 100, 2, PARSER);
	reuse_for_cache();
	result = result_of(2, PARSER);
	assert_counts(result, 6, 150, 3, 120);
	assert_live(result, 3, 30, 130, false);
	assert_int_equal(result.unsure_free_count, 0);
}

static void a_free_on_an_unknown_side_of_the_last_checkpoint_is_a_bound(void **state)
{
	struct aspan_group_result result;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	lose_events();
	/* One of 0x10 and a block of 30 bytes, whose events are lost, was freed. */
	checkpoint(
		2, PARSER,
		(struct aspan_counts){
			.alloc_count = 2, .alloc_bytes = 200, .free_count = 1, .free_bytes = 100 });
	reuse_for_cache();
	result = result_of(2, PARSER);
	assert_counts(result, 2, 200, 1, 100);
	assert_live(result, 1, 100, 100, false);
	assert_int_equal(result.unsure_free_count, 1);
	assert_int_equal(result.unsure_free_bytes, 100);
	/* The next checkpoint knows. */
	checkpoint(
		2, PARSER,
		(struct aspan_counts){
			.alloc_count = 2, .alloc_bytes = 200, .free_count = 2, .free_bytes = 200 });
	result = result_of(2, PARSER);
	assert_counts(result, 2, 200, 2, 200);
	assert_live(result, 0, 0, 100, false);
	assert_int_equal(result.unsure_free_count, 0);
}

static void
a_group_older_than_the_trace_may_have_lost_frees_before_its_first_checkpoint(void **state)
{
	struct aspan_group_result result;

	(void) state;
	allocate(0x10, 100, 2, PARSER);
	lose_events();
	checkpoint(
		2, PARSER,
		(struct aspan_counts){
			.alloc_count = 3, .alloc_bytes = 300, .free_count = 2, .free_bytes = 200 });
	reuse_for_cache();
	result = result_of(2, PARSER);
	assert_counts(result, 1, 100, 0, 0);
	assert_int_equal(result.live_count, 1);
	assert_int_equal(result.unsure_free_count, 1);
}

static void a_checkpoint_counts_even_if_the_losses_are_only_known_later(void **state)
{
	struct aspan_group_result result;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	checkpoint(
		2, PARSER,
		(struct aspan_counts){
			.alloc_count = 4, .alloc_bytes = 400, .free_count = 2, .free_bytes = 150 });
	lose_events();
	result = result_of(2, PARSER);
	assert_counts(result, 4, 400, 2, 150);
	assert_live(result, 2, 250, 250, false);
}

/* It was counted before its event was recorded. */
static void an_event_that_comes_after_its_checkpoint_is_told_by_the_next_one(void **state)
{
	const struct aspan_counts counts = { .alloc_count = 2, .alloc_bytes = 110 };

	(void) state;
	lose_events();
	allocate(0x10, 100, 2, PARSER);
	checkpoint(2, PARSER, counts);
	allocate(0x20, 10, 2, PARSER);
	checkpoint(2, PARSER, counts);
	assert_live(result_of(2, PARSER), 2, 110, 120, false);
}

static void what_was_before_the_trace_is_not_lost(void **state)
{
	struct aspan_group_result result;

	(void) state;
	checkpoint(2, PARSER,
		   (struct aspan_counts){ .alloc_count = 1000,
					  .alloc_bytes = 5000,
					  .free_count = 900,
					  .free_bytes = 4500 });
	lose_events();
	checkpoint(2, PARSER,
		   (struct aspan_counts){ .alloc_count = 1010,
					  .alloc_bytes = 5050,
					  .free_count = 902,
					  .free_bytes = 4510 });
	result = result_of(2, PARSER);
	assert_counts(result, 10, 50, 2, 10);
	assert_live(result, 108, 540, 540, false);
}

static void the_peak_before_a_loss_is_kept(void **state)
{
	struct aspan_group_result result;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 9000, 2, PARSER);
	uint64_t peak_ns = now_ns;
	lose_events();
	checkpoint(2, PARSER,
		   (struct aspan_counts){ .alloc_count = 1,
					  .alloc_bytes = 9000,
					  .free_count = 1,
					  .free_bytes = 9000 });
	allocate(0x20, 50, 2, PARSER);
	result = result_of(2, PARSER);
	assert_live(result, 1, 50, 9000, false);
	assert_int_equal(result.peak_time_ns, peak_ns);
}

static void losses_of_one_trace_leave_another_certain(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	lose_events();
	from.vpid = 200;
	assert_int_equal(aspan_model_add_trace(model, NULL, &from.trace), 0);
	group_register(2, PARSER);
	allocate(0x10, 7, 2, PARSER);
	assert_live(result_of(2, PARSER), 1, 7, 7, true);
}

static void losses_without_a_number_are_losses(void **state)
{
	(void) state;
	group_register(2, PARSER);
	aspan_model_note_discarded_packets(model, from.trace, &lost);
	assert_true(shows_losses());
	assert_true(model->has_unknown_discards);
	assert_int_equal(model->discarded_packets, lost);
	assert_int_equal(model->discarded_events, 0);
}

static void a_trace_cut_short_is_not_certain(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	aspan_model_note_cut_short(model);
	assert_live(result_of(2, PARSER), 1, 100, 100, false);
	assert_true(shows_losses());
}

/* Bytes that were overwritten can look like an event. */
static void what_no_memory_can_hold_is_damage(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, UINT64_MAX - 10, 2, PARSER);
	release(0x30, (UINT64_C(1) << 57) + 1, 2, PARSER);
	assert_counts(result_of(2, PARSER), 1, 100, 0, 0);
	assert_live(result_of(2, PARSER), 1, 100, 100, false);
	assert_true(model->is_cut_short);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, start_model, end_model)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(checkpoints_do_not_change_a_whole_trace),
		TEST(a_trace_that_began_late_is_exact_with_a_checkpoint),
		TEST(without_a_checkpoint_the_frees_of_older_blocks_are_a_lower_bound),
		TEST(a_child_of_fork_may_free_what_it_inherited),
		TEST(a_lost_alloc_does_not_make_live_negative),
		TEST(blocks_that_lived_one_after_the_other_do_not_add_up_to_a_peak),
		TEST(a_lost_alloc_does_not_spoil_another_group),
		TEST(an_address_given_out_twice_tells_of_a_lost_free),
		TEST(a_checkpoint_tells_what_was_lost),
		TEST(a_free_that_the_last_checkpoint_knows_is_not_counted_again),
		TEST(a_free_after_the_last_checkpoint_is_counted),
		TEST(the_free_of_a_block_newer_than_the_last_checkpoint_is_counted),
		TEST(a_free_on_an_unknown_side_of_the_last_checkpoint_is_a_bound),
		TEST(a_group_older_than_the_trace_may_have_lost_frees_before_its_first_checkpoint),
		TEST(a_checkpoint_counts_even_if_the_losses_are_only_known_later),
		TEST(an_event_that_comes_after_its_checkpoint_is_told_by_the_next_one),
		TEST(what_was_before_the_trace_is_not_lost),
		TEST(the_peak_before_a_loss_is_kept),
		TEST(losses_of_one_trace_leave_another_certain),
		TEST(losses_without_a_number_are_losses),
		TEST(a_trace_cut_short_is_not_certain),
		TEST(what_no_memory_can_hold_is_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

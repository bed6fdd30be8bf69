/* SPDX-License-Identifier: MIT */
/*
 * Traces that began late or lost events: breakdowns know what groups know, in the place that nobody saw, and say what is
 * not certain (DESIGN 4.5).
 */
#include "answers-support.h"

#define UNSEEN "(not in the trace)"
#define TENANT_7 ",group=request,tenant=7,"
#define TENANT_9 ",group=request,tenant=9,"

static const uint64_t lost = 5;

static void lose_events(void)
{
	aspan_model_note_discarded_events(model, from.trace, &lost);
}

static void what_lived_before_the_trace_is_in_every_breakdown(void **state)
{
	(void) state;
	/* 10 blocks of 100 bytes; one of them is freed before the checkpoint. */
	span_enter(1, 0, "serve");
	release(0x999, 100, 2, TENANT_7);
	allocate_in(1, 0, 0x10, 500, 2, TENANT_7);
	uint64_t peak_ns = now_ns;
	checkpoint(2, TENANT_7,
		   (struct aspan_counts){ .alloc_count = 31,
					  .alloc_bytes = 3500,
					  .free_count = 21,
					  .free_bytes = 2100 });
	release(0x10, 500, 2, TENANT_7);
	make_report();
	assert_blocks(everything()->live, 9, 900);
	assert_blocks(numbers("tag:tenant", "7")->live, 9, 900);
	assert_int_equal(numbers("tag:tenant", "7")->peak_live_bytes, 1400);
	assert_int_equal(numbers("tag:tenant", "7")->peak_time_ns, peak_ns);
	assert_true(numbers("tag:tenant", "7")->is_certain);
	/* Spans only know what events tell. */
	assert_blocks(numbers("span", "serve")->live, 0, 0);
	assert_int_equal(numbers("span", "serve")->peak_live_bytes, 500);
	assert_blocks(numbers("span", UNSEEN)->live, 9, 900);
	assert_int_equal(numbers("span", UNSEEN)->bytes_at_total_peak, 900);
	assert_int_equal(everything()->peak_live_bytes, 1400);
	/* It is older than the trace, so it is no leak of it. */
	assert_blocks(everything()->never_freed, 0, 0);
}

static void the_timeline_has_what_was_always_there(void **state)
{
	const struct aspan_report_row *found;

	(void) state;
	allocate(0x10, 500, 2, PARSER);
	checkpoint(2, PARSER, (struct aspan_counts){ .alloc_count = 11, .alloc_bytes = 1500 });
	make_report();
	found = row("group", "parser");
	assert_int_equal(found->points[0].bytes, 1500);
	assert_int_equal(report.timeline.moments[0].bytes, 1500);
}

static void an_unseen_place_without_anything_is_no_row(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 500, 2, PARSER);
	make_report();
	assert_null(find_row("span", UNSEEN, NULL));
	assert_null(find_row("thread", UNSEEN, NULL));
}

static void a_child_of_fork_frees_its_own_copy(void **state)
{
	(void) state;
	span_enter(1, 0, "serve");
	group_register(2, TENANT_7);
	allocate_in(1, 0, 0x10, 100, 2, TENANT_7);
	/* The child inherits the block, frees it, and allocates at its address. */
	from.vpid = from.vtid = 200;
	release(0x10, 100, 2, TENANT_7);
	allocate_in(1, 0, 0x10, 30, 2, TENANT_7);
	checkpoint(
		2, TENANT_7,
		(struct aspan_counts){
			.alloc_count = 2, .alloc_bytes = 130, .free_count = 1, .free_bytes = 100 });
	make_report();
	assert_false(shows_losses());
	assert_blocks(numbers("process", "?(100)")->live, 1, 100);
	assert_blocks(numbers("process", "?(100)")->never_freed, 1, 100);
	assert_blocks(numbers("process", "?(200)")->live, 1, 30);
	assert_blocks(numbers("process", "?(200)")->never_freed, 1, 30);
	assert_int_equal(numbers("process", "?(200)")->peak_live_bytes, 100);
	/* Together: the parent's 100, and the child's copy of it until it freed that. */
	assert_int_equal(numbers("tag:tenant", "7")->peak_live_bytes, 200);
	assert_blocks(numbers("tag:tenant", "7")->live, 2, 130);
}

static void a_pid_used_again_leaves_what_the_old_process_held(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	uint64_t oldest_ns = now_ns;
	group_register(2, PARSER);
	allocate(0x10, 7, 2, PARSER);
	make_report();
	assert_int_equal(report.process_count, 2);
	assert_blocks(numbers("tag:group", "parser")->never_freed, 2, 107);
	assert_int_equal(numbers("tag:group", "parser")->oldest_never_freed_ns, oldest_ns);
	assert_blocks(numbers("tag:group", "parser")->live, 2, 107);
}

static void hosts_are_told_apart_and_losses_are_of_one(void **state)
{
	(void) state;
	group_register(2, TENANT_7);
	allocate(0x10, 100, 2, TENANT_7);
	lose_events();
	assert_int_equal(aspan_model_add_trace(model, "other", &from.trace), 0);
	group_register(2, TENANT_9);
	allocate(0x10, 7, 2, TENANT_9);
	make_report();
	assert_blocks(numbers("host", "host")->live, 1, 100);
	assert_false(numbers("host", "host")->is_certain);
	assert_blocks(numbers("host", "other")->live, 1, 7);
	assert_true(numbers("host", "other")->is_certain);
	assert_true(numbers("tag:tenant", "9")->is_certain);
	assert_false(numbers("tag:group", "request")->is_certain);
	assert_false(everything()->is_certain);
}

static void a_checkpoint_tells_breakdowns_what_was_lost(void **state)
{
	(void) state;
	group_register(2, TENANT_7);
	allocate(0x10, 100, 2, TENANT_7);
	lose_events();
	checkpoint(2, TENANT_7,
		   (struct aspan_counts){ .alloc_count = 11,
					  .alloc_bytes = 1100,
					  .free_count = 3,
					  .free_bytes = 300 });
	uint64_t known_ns = now_ns;
	release(0x10, 100, 2, TENANT_7);
	make_report();
	assert_int_equal(numbers("tag:tenant", "7")->counts.alloc_count, 11);
	assert_int_equal(numbers("tag:tenant", "7")->lost.alloc_count, 10);
	assert_int_equal(numbers("tag:tenant", "7")->counts.free_bytes, 400);
	assert_blocks(numbers("tag:tenant", "7")->live, 7, 700);
	assert_int_equal(numbers("tag:tenant", "7")->peak_live_bytes, 800);
	assert_int_equal(numbers("tag:tenant", "7")->peak_time_ns, known_ns);
	assert_false(numbers("tag:tenant", "7")->is_certain);
	assert_int_equal(numbers("group", "request tenant=7")->peak_live_bytes, 800);
}

static void lost_frees_make_an_unseen_place_negative_and_no_row(void **state)
{
	size_t below_zero = 0;

	(void) state;
	group_register(2, TENANT_7);
	span_enter(1, 0, "serve");
	for (uint64_t i = 0; i < 10; i++) {
		allocate_in(1, 0, 0x10 + i, 100, 2, TENANT_7);
	}
	lose_events();
	/* All but one were freed, and nobody saw it. */
	checkpoint(2, TENANT_7,
		   (struct aspan_counts){ .alloc_count = 10,
					  .alloc_bytes = 1000,
					  .free_count = 9,
					  .free_bytes = 900 });
	make_report();
	assert_blocks(numbers("tag:tenant", "7")->live, 1, 100);
	assert_int_equal(numbers("tag:tenant", "7")->peak_live_bytes, 1000);
	assert_blocks(numbers("span", "serve")->live, 10, 1000);
	assert_false(numbers("span", "serve")->is_certain);
	assert_blocks(numbers("span", UNSEEN)->live, 0, 0);
	for (size_t i = 0; i < report.place_count; i++) {
		below_zero += report.places[i].live.bytes == -900;
	}
	assert_int_equal(below_zero, 1);
}

static void a_lost_alloc_lives_in_the_unseen_place_until_it_is_freed(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	lose_events();
	release(0x20, 5000, 2, PARSER);
	make_report();
	assert_int_equal(numbers("tag:group", "parser")->counts.free_bytes, 5000);
	assert_int_equal(numbers("tag:group", "parser")->peak_live_bytes, 5100);
	assert_blocks(numbers("tag:group", "parser")->live, 1, 100);
	assert_int_equal(numbers("thread", "?(100)")->peak_live_bytes, 100);
}

static void an_address_given_out_twice_frees_the_old_block(void **state)
{
	(void) state;
	group_register(2, TENANT_7);
	group_register(3, TENANT_9);
	span_enter(1, 0, "serve");
	allocate_in(1, 0, 0x10, 100, 2, TENANT_7);
	allocate_in(1, 0, 0x10, 7, 3, TENANT_9);
	make_report();
	assert_blocks(numbers("tag:tenant", "7")->live, 0, 0);
	assert_int_equal(numbers("tag:tenant", "7")->counts.free_bytes, 100);
	assert_blocks(numbers("tag:tenant", "7")->never_freed, 0, 0);
	assert_blocks(numbers("tag:tenant", "9")->live, 1, 7);
	assert_blocks(numbers("span", "serve")->live, 1, 7);
	assert_false(numbers("span", "serve")->is_certain);
}

static void an_unsure_free_leaves_what_the_group_holds(void **state)
{
	(void) state;
	group_register(2, TENANT_7);
	group_register(3, TENANT_9);
	span_enter(1, 0, "serve");
	allocate_in(1, 0, 0x10, 100, 2, TENANT_7);
	lose_events();
	checkpoint(
		2, TENANT_7,
		(struct aspan_counts){
			.alloc_count = 2, .alloc_bytes = 200, .free_count = 1, .free_bytes = 100 });
	allocate_in(1, 0, 0x10, 7, 3, TENANT_9);
	make_report();
	assert_blocks(numbers("tag:tenant", "7")->live, 1, 100);
	assert_blocks(numbers("tag:tenant", "7")->unsure_frees, 1, 100);
	/* The block itself is gone for certain: what may live is another, which nobody saw. */
	assert_blocks(numbers("span", "serve")->live, 1, 7);
	assert_blocks(numbers("span", UNSEEN)->live, 1, 100);
}

/* Whatever comes, breakdowns sum to everything, and everything to the groups. */
static void sums_agree_whatever_is_lost(void **state)
{
	static const char *const tags[] = { PARSER, CACHE, TENANT_7, TENANT_9 };
	uint32_t seed = 5;

	(void) state;
	for (int step = 0; step < 30000; step++) {
		seed = seed * 1664525 + 1013904223;
		uint64_t address = seed >> 8 & 63, group = seed >> 14 & 3;
		uint64_t size = 1 + (address ^ (seed >> 28));

		from.vpid = from.vtid = 100 + (seed >> 16 & 1);
		from.vtid += seed >> 17 & 1;
		if (step == 1000) {
			lose_events();
		}
		if (step % 97 == 0) {
			checkpoint(2 + group, tags[group],
				   (struct aspan_counts){ .alloc_count = (uint64_t) step,
							  .alloc_bytes = (uint64_t) step * 5,
							  .free_count = (uint64_t) step - address,
							  .free_bytes = (uint64_t) step * 4 });
		} else if (seed >> 30) {
			allocate_in(seed >> 18 & 3, 0x401000 + group, address, size, 2 + group,
				    tags[group]);
		} else {
			release_under(address, size, 2 + group, tags[group], seed >> 20 & 7);
		}
	}
	make_report();
	for (size_t i = 0; i < report.breakdown_count; i++) {
		const struct aspan_report_breakdown *found = &report.breakdowns[i];
		uint64_t allocs = 0, frees = 0, foreign = 0;

		for (size_t k = 0; k < found->row_count; k++) {
			allocs += found->rows[k].numbers.counts.alloc_bytes;
			frees += found->rows[k].numbers.counts.free_bytes;
			foreign += found->rows[k].numbers.foreign_frees.count;
		}
		assert_int_equal(allocs, everything()->counts.alloc_bytes);
		assert_int_equal(frees, everything()->counts.free_bytes);
		assert_int_equal(foreign, everything()->foreign_frees.count);
	}
	for (size_t i = 0; i < report.group_count; i++) {
		const struct aspan_group_result *group = &report.groups[i].result;
		int64_t live = 0;

		for (size_t k = 0; k < report.place_count; k++) {
			live += report.places[k].group == i ? report.places[k].live.bytes : 0;
		}
		assert_int_equal(live, group->live_bytes);
	}
}

static void sums_that_wrap_around_are_harmless(void **state)
{
	const uint64_t most = UINT64_C(1) << 57;

	(void) state;
	for (uint64_t i = 0; i < 200; i++) {
		allocate_in(0, i, i, most - i, 2, PARSER);
		reallocate(i, most - i, i + 1000, most - 2 * i, 2, PARSER);
	}
	release(0x99999, most, 2, PARSER);
	make_report();
	assert_int_equal(everything()->counts.alloc_count, 400);
}

static void lost_allocs_that_lived_one_after_the_other_do_not_add_up(void **state)
{
	(void) state;
	group_register(2, TENANT_7);
	allocate(0x10, 100, 2, TENANT_7);
	lose_events();
	for (int i = 0; i < 1000; i++) {
		release(0x20, 30, 2, TENANT_7);
	}
	make_report();
	assert_int_equal(numbers("tag:tenant", "7")->peak_live_bytes, 130);
	assert_blocks(numbers("tag:tenant", "7")->live, 1, 100);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, start_all, end_report)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_lived_before_the_trace_is_in_every_breakdown),
		TEST(the_timeline_has_what_was_always_there),
		TEST(an_unseen_place_without_anything_is_no_row),
		TEST(a_child_of_fork_frees_its_own_copy),
		TEST(a_pid_used_again_leaves_what_the_old_process_held),
		TEST(hosts_are_told_apart_and_losses_are_of_one),
		TEST(a_checkpoint_tells_breakdowns_what_was_lost),
		TEST(lost_frees_make_an_unseen_place_negative_and_no_row),
		TEST(a_lost_alloc_lives_in_the_unseen_place_until_it_is_freed),
		TEST(an_address_given_out_twice_frees_the_old_block),
		TEST(an_unsure_free_leaves_what_the_group_holds),
		TEST(sums_agree_whatever_is_lost),
		TEST(sums_that_wrap_around_are_harmless),
		TEST(lost_allocs_that_lived_one_after_the_other_do_not_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

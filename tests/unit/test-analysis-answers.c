/* SPDX-License-Identifier: MIT */
/*
 * Every question of a whole trace has an exact answer, by whatever it is asked (issue 5).
 */
#include "answers-support.h"

#define TENANT_7 ",group=request,tenant=7,"
#define TENANT_9 ",group=request,tenant=9,"

static void rows_of_every_breakdown_sum_to_everything(void **state)
{
	(void) state;
	group_register(2, TENANT_7);
	group_register(3, TENANT_9);
	span_enter(1, 0, "serve");
	allocate_in(1, 0x401000, 0x10, 100, 2, TENANT_7);
	from.vtid = 101;
	allocate_in(0, 0x402000, 0x20, 30, 3, TENANT_9);
	release(0x10, 100, 2, TENANT_7);
	make_report();
	assert_int_equal(report.breakdown_count, 9);
	for (size_t i = 1; i < report.breakdown_count; i++) {
		const struct aspan_report_breakdown *found = &report.breakdowns[i];
		struct aspan_numbers sum = { 0 };

		for (size_t k = 0; k < found->row_count; k++) {
			assert_int_equal(aspan_numbers_add(&sum, &found->rows[k].numbers), 0);
		}
		assert_int_equal(sum.counts.alloc_count, 2);
		assert_int_equal(sum.counts.alloc_bytes, 130);
		assert_int_equal(sum.counts.free_bytes, 100);
		assert_blocks(sum.live, 1, 30);
		assert_int_equal(sum.bytes_at_total_peak, 130);
		aspan_numbers_fini(&sum);
	}
}

static void a_tag_gathers_its_groups(void **state)
{
	(void) state;
	group_register(2, ",group=request,tenant=7,");
	group_register(3, ",group=cache,tenant=7,");
	group_register(4, ",group=cache,");
	allocate(0x10, 100, 2, ",group=request,tenant=7,");
	allocate(0x20, 30, 3, ",group=cache,tenant=7,");
	release(0x10, 100, 2, ",group=request,tenant=7,");
	allocate(0x30, 50, 4, ",group=cache,");
	make_report();
	/* The peak of a sum is not the sum of peaks. */
	assert_int_equal(numbers("tag:tenant", "7")->peak_live_bytes, 130);
	assert_blocks(numbers("tag:tenant", "7")->live, 1, 30);
	assert_blocks(numbers("tag:tenant", "(no tenant)")->live, 1, 50);
	assert_int_equal(row("tag:tenant", "(no tenant)")->keys[0].state, ASPAN_KEY_NONE);
	assert_int_equal(numbers("tag:group", "cache")->peak_live_bytes, 80);
}

/* Before a tag's key was met, nothing had that tag. */
static void a_tag_that_is_met_late_has_its_whole_history(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 1000, 2, PARSER);
	uint64_t peak_ns = now_ns;
	release(0x10, 1000, 2, PARSER);
	allocate(0x20, 10, 2, PARSER);
	group_register(3, TENANT_7);
	allocate(0x30, 5, 3, TENANT_7);
	make_report();
	assert_int_equal(numbers("tag:tenant", "(no tenant)")->peak_live_bytes, 1000);
	assert_int_equal(numbers("tag:tenant", "(no tenant)")->peak_time_ns, peak_ns);
	assert_int_equal(row("tag:tenant", "(no tenant)")->peak_part_count, 1);
	assert_int_equal(row("tag:tenant", "(no tenant)")->peak_parts[0].bytes, 1000);
	assert_int_equal(numbers("tag:tenant", "7")->peak_live_bytes, 5);
}

static void two_dimensions_have_a_row_for_each_pair_that_met(void **state)
{
	(void) state;
	ask_instead("tag:tenant,span");
	assert_int_equal(aspan_model_ask(model, &questions), 0);
	group_register(2, TENANT_7);
	group_register(3, TENANT_9);
	span_enter(1, 0, "serve");
	allocate_in(1, 0, 0x10, 100, 2, TENANT_7);
	allocate_in(1, 0, 0x20, 10, 3, TENANT_9);
	allocate_in(0, 0, 0x30, 1, 3, TENANT_9);
	make_report();
	assert_int_equal(breakdown("tag:tenant,span")->row_count, 3);
	assert_int_equal(find_row("tag:tenant,span", "9", "serve")->numbers.live.bytes, 10);
	assert_int_equal(find_row("tag:tenant,span", "9", "(no span)")->numbers.live.bytes, 1);
	assert_null(find_row("tag:tenant,span", "7", "(no span)"));
}

static void who_made_up_the_peak_is_known_afterwards(void **state)
{
	(void) state;
	group_register(2, PARSER);
	group_register(3, CACHE);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, 40, 3, CACHE);
	allocate(0x30, 60, 2, PARSER);
	uint64_t peak_ns = now_ns;
	/* After the peak the parser holds less and the cache more, but together less. */
	release(0x10, 100, 2, PARSER);
	allocate(0x40, 90, 3, CACHE);
	make_report();
	assert_int_equal(everything()->peak_live_bytes, 200);
	assert_int_equal(everything()->peak_time_ns, peak_ns);
	assert_int_equal(numbers("group", "parser")->bytes_at_total_peak, 160);
	assert_int_equal(numbers("group", "cache")->bytes_at_total_peak, 40);
	assert_int_equal(numbers("group", "cache")->peak_live_bytes, 130);
}

/* The same by a machine: each new peak is written down as it happens. */
static void peaks_and_their_parts_are_those_of_a_plain_count(void **state)
{
	enum { GROUPS = 4, BLOCKS = 64 };
	static const char *const tags[GROUPS] = { ",group=a,", ",group=b,", ",group=c,",
						  ",group=d," };
	static const char *const names[GROUPS] = { "a", "b", "c", "d" };
	uint64_t sizes[BLOCKS] = { 0 }, held[GROUPS] = { 0 }, at_peak[GROUPS] = { 0 };
	uint64_t peaks[GROUPS] = { 0 }, total = 0, peak = 0, peak_ns = 0;
	uint32_t seed = 1;

	(void) state;
	for (uint64_t id = 0; id < GROUPS; id++) {
		group_register(2 + id, tags[id]);
	}
	for (int step = 0; step < 20000; step++) {
		seed = seed * 1664525 + 1013904223;
		uint32_t block = seed >> 8 & (BLOCKS - 1), group = block % GROUPS;

		if (sizes[block]) {
			release(0x1000 + block, sizes[block], 2 + group, tags[group]);
			total -= sizes[block];
			held[group] -= sizes[block];
			sizes[block] = 0;
			continue;
		}
		sizes[block] = 1 + (seed >> 20);
		allocate(0x1000 + block, sizes[block], 2 + group, tags[group]);
		total += sizes[block];
		held[group] += sizes[block];
		peaks[group] = held[group] > peaks[group] ? held[group] : peaks[group];
		if (total > peak) {
			peak = total;
			peak_ns = now_ns;
			memcpy(at_peak, held, sizeof(held));
		}
	}
	make_report();
	assert_int_equal(everything()->peak_live_bytes, peak);
	assert_int_equal(everything()->peak_time_ns, peak_ns);
	for (int i = 0; i < GROUPS; i++) {
		assert_int_equal(numbers("group", names[i])->peak_live_bytes, peaks[i]);
		assert_int_equal(numbers("tag:group", names[i])->peak_live_bytes, peaks[i]);
		assert_int_equal(numbers("group", names[i])->bytes_at_total_peak, at_peak[i]);
	}
}

static void sizes_fall_into_powers_of_two(void **state)
{
	const struct aspan_histogram *sizes;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 0, 2, PARSER);
	allocate(0x20, 1, 2, PARSER);
	allocate(0x30, 63, 2, PARSER);
	allocate(0x40, 64, 2, PARSER);
	allocate(0x50, 127, 2, PARSER);
	make_report();
	sizes = &numbers("group", "parser")->sizes;
	assert_int_equal(count_bucket(sizes, 0), 1);
	assert_int_equal(count_bucket(sizes, 1), 1);
	assert_int_equal(count_bucket(sizes, 63), 1);
	assert_int_equal(count_bucket(sizes, 64), 2);
	assert_int_equal(aspan_histogram_get(sizes, aspan_histogram_find(64)).bytes, 191);
}

static void lifetimes_are_from_allocation_to_free(void **state)
{
	const struct aspan_histogram *lifetimes;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 8, 2, PARSER);
	release(0x10, 8, 2, PARSER);
	allocate(0x20, 8, 2, PARSER);
	now_ns += 1000;
	release(0x20, 8, 2, PARSER);
	make_report();
	lifetimes = &numbers("group", "parser")->lifetimes;
	assert_int_equal(count_bucket(lifetimes, 1), 1);
	assert_int_equal(count_bucket(lifetimes, 1001), 1);
}

static void temporary_is_freed_before_the_threads_next_allocation(void **state)
{
	(void) state;
	group_register(2, PARSER);
	/* At once; by another thread, but before the next; and too late. */
	allocate(0x10, 1, 2, PARSER);
	release(0x10, 1, 2, PARSER);
	allocate(0x20, 2, 2, PARSER);
	from.vtid = 101;
	allocate(0x30, 4, 2, PARSER);
	release(0x20, 2, 2, PARSER);
	from.vtid = 100;
	allocate(0x40, 8, 2, PARSER);
	allocate(0x50, 16, 2, PARSER);
	release(0x40, 8, 2, PARSER);
	make_report();
	assert_blocks(numbers("group", "parser")->temporary, 2, 3);
	assert_blocks(numbers("group", "parser")->other_thread_frees, 1, 2);
}

static void temporary_is_also_what_lived_no_longer_than_asked(void **state)
{
	(void) state;
	ask_instead("group");
	questions.temporary_ns = 5;
	assert_int_equal(aspan_model_ask(model, &questions), 0);
	group_register(2, PARSER);
	allocate(0x10, 1, 2, PARSER);
	allocate(0x20, 2, 2, PARSER);
	now_ns += 3;
	release(0x10, 1, 2, PARSER);
	now_ns += 1;
	release(0x20, 2, 2, PARSER);
	allocate(0x30, 4, 2, PARSER);
	allocate(0x40, 8, 2, PARSER);
	now_ns += 5;
	release(0x30, 4, 2, PARSER);
	make_report();
	/* 0x10 lived 5 ns; 0x20 lived 6, but was the last; 0x30 lived 7. */
	assert_blocks(numbers("group", "parser")->temporary, 2, 3);
}

static void what_was_never_freed_has_an_oldest_and_a_place(void **state)
{
	const struct aspan_report_row *leak;

	(void) state;
	group_register(2, PARSER);
	allocate_in(0, 0x401000, 0x10, 100, 2, PARSER);
	uint64_t oldest_ns = now_ns;
	allocate_in(0, 0x402000, 0x20, 7, 2, PARSER);
	allocate_in(0, 0x401000, 0x30, 10, 2, PARSER);
	allocate_in(0, 0x401000, 0x40, 1000, 2, PARSER);
	release(0x40, 1000, 2, PARSER);
	make_report();
	leak = row("group", "parser");
	assert_blocks(leak->numbers.never_freed, 3, 117);
	assert_int_equal(leak->numbers.oldest_never_freed_ns, oldest_ns);
	assert_int_equal(leak->never_freed_part_count, 2);
	assert_int_equal(leak->never_freed_parts[0].bytes, 110);
	assert_string_equal(
		report.callsites[report.places[leak->never_freed_parts[0].place].callsite].text,
		"0x401000");
	assert_blocks(numbers("callsite", "0x402000")->never_freed, 1, 7);
}

static void handover_counts_who_freed_what_of_whom(void **state)
{
	(void) state;
	group_register(2, PARSER);
	group_register(3, CACHE);
	for (uint64_t i = 0; i < 3; i++) {
		allocate(0x10, 100, 2, PARSER);
		release_under(0x10, 100, 2, PARSER, 3);
	}
	allocate(0x10, 1, 2, PARSER);
	release_under(0x10, 1, 2, PARSER, 0);
	allocate(0x10, 2, 3, CACHE);
	release_under(0x10, 2, 3, CACHE, 99);
	make_report();
	assert_int_equal(report.handover_count, 3);
	assert_string_equal(report.groups[report.handovers[0].source_group].name, "parser");
	assert_string_equal(report.groups[report.handovers[0].current_group].name, "cache");
	assert_blocks(report.handovers[0].freed, 3, 300);
	/* A group that the trace does not know, and none. */
	assert_int_equal(report.handovers[1].current_group, ASPAN_REPORT_NONE);
	assert_int_equal(report.handovers[1].current_id, 99);
	assert_int_equal(report.handovers[2].current_id, 0);
	assert_blocks(numbers("group", "parser")->foreign_frees, 4, 301);
}

static void a_block_that_grows_is_one_chain(void **state)
{
	const struct aspan_growth *growth;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 10, 2, PARSER);
	reallocate(0x10, 10, 0x20, 20, 2, PARSER);
	reallocate(0x20, 20, 0x20, 40, 2, PARSER);
	reallocate(0x20, 40, 0x30, 15, 2, PARSER);
	/* One that failed: announced again as it was. */
	reallocate(0x30, 15, 0x30, 15, 2, PARSER);
	release(0x30, 15, 2, PARSER);
	allocate(0x40, 5, 2, PARSER);
	reallocate(0x40, 5, 0x50, 6, 2, PARSER);
	make_report();
	growth = &numbers("group", "parser")->growth;
	assert_int_equal(growth->step_count, 4);
	assert_int_equal(growth->grow_count, 3);
	assert_int_equal(growth->moved_count, 3);
	assert_int_equal(growth->copied_bytes, 10 + 15 + 5);
	assert_int_equal(growth->longest_step_count, 3);
	assert_int_equal(growth->longest_first_bytes, 10);
	assert_int_equal(growth->longest_last_bytes, 15);
	/* realloc() takes a block and gives it back, which is not temporary; the free after it is. */
	assert_blocks(numbers("group", "parser")->temporary, 1, 15);
}

static void what_realloc_took_on_one_thread_another_does_not_go_on_with(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 10, 2, PARSER);
	feed((struct aspan_event){ .type = ASPAN_EVENT_FREE,
				   .address = 0x10,
				   .size_bytes = 10,
				   .group_id = 2,
				   .current_group_id = 2,
				   .tags = PARSER,
				   .kind = ASPAN_KIND_REALLOC });
	from.vtid = 101;
	feed((struct aspan_event){ .type = ASPAN_EVENT_ALLOC,
				   .address = 0x20,
				   .size_bytes = 20,
				   .group_id = 2,
				   .tags = PARSER,
				   .kind = ASPAN_KIND_REALLOC });
	make_report();
	assert_int_equal(numbers("group", "parser")->growth.step_count, 0);
}

static void code_of_one_source_line_is_one_row(void **state)
{
	const struct aspan_code code = {
		.binary = "server", .function = "parse", .file = "/src/parse.c", .line = 12
	};
	const uint64_t addresses[] = { 0x401000, 0x401008 };

	(void) state;
	group_register(2, PARSER);
	for (size_t i = 0; i < 2; i++) {
		feed((struct aspan_event){ .type = ASPAN_EVENT_ALLOC,
					   .address = i,
					   .size_bytes = 10,
					   .group_id = 2,
					   .tags = PARSER,
					   .ip = addresses[i],
					   .code = &code });
	}
	make_report();
	assert_int_equal(report.callsite_count, 2);
	assert_int_equal(numbers("callsite", "parse at parse.c:12")->live.bytes, 20);
}

static void where_nobody_asks_there_is_no_tally(void **state)
{
	(void) state;
	ask_instead("group");
	assert_int_equal(aspan_model_ask(model, &questions), 0);
	assert_null(model->tally);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	make_report();
	assert_int_equal(report.breakdown_count, 1);
	assert_int_equal(numbers("group", "parser")->peak_live_bytes, 100);
}

static void rows_come_in_the_order_asked_for(void **state)
{
	(void) state;
	ask_instead("tag:group");
	questions.sort = ASPAN_SORT_ALLOCS;
	assert_int_equal(aspan_model_ask(model, &questions), 0);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, 1, 3, CACHE);
	allocate(0x30, 1, 3, CACHE);
	make_report();
	assert_string_equal(breakdown("tag:group")->rows[0].keys[0].text, "cache");
	assert_string_equal(breakdown("tag:group")->rows[1].keys[0].text, "parser");
}

static void a_peak_that_is_reached_again_has_its_first_time(void **state)
{
	uint64_t peak_ns;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	peak_ns = now_ns;
	release(0x10, 100, 2, PARSER);
	allocate(0x20, 100, 2, PARSER);
	make_report();
	assert_int_equal(everything()->peak_time_ns, peak_ns);
	assert_int_equal(numbers("tag:group", "parser")->peak_time_ns, peak_ns);
}

static void realloc_of_nothing_goes_on_with_no_block(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 10, 2, PARSER);
	reallocate(0x10, 10, 0x20, 20, 2, PARSER);
	feed((struct aspan_event){ .type = ASPAN_EVENT_ALLOC,
				   .address = 0x30,
				   .size_bytes = 30,
				   .group_id = 2,
				   .tags = PARSER,
				   .kind = ASPAN_KIND_REALLOC });
	make_report();
	assert_int_equal(numbers("group", "parser")->growth.step_count, 1);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, start_all, end_report)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_of_every_breakdown_sum_to_everything),
		TEST(a_tag_gathers_its_groups),
		TEST(a_tag_that_is_met_late_has_its_whole_history),
		TEST(two_dimensions_have_a_row_for_each_pair_that_met),
		TEST(who_made_up_the_peak_is_known_afterwards),
		TEST(peaks_and_their_parts_are_those_of_a_plain_count),
		TEST(sizes_fall_into_powers_of_two),
		TEST(lifetimes_are_from_allocation_to_free),
		TEST(temporary_is_freed_before_the_threads_next_allocation),
		TEST(temporary_is_also_what_lived_no_longer_than_asked),
		TEST(what_was_never_freed_has_an_oldest_and_a_place),
		TEST(handover_counts_who_freed_what_of_whom),
		TEST(a_block_that_grows_is_one_chain),
		TEST(what_realloc_took_on_one_thread_another_does_not_go_on_with),
		TEST(code_of_one_source_line_is_one_row),
		TEST(where_nobody_asks_there_is_no_tally),
		TEST(rows_come_in_the_order_asked_for),
		TEST(a_peak_that_is_reached_again_has_its_first_time),
		TEST(realloc_of_nothing_goes_on_with_no_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

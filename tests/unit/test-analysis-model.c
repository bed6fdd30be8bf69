/* SPDX-License-Identifier: MIT */
/*
 * A whole trace gives exact numbers, kept apart by process (DESIGN 4.3, 7.1).
 */
#include "analysis-support.h"

static void the_peak_is_the_most_that_lived_at_once_and_its_time(void **state)
{
	struct aspan_group_result result;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, 50, 2, PARSER);
	uint64_t peak_ns = now_ns;
	release(0x10, 100, 2, PARSER);
	allocate(0x30, 99, 2, PARSER);
	result = result_of(2, PARSER);
	assert_counts(result, 3, 249, 1, 100);
	assert_live(result, 2, 149, 150, true);
	assert_int_equal(result.peak_time_ns, peak_ns);
}

static void a_free_counts_for_the_group_that_allocated(void **state)
{
	(void) state;
	group_register(2, PARSER);
	group_register(3, CACHE);
	allocate(0x10, 100, 2, PARSER);
	release_under(0x10, 100, 2, PARSER, 3);
	assert_counts(result_of(2, PARSER), 1, 100, 1, 100);
	assert_counts(result_of(3, CACHE), 0, 0, 0, 0);
}

static void a_free_under_another_group_or_none_is_foreign(void **state)
{
	(void) state;
	group_register(2, PARSER);
	for (uint64_t current = 0; current < 4; current++) {
		allocate(0x10, 1, 2, PARSER);
		release_under(0x10, 1, 2, PARSER, current);
	}
	assert_int_equal(model->groups[0].foreign_free_count, 3);
}

static void the_same_ids_and_addresses_of_two_processes_are_two(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	from.vpid = from.vtid = 200;
	group_register(2, PARSER);
	allocate(0x10, 7, 2, PARSER);
	assert_live(result_of(2, PARSER), 1, 7, 7, true);
	from.vpid = 100;
	assert_live(result_of(2, PARSER), 1, 100, 100, true);
	assert_false(shows_losses());
}

static void the_same_pid_in_two_namespaces_is_two_processes(void **state)
{
	(void) state;
	for (from.pid_namespace = 1; from.pid_namespace <= 2; from.pid_namespace++) {
		group_register(2, PARSER);
		allocate(0x10, 100, 2, PARSER);
	}
	assert_int_equal(model->process_count, 2);
	assert_int_equal(model->group_count, 2);
	assert_false(shows_losses());
}

static void the_same_pid_in_two_traces_is_two_processes(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	assert_int_equal(aspan_model_add_trace(model, "other-host", &from.trace), 0);
	group_register(2, PARSER);
	allocate(0x10, 7, 2, PARSER);
	assert_int_equal(model->group_count, 2);
	assert_false(shows_losses());
}

static void a_pid_used_again_is_a_new_process(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	group_register(2, PARSER);
	allocate(0x10, 7, 2, PARSER);
	assert_int_equal(model->process_count, 2);
	assert_live(aspan_model_get_result(model, &model->groups[0]), 1, 100, 100, true);
	assert_live(aspan_model_get_result(model, &model->groups[1]), 1, 7, 7, true);
	assert_false(shows_losses());
}

static void a_released_group_that_is_interned_again_is_the_same(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	group_release(2, PARSER);
	group_register(2, PARSER);
	release(0x10, 100, 2, PARSER);
	assert_int_equal(model->process_count, 1);
	assert_live(aspan_model_get_result(model, &model->groups[0]), 0, 0, 100, true);
	assert_false(shows_losses());
}

static void what_contradicts_itself_is_kept_apart_and_not_certain(void **state)
{
	(void) state;
	/* Two containers with a pid 1 each, and no namespace in the trace. */
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, 7, 2, CACHE);
	release(0x20, 7, 2, CACHE);
	assert_live(result_of(2, PARSER), 1, 100, 100, false);
	assert_live(result_of(2, CACHE), 0, 0, 7, false);
	assert_true(shows_losses());
}

static void without_pids_groups_are_told_apart_by_their_tags(void **state)
{
	(void) state;
	from.has_vpid = false;
	from.vpid = from.vtid = 0;
	group_register(2, PARSER);
	group_register(2, CACHE);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, 7, 2, CACHE);
	assert_int_equal(model->process_count, 1);
	assert_live(result_of(2, PARSER), 1, 100, 100, false);
	assert_live(result_of(2, CACHE), 1, 7, 7, false);
	assert_true(model->traces[0].lacks_vpid);
}

static void one_process_without_pids_is_exact(void **state)
{
	(void) state;
	from.has_vpid = false;
	from.vpid = from.vtid = 0;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	assert_live(result_of(2, PARSER), 1, 100, 100, true);
	assert_false(shows_losses());
}

static void a_process_is_called_as_its_main_thread(void **state)
{
	(void) state;
	from.vtid = 101;
	from.procname = "worker";
	group_register(2, PARSER);
	assert_string_equal(model->processes[0].procname, "worker");
	from.vtid = 100;
	from.procname = "server";
	allocate(0x10, 1, 2, PARSER);
	from.vtid = 102;
	from.procname = "logger";
	allocate(0x20, 1, 2, PARSER);
	assert_string_equal(model->processes[0].procname, "server");
}

static void a_process_that_renames_itself_has_its_last_name(void **state)
{
	(void) state;
	from.procname = "sh";
	group_register(2, PARSER);
	from.procname = "server";
	allocate(0x10, 1, 2, PARSER);
	assert_string_equal(model->processes[0].procname, "server");
}

static void every_event_is_counted_by_its_type(void **state)
{
	const struct aspan_process_facts facts = { .vpid = 100, .start_ns = 1 };

	(void) state;
	for (int type = 0; type <= ASPAN_EVENT_OTHER; type++) {
		for (int i = 0; i <= type; i++) {
			feed((struct aspan_event){ .type = type,
						   .group_id = type == ASPAN_EVENT_GROUP_REGISTER ?
								       (uint64_t) i + 10 :
								       2,
						   .address = (uint64_t) i,
						   .name = "name",
						   .tags = PARSER,
						   .process = &facts });
		}
	}
	for (int type = 0; type < ASPAN_EVENT_TYPE_COUNT; type++) {
		assert_int_equal(model->event_counts[type], type + 1);
	}
	assert_int_equal(model->other_event_count, ASPAN_EVENT_OTHER + 1);
}

static void memory_is_bounded_by_live_blocks(void **state)
{
	(void) state;
	group_register(2, PARSER);
	for (uint64_t i = 0; i < 100000; i++) {
		allocate(0x1000 + i * 16, 8, 2, PARSER);
		release(0x1000 + i * 16, 8, 2, PARSER);
	}
	assert_in_range(model->processes[0].blocks.capacity, 1, 64);
	assert_int_equal(model->processes[0].blocks.count, 0);
}

static void a_size_that_wraps_around_is_harmless(void **state)
{
	(void) state;
	group_register(2, PARSER);
	for (uint64_t i = 0; i < 4; i++) {
		allocate(i, UINT64_MAX - i, 2, PARSER);
	}
	release(0, UINT64_MAX, 2, PARSER);
	release(9, UINT64_MAX / 2 + 1, 2, PARSER);
	result_of(2, PARSER);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, start_model, end_model)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_peak_is_the_most_that_lived_at_once_and_its_time),
		TEST(a_free_counts_for_the_group_that_allocated),
		TEST(a_free_under_another_group_or_none_is_foreign),
		TEST(the_same_ids_and_addresses_of_two_processes_are_two),
		TEST(the_same_pid_in_two_namespaces_is_two_processes),
		TEST(the_same_pid_in_two_traces_is_two_processes),
		TEST(a_pid_used_again_is_a_new_process),
		TEST(a_released_group_that_is_interned_again_is_the_same),
		TEST(what_contradicts_itself_is_kept_apart_and_not_certain),
		TEST(without_pids_groups_are_told_apart_by_their_tags),
		TEST(one_process_without_pids_is_exact),
		TEST(a_process_is_called_as_its_main_thread),
		TEST(a_process_that_renames_itself_has_its_last_name),
		TEST(every_event_is_counted_by_its_type),
		TEST(memory_is_bounded_by_live_blocks),
		TEST(a_size_that_wraps_around_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

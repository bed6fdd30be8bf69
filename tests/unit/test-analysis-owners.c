/* SPDX-License-Identifier: MIT */
/*
 * Events of several processes that come in turn find their own process each time.
 */
#include "analysis-support.h"

/* Both processes have a group 2 and a block at 0x10; the first then frees its own. */
static void expect_two_that_take_turns(struct aspan_origin first, struct aspan_origin second)
{
	from = first;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	from = second;
	group_register(2, PARSER);
	allocate(0x10, 7, 2, PARSER);
	from = first;
	release(0x10, 100, 2, PARSER);
	assert_int_equal(model->process_count, 2);
	assert_live(aspan_model_get_result(model, &model->groups[0]), 0, 0, 100, true);
	assert_live(aspan_model_get_result(model, &model->groups[1]), 1, 7, 7, true);
}

static void of_two_pids(void **state)
{
	struct aspan_origin second = from;

	(void) state;
	second.vpid = 101;
	expect_two_that_take_turns(from, second);
}

static void of_one_pid_in_two_namespaces(void **state)
{
	struct aspan_origin second = from;

	(void) state;
	second.pid_namespace = 7;
	expect_two_that_take_turns(from, second);
}

static void of_one_pid_in_two_traces(void **state)
{
	struct aspan_origin second = from;

	(void) state;
	assert_int_equal(aspan_model_add_trace(model, NULL, &second.trace), 0);
	expect_two_that_take_turns(from, second);
}

static void of_which_one_has_no_pid(void **state)
{
	struct aspan_origin second = from;

	(void) state;
	second.has_vpid = false;
	expect_two_that_take_turns(from, second);
}

static void of_many_pids(void **state)
{
	(void) state;
	for (int round = 0; round < 3; round++) {
		for (from.vpid = 1; from.vpid < 3000; from.vpid++) {
			allocate(0x10 * (uint64_t) (round + 1), from.vpid, 2, PARSER);
		}
	}
	assert_int_equal(model->process_count, 2999);
	for (from.vpid = 1; from.vpid < 3000; from.vpid++) {
		assert_int_equal(result_of(2, PARSER).counts.alloc_count, 3);
		assert_int_equal(result_of(2, PARSER).live_bytes, 3 * from.vpid);
	}
}

static void a_process_that_is_gone_holds_no_memory(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	group_register(2, PARSER);
	assert_int_equal(model->processes[0].blocks.capacity, 0);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, start_model, end_model)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_two_pids),
		TEST(of_one_pid_in_two_namespaces),
		TEST(of_one_pid_in_two_traces),
		TEST(of_which_one_has_no_pid),
		TEST(of_many_pids),
		TEST(a_process_that_is_gone_holds_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

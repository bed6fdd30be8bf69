/* SPDX-License-Identifier: MIT */
/*
 * Who a process is: pids that are used again, namespaces, programs after an exec, forked children.
 */
#include "process-events-support.h"

static void a_pid_that_is_used_again_is_another_process(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	now_ns += 10000000;
	/* Nobody registers a group again: only the beginning tells. */
	begin_facts((struct aspan_process_facts){ .how = ASPAN_BEGIN_LOAD, .start_ns = 7 });
	allocate(0x10, 5, 2, PARSER);
	assert_int_equal(model->process_count, 2);
	assert_live(aspan_model_get_result(model, &model->groups[0]), 1, 100, 100, true);
	assert_live(aspan_model_get_result(model, &model->groups[1]), 1, 5, 5, true);
	assert_false(shows_losses());
}

static void a_second_session_and_a_failed_exec_tell_of_the_same_process(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	begin(ASPAN_BEGIN_SESSION_START);
	end_facts((struct aspan_process_facts){ .how = ASPAN_END_EXEC });
	assert_string_equal(aspan_process_get_end_word(process_at(0)), "exec");
	begin(ASPAN_BEGIN_EXEC_FAILED);
	assert_null(aspan_process_get_end_word(process_at(0)));
	assert_string_equal(aspan_process_get_begin_word(process_at(0)), "load");
	assert_int_equal(model->process_count, 1);
}

static void a_session_that_starts_later_adopts_the_process_that_is_there(void **state)
{
	(void) state;
	allocate(0x10, 100, 2, PARSER);
	now_ns += 1000000000;
	begin(ASPAN_BEGIN_SESSION_START);
	assert_int_equal(model->process_count, 1);
	assert_false(process_at(0)->is_whole);
}

static void a_record_that_seems_a_little_older_than_its_process_is_its_own(void **state)
{
	(void) state;
	allocate(0x10, 100, 2, PARSER);
	begin(ASPAN_BEGIN_LOAD);
	assert_int_equal(model->process_count, 1);
	assert_true(process_at(0)->is_whole);
	assert_live(result_of(2, PARSER), 1, 100, 100, true);
}

static void a_thread_id_of_another_process_is_another_thread(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	group_register(2, PARSER);
	span_enter(1, 0, "first");
	allocate_in(1, 0, 0x10, 100, 2, PARSER);
	now_ns += 10000000;
	begin_facts((struct aspan_process_facts){ .how = ASPAN_BEGIN_LOAD, .start_ns = 7 });
	group_register(2, PARSER);
	allocate(0x20, 5, 2, PARSER);
	make_report();
	assert_int_equal(report.thread_count, 2);
	assert_int_equal(numbers("span", "first")->live.bytes, 100);
	assert_string_not_equal(report.processes[0].text, report.processes[1].text);
	assert_string_not_equal(report.threads[0].text, report.threads[1].text);
}

static void equal_pids_of_two_namespaces_have_texts_of_their_own(void **state)
{
	(void) state;
	from.pid_namespace = 4001;
	begin_facts((struct aspan_process_facts){ .pid_namespace = 4001, .start_ns = 1 });
	from.pid_namespace = 4002;
	begin_facts((struct aspan_process_facts){ .pid_namespace = 4002, .start_ns = 2 });
	make_report();
	assert_int_equal(report.process_count, 2);
	assert_string_equal(report.processes[0].text, "?(100 in pid_ns 4001)");
	assert_string_equal(report.processes[1].text, "?(100 in pid_ns 4002)");
}

static void without_the_context_pid_ns_equal_pids_of_two_namespaces_are_not_certain(void **state)
{
	(void) state;
	begin_facts((struct aspan_process_facts){ .pid_namespace = 4001, .start_ns = 1 });
	allocate(0x10, 100, 2, PARSER);
	now_ns += 10000000;
	begin_facts((struct aspan_process_facts){ .pid_namespace = 4002, .start_ns = 2 });
	/* Of either of them. */
	allocate(0x20, 100, 2, PARSER);
	assert_true(process_at(0)->is_mixed);
	assert_true(process_at(1)->is_mixed);
	assert_false(result_of(2, PARSER).is_certain);
}

static void a_forked_child_counts_from_zero(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, 50, 2, PARSER);
	be(200);
	begin_fork_of(100);
	release(0x10, 100, 2, PARSER);
	allocate(0x10, 7, 2, PARSER);
	assert_counts(result_of(2, PARSER), 1, 7, 1, 100);
	assert_live(result_of(2, PARSER), 1, 7, 7, true);
	assert_int_equal(process_at(1)->begin.parent, 0);
	assert_true(process_at(1)->begin.is_inherited_known);
	assert_int_equal(process_at(1)->begin.inherited.count, 2);
	assert_int_equal(process_at(1)->begin.inherited.bytes, 150);
	be(100);
	assert_live(result_of(2, PARSER), 2, 150, 150, true);
	assert_false(shows_losses());
}

static void a_grandchild_inherits_what_its_parent_has_left(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, 50, 2, PARSER);
	be(200);
	begin_fork_of(100);
	release(0x10, 100, 2, PARSER);
	allocate(0x30, 7, 2, PARSER);
	be(300);
	begin_fork_of(200);
	assert_int_equal(process_at(2)->begin.inherited.count, 2);
	assert_int_equal(process_at(2)->begin.inherited.bytes, 57);
}

static void the_peak_of_everything_has_inherited_memory_once(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	group_register(2, PARSER);
	allocate(0x10, 1000, 2, PARSER);
	for (uint64_t child = 200; child < 203; child++) {
		be(child);
		begin_fork_of(100);
		release(0x10, 1000, 2, PARSER);
		allocate(0x10, 1, 2, PARSER);
	}
	make_report();
	assert_int_equal(everything()->peak_live_bytes, 1003);
	assert_int_equal(everything()->live.bytes, 1003);
	assert_int_equal(everything()->counts.free_count, 3);
}

static void a_clone_whose_events_bear_its_parents_pid_makes_that_uncertain(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	begin_facts((struct aspan_process_facts){ .how = ASPAN_BEGIN_CLONE,
						  .vpid = 200,
						  .parent_vpid = 100,
						  .parent_start_ns = 100 });
	assert_int_equal(model->process_count, 2);
	assert_true(result_of(2, PARSER).is_certain);
	/* A packed record knows whose it is. */
	from.is_exact = true;
	allocate(0x20, 100, 2, PARSER);
	assert_true(result_of(2, PARSER).is_certain);
	from.is_exact = false;
	allocate(0x30, 100, 2, PARSER);
	assert_false(result_of(2, PARSER).is_certain);
}

/* Its release was lost, and the group was taken up again. */
static void a_group_that_is_registered_again_makes_no_other_process(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	group_register(2, PARSER);
	release(0x10, 100, 2, PARSER);
	end_with(1, 100, 1, 100);
	aspan_model_conclude(model);
	assert_int_equal(model->process_count, 1);
	assert_counts(result_of(2, PARSER), 1, 100, 1, 100);
	assert_true(process_at(0)->proof.is_complete);
}

/* The beginning was lost, too. */
static void a_trace_that_would_tell_beginnings_needs_no_other_sign(void **state)
{
	(void) state;
	aspan_model_note_begins_are_told(model, from.trace);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	group_register(2, PARSER);
	assert_int_equal(model->process_count, 1);
}

static void a_group_that_is_registered_after_the_end_is_of_another_process(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	end_with(1, 100, 0, 0);
	group_register(2, PARSER);
	assert_int_equal(model->process_count, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start_all, end_report)
	const struct CMUnitTest tests[] = {
		TEST(a_pid_that_is_used_again_is_another_process),
		TEST(a_second_session_and_a_failed_exec_tell_of_the_same_process),
		TEST(a_session_that_starts_later_adopts_the_process_that_is_there),
		TEST(a_record_that_seems_a_little_older_than_its_process_is_its_own),
		TEST(a_thread_id_of_another_process_is_another_thread),
		TEST(equal_pids_of_two_namespaces_have_texts_of_their_own),
		TEST(without_the_context_pid_ns_equal_pids_of_two_namespaces_are_not_certain),
		TEST(a_forked_child_counts_from_zero),
		TEST(a_grandchild_inherits_what_its_parent_has_left),
		TEST(the_peak_of_everything_has_inherited_memory_once),
		TEST(a_clone_whose_events_bear_its_parents_pid_makes_that_uncertain),
		TEST(a_group_that_is_registered_again_makes_no_other_process),
		TEST(a_trace_that_would_tell_beginnings_needs_no_other_sign),
		TEST(a_group_that_is_registered_after_the_end_is_of_another_process),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}

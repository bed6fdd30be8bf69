/* SPDX-License-Identifier: MIT */
/*
 * Traces without the context vpid: of one process there is one row, and nothing is counted twice.
 */
#include "process-events-support.h"

#include "ledgers.h"

static struct aspan_origin unnamed;

static int start_unnamed(void **state)
{
	int result = start_all(state);

	unnamed = (struct aspan_origin){ .trace = from.trace };
	return result;
}

/* All but allocations is told by events without a pid. */
static void begin_unnamed(uint64_t vpid)
{
	from = unnamed;
	begin_facts((struct aspan_process_facts){ .how = ASPAN_BEGIN_LOAD, .vpid = vpid });
}

static void end_unnamed(uint64_t vpid, uint64_t allocs, uint64_t bytes)
{
	struct aspan_process_facts facts = { .how = ASPAN_END_EXIT,
					     .vpid = vpid,
					     .start_ns = vpid,
					     .counts = { allocs, bytes, 0, 0 } };

	from = unnamed;
	feed((struct aspan_event){ .type = ASPAN_EVENT_PROCESS_END, .process = &facts });
}

/* A packed record tells the pid itself. */
static void record_alloc(uint64_t vpid, uint64_t address, uint64_t size)
{
	from = (struct aspan_origin){
		.trace = unnamed.trace, .has_vpid = true, .vpid = vpid, .is_exact = true
	};
	allocate(address, size, 2, PARSER);
}

static void say_unnamed_checkpoint(uint64_t allocs, uint64_t bytes)
{
	from = unnamed;
	checkpoint(2, PARSER, (struct aspan_counts){ allocs, bytes, 0, 0 });
}

static void take_ledger(uint64_t vpid, uint64_t allocs, uint64_t bytes)
{
	struct aspan_account_group group = {
		.id = 2,
		.tags = PARSER,
		.counts = { .alloc_count = allocs, .alloc_bytes = bytes },
	};
	struct aspan_account account = {
		.vpid = (int32_t) vpid,
		.start_ns = vpid,
		.exe = "/usr/bin/server",
		.is_exact = true,
		.groups = &group,
		.group_count = 1,
		.total = group.counts,
	};

	assert_int_equal(aspan_model_take_account(model, &account, ASPAN_LEDGER_COVER_UNKNOWN), 0);
}

static void events_that_name_their_process_are_of_the_one_with_its_records(void **state)
{
	(void) state;
	aspan_model_note_records(model, unnamed.trace);
	begin_unnamed(7);
	record_alloc(7, 0x10, 100);
	say_unnamed_checkpoint(1, 100);
	end_unnamed(7, 1, 100);
	assert_int_equal(model->process_count, 1);
	assert_proof(0, PROCESS_END, true);
	assert_int_equal(model->unnamed_event_count, 0);
	assert_true(aspan_model_is_complete(model));
}

static void a_ledger_is_of_the_process_with_the_records(void **state)
{
	(void) state;
	aspan_model_note_records(model, unnamed.trace);
	begin_unnamed(7);
	record_alloc(7, 0x10, 100);
	take_ledger(7, 3, 300);
	make_report();
	assert_int_equal(report.process_count, 1);
	assert_proof(0, LEDGER, false);
	assert_int_equal(everything()->counts.alloc_count, 3);
	assert_true(everything()->has_exact_counts);
}

static void the_only_process_that_lives_says_what_was_before_the_trace(void **state)
{
	(void) state;
	aspan_model_note_records(model, unnamed.trace);
	begin_unnamed(7);
	end_unnamed(7, 0, 0);
	from = unnamed;
	begin_facts((struct aspan_process_facts){ .how = ASPAN_BEGIN_SESSION_START, .vpid = 8 });
	say_unnamed_checkpoint(5, 500);
	record_alloc(8, 0x10, 100);
	say_unnamed_checkpoint(6, 600);
	end_unnamed(8, 6, 600);
	assert_proof(1, PROCESS_END, true);
	from.vpid = 8;
	assert_live(result_of(2, PARSER), 6, 600, 600, true);
}

static void what_several_may_have_told_changes_no_figure(void **state)
{
	(void) state;
	aspan_model_note_records(model, unnamed.trace);
	begin_unnamed(7);
	begin_unnamed(8);
	record_alloc(7, 0x10, 100);
	record_alloc(8, 0x10, 50);
	say_unnamed_checkpoint(9, 900);
	end_unnamed(7, 1, 100);
	end_unnamed(8, 1, 50);
	make_report();
	assert_int_equal(report.process_count, 2);
	assert_int_equal(everything()->counts.alloc_count, 2);
	assert_int_equal(model->unnamed_event_count, 1);
	assert_true(report.is_complete);
	assert_string_equal(
		report.notes[0],
		"1 events of spans and groups do not say of which process they are, and are "
		"left out; record with lttng add-context -u -t vpid -t vtid");
}

static void a_misuse_that_may_be_of_several_makes_all_of_them_unsure(void **state)
{
	(void) state;
	aspan_model_note_records(model, unnamed.trace);
	begin_unnamed(7);
	begin_unnamed(8);
	record_alloc(7, 0x10, 100);
	from = unnamed;
	misuse("free_not_seen");
	end_unnamed(7, 1, 100);
	end_unnamed(8, 0, 0);
	assert_proof(0, PROCESS_END, false);
	assert_proof(1, PROCESS_END, false);
	assert_int_equal(aspan_misuses_get(&model->misuses, "free_not_seen"), 1);
}

static void an_exec_that_failed_leaves_its_process_alive(void **state)
{
	(void) state;
	aspan_model_note_records(model, unnamed.trace);
	begin_unnamed(7);
	end_unnamed(7, 0, 0);
	from = unnamed;
	begin_facts((struct aspan_process_facts){ .how = ASPAN_BEGIN_EXEC_FAILED, .vpid = 7 });
	begin_unnamed(8);
	say_unnamed_checkpoint(9, 900);
	assert_int_equal(model->unnamed_event_count, 1);
}

static void ledgers_of_processes_that_share_a_row_are_not_counted_again(void **state)
{
	(void) state;
	begin_unnamed(7);
	allocate(0x10, 100, 2, PARSER);
	begin_unnamed(8);
	allocate(0x20, 50, 2, PARSER);
	take_ledger(7, 1, 100);
	take_ledger(8, 1, 50);
	make_report();
	assert_int_equal(report.process_count, 1);
	assert_int_equal(everything()->counts.alloc_count, 2);
	assert_false(everything()->has_exact_counts);
	assert_false(report.is_complete);
	assert_true(report.is_doubtful);
	assert_int_equal(model->unjoined_ledger_count, 2);
}

static void a_ledger_is_not_joined_with_events_that_nothing_names(void **state)
{
	(void) state;
	from = unnamed;
	allocate(0x10, 100, 2, PARSER);
	take_ledger(7, 3, 300);
	make_report();
	assert_int_equal(report.process_count, 1);
	assert_int_equal(everything()->counts.alloc_count, 1);
	assert_false(everything()->has_exact_counts);
	assert_false(report.is_complete);
}

static void a_ledger_is_of_the_only_process_that_began(void **state)
{
	(void) state;
	begin_unnamed(7);
	allocate(0x10, 100, 2, PARSER);
	take_ledger(7, 1, 100);
	assert_int_equal(model->process_count, 1);
	assert_proof(0, LEDGER, true);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start_unnamed, end_report)
	const struct CMUnitTest tests[] = {
		TEST(events_that_name_their_process_are_of_the_one_with_its_records),
		TEST(a_ledger_is_of_the_process_with_the_records),
		TEST(the_only_process_that_lives_says_what_was_before_the_trace),
		TEST(what_several_may_have_told_changes_no_figure),
		TEST(a_misuse_that_may_be_of_several_makes_all_of_them_unsure),
		TEST(an_exec_that_failed_leaves_its_process_alive),
		TEST(ledgers_of_processes_that_share_a_row_are_not_counted_again),
		TEST(a_ledger_is_not_joined_with_events_that_nothing_names),
		TEST(a_ledger_is_of_the_only_process_that_began),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}

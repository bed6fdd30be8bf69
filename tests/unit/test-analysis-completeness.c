/* SPDX-License-Identifier: MIT */
/*
 * Proof: what a process says of itself is held against what was read, and figures follow.
 */
#include "process-events-support.h"

#include "ledgers.h"

#define UNKNOWN ASPAN_MISSING_UNKNOWN

static const uint64_t lost = 5;

static struct aspan_account_group account_groups[2];
static struct aspan_account account;

/* A ledger of the process `from` with one group, which says that it was killed. */
static void start_account(uint64_t allocs, uint64_t bytes, uint64_t frees, uint64_t freed)
{
	account_groups[0] = (struct aspan_account_group){
		.id = 2,
		.tags = PARSER,
		.counts = { .alloc_count = allocs,
			    .alloc_bytes = bytes,
			    .free_count = frees,
			    .free_bytes = freed },
	};
	account = (struct aspan_account){
		.vpid = (int32_t) from.vpid,
		.start_ns = from.vpid,
		.exe = "/usr/bin/server",
		.is_exact = true,
		.groups = account_groups,
		.group_count = 1,
		.total = account_groups[0].counts,
	};
}

static void take_account(void)
{
	assert_int_equal(aspan_model_take_account(model, &account, ASPAN_LEDGER_COVER_UNKNOWN), 0);
}

static void an_end_that_agrees_proves_all(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	release(0x10, 100, 2, PARSER);
	end_with(1, 100, 1, 100);
	assert_proof(0, PROCESS_END, true);
	assert_missing(proof_of(0)->allocs, 0, 0);
	assert_true(aspan_model_is_complete(model));
}

static void what_an_end_says_more_is_missing(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	end_with(4, 130, 1, 10);
	assert_proof(0, PROCESS_END, false);
	assert_missing(proof_of(0)->allocs, 3, 3);
	assert_missing(proof_of(0)->frees, 1, 1);
	assert_false(aspan_model_is_complete(model));
	assert_false(result_of(2, PARSER).is_certain);
	assert_true(result_of(2, PARSER).is_doubtful);
}

static void equal_counts_of_other_bytes_prove_nothing(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	end_with(1, 99, 0, 0);
	assert_proof(0, PROCESS_END, false);
}

static void a_process_that_knows_of_losses_is_not_complete(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	end_facts((struct aspan_process_facts){ .counts = { 1, 100, 0, 0 }, .lost_count = 1 });
	assert_proof(0, PROCESS_END, false);
}

static void a_process_without_memory_for_its_stack_is_not_complete(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	misuse("enter_no_memory");
	end_with(1, 100, 0, 0);
	assert_proof(0, PROCESS_END, false);
	assert_int_equal(aspan_misuses_get(&model->misuses, "enter_no_memory"), 1);
}

static void frees_that_were_not_seen_make_live_blocks_uncertain(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	misuse("free_not_seen");
	end_with(1, 100, 0, 0);
	assert_proof(0, PROCESS_END, false);
	assert_false(result_of(2, PARSER).is_certain);
}

static void what_the_tracer_lost_of_another_process_leaves_a_proof(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	aspan_model_note_discarded_events(model, from.trace, &lost);
	/* Ahead of an event that comes next: it looks as if that one was lost. */
	checkpoint(2, PARSER, (struct aspan_counts){ 2, 110, 0, 0 });
	allocate(0x20, 10, 2, PARSER);
	release(0x10, 100, 2, PARSER);
	end_with(2, 110, 1, 100);
	assert_proof(0, PROCESS_END, true);
	assert_live(result_of(2, PARSER), 1, 10, 110, true);
	assert_false(aspan_model_is_complete(model));
}

static void a_process_that_tells_no_end_is_complete_until_its_last_checkpoint(void **state)
{
	uint64_t checkpoint_ns;

	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	checkpoint(2, PARSER, (struct aspan_counts){ 1, 100, 0, 0 });
	checkpoint_ns = now_ns;
	assert_proof(0, CHECKPOINT, false);
	assert_int_equal(proof_of(0)->until_ns, checkpoint_ns);
	assert_missing(proof_of(0)->allocs, 0, UNKNOWN);
	assert_false(result_of(2, PARSER).is_certain);
}

static void a_checkpoint_says_what_is_missing_at_least(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	checkpoint(2, PARSER, (struct aspan_counts){ 5, 500, 0, 0 });
	/* One of them may be what the checkpoint was ahead of. */
	allocate(0x20, 100, 2, PARSER);
	assert_proof(0, CHECKPOINT, false);
	assert_missing(proof_of(0)->allocs, 3, UNKNOWN);
	assert_int_equal(proof_of(0)->until_ns, 0);
}

static void an_older_version_ends_with_checkpoints_that_agree(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	checkpoint(2, PARSER, (struct aspan_counts){ 1, 100, 0, 0 });
	assert_proof(0, CHECKPOINT, true);
	allocate(0x20, 100, 2, PARSER);
	assert_proof(0, CHECKPOINT, false);
	/* Nothing shows that anything is missing. */
	assert_true(result_of(2, PARSER).is_certain);
}

/* It would have told its beginning: that is lost, and who knows what else before the first checkpoint. */
static void a_later_version_without_a_beginning_is_not_complete(void **state)
{
	(void) state;
	aspan_model_note_begins_are_told(model, from.trace);
	allocate(0x10, 100, 2, PARSER);
	checkpoint(2, PARSER, (struct aspan_counts){ 5, 500, 0, 0 });
	assert_proof(0, CHECKPOINT, false);
	assert_missing(proof_of(0)->allocs, 0, UNKNOWN);
	assert_int_equal(proof_of(0)->until_ns, 0);
}

/* It may not be the end of the trace with which it ends. */
static void an_older_version_in_a_trace_cut_short_is_not_complete(void **state)
{
	(void) state;
	aspan_model_note_cut_short(model);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	checkpoint(2, PARSER, (struct aspan_counts){ 1, 100, 0, 0 });
	assert_proof(0, CHECKPOINT, false);
	assert_int_equal(proof_of(0)->until_ns, 0);
}

static void a_process_that_nothing_tells_of_has_no_proof(void **state)
{
	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	assert_proof(0, NONE, false);
	assert_missing(proof_of(0)->allocs, 0, UNKNOWN);
	assert_false(aspan_model_is_complete(model));
}

static void an_end_bounds_what_is_missing_of_a_process_older_than_the_trace(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_SESSION_START);
	allocate(0x10, 100, 2, PARSER);
	end_with(11, 1100, 3, 300);
	assert_proof(0, PROCESS_END, false);
	assert_missing(proof_of(0)->allocs, 0, 10);
	assert_missing(proof_of(0)->frees, 0, 3);
}

static void a_ledger_proves_what_a_killed_process_did(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	start_account(1, 100, 0, 0);
	take_account();
	assert_proof(0, LEDGER, true);
	assert_string_equal(aspan_process_get_end_word(process_at(0)), "killed");
	assert_true(result_of(2, PARSER).is_certain);
}

static void figures_of_a_killed_process_are_from_its_ledger(void **state)
{
	struct aspan_group_result result;

	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	start_account(5, 500, 2, 200);
	take_account();
	assert_proof(0, LEDGER, false);
	assert_missing(proof_of(0)->allocs, 4, 4);
	result = result_of(2, PARSER);
	assert_counts(result, 5, 500, 2, 200);
	assert_live(result, 3, 300, 300, false);
	assert_true(result.is_from_ledger);
	assert_true(result.has_exact_counts);
	assert_true(result.has_exact_live);
	make_report();
	assert_int_equal(everything()->counts.alloc_count, 5);
	assert_int_equal(everything()->live.bytes, 300);
	assert_true(everything()->has_exact_counts);
	/* All of it was allocated in the trace. */
	assert_int_equal(everything()->never_freed.count, 3);
	assert_int_equal(everything()->never_freed.bytes, 300);
	assert_true(everything()->has_exact_never_freed);
	assert_int_equal(numbers("span", "(not in the trace)")->never_freed.bytes, 200);
	assert_false(numbers("span", "(no span)")->has_exact_never_freed);
	assert_int_equal(numbers("span", "(not in the trace)")->counts.alloc_count, 4);
	assert_false(numbers("span", "(no span)")->has_exact_counts);
}

/* The recording left some out on purpose: what it has is what was asked for. */
static void behind_a_filter_a_ledger_only_gives_bounds(void **state)
{
	struct aspan_group_result result;

	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	start_account(5, 500, 2, 200);
	assert_int_equal(aspan_model_take_account(model, &account, ASPAN_LEDGER_COVER_PART), 0);
	assert_proof(0, LEDGER, false);
	assert_missing(proof_of(0)->allocs, 0, 4);
	assert_missing(proof_of(0)->frees, 0, 2);
	result = result_of(2, PARSER);
	assert_counts(result, 1, 100, 0, 0);
	assert_false(result.is_from_ledger);
}

static void what_a_ledger_knows_to_be_freed_is_never_freed_of_nobody(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, 100, 2, PARSER);
	start_account(5, 500, 4, 400);
	take_account();
	make_report();
	assert_int_equal(everything()->never_freed.count, 1);
	assert_int_equal(everything()->never_freed.bytes, 100);
	assert_int_equal(numbers("group", "parser")->never_freed.bytes, 100);
	assert_true(numbers("group", "parser")->has_exact_never_freed);
	/* Which of the two it was, nobody knows. */
	assert_int_equal(numbers("span", "(no span)")->never_freed.bytes, 200);
	assert_false(numbers("span", "(no span)")->has_exact_never_freed);
}

static void what_lives_of_a_process_older_than_the_trace_may_be_older(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_SESSION_START);
	start_account(5, 500, 2, 200);
	take_account();
	make_report();
	assert_true(result_of(2, PARSER).has_exact_live);
	assert_false(result_of(2, PARSER).has_exact_never_freed);
	assert_int_equal(everything()->live.bytes, 300);
	assert_false(everything()->has_exact_never_freed);
	assert_int_equal(everything()->never_freed.bytes, 0);
}

static void a_group_and_a_process_that_only_a_ledger_knows_are_there(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	end_with(1, 100, 0, 0);
	be(200);
	start_account(5, 500, 2, 200);
	take_account();
	make_report();
	assert_int_equal(report.process_count, 2);
	assert_string_equal(report.processes[1].text, "server(200)");
	assert_int_equal(numbers("process", "server(200)")->live.bytes, 300);
	assert_counts(result_of(2, PARSER), 5, 500, 2, 200);
}

static void a_ledger_that_is_not_exact_gives_no_figures(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	start_account(5, 500, 0, 0);
	account.is_exact = false;
	account.losses.uncounted = 1;
	take_account();
	assert_proof(0, LEDGER, false);
	assert_missing(proof_of(0)->allocs, 4, UNKNOWN);
	assert_false(result_of(2, PARSER).is_from_ledger);
	assert_false(result_of(2, PARSER).has_exact_counts);
}

static void more_than_a_ledger_counts_is_of_others(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x20, 100, 2, PARSER);
	start_account(1, 100, 0, 0);
	take_account();
	assert_proof(0, LEDGER, false);
	assert_true(proof_of(0)->is_contradicted);
	assert_false(result_of(2, PARSER).is_certain);
}

/* It was killed between the event of a free and the counting of it. */
static void a_call_in_flight_contradicts_no_ledger(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	release(0x10, 100, 2, PARSER);
	start_account(2, 150, 0, 0);
	account.thread_count = 1;
	take_account();
	assert_proof(0, LEDGER, false);
	assert_false(proof_of(0)->is_contradicted);
	assert_missing(proof_of(0)->allocs, 1, 1);
	assert_missing(proof_of(0)->frees, 0, 1);
	assert_counts(result_of(2, PARSER), 2, 150, 0, 0);
	assert_true(result_of(2, PARSER).has_exact_counts);
}

static void more_calls_in_flight_than_threads_are_of_others(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	for (uint64_t i = 0; i < 2; i++) {
		allocate(0x10 + i * 0x10, 100, 2, PARSER);
		release(0x10 + i * 0x10, 100, 2, PARSER);
	}
	start_account(2, 200, 0, 0);
	account.thread_count = 1;
	take_account();
	assert_true(proof_of(0)->is_contradicted);
}

/* The only thread ended the process, and was in no free. */
static void who_ends_the_process_has_no_call_in_flight(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	start_account(2, 150, 1, 50);
	account.thread_count = 1;
	account.is_closed = true;
	take_account();
	assert_missing(proof_of(0)->frees, 1, 1);
}

/* Its process_begin was lost. That the recording is older is known from elsewhere. */
static void a_ledger_tells_all_of_who_began_after_its_recording(void **state)
{
	(void) state;
	allocate(0x10, 100, 2, PARSER);
	start_account(5, 500, 2, 200);
	assert_int_equal(aspan_model_take_account(model, &account, ASPAN_LEDGER_COVER_WHOLE), 0);
	assert_missing(proof_of(0)->allocs, 4, 4);
	assert_counts(result_of(2, PARSER), 5, 500, 2, 200);
	assert_true(result_of(2, PARSER).is_from_ledger);
}

static void a_ledger_only_bounds_who_may_be_older_than_the_trace(void **state)
{
	(void) state;
	allocate(0x10, 100, 2, PARSER);
	start_account(5, 500, 2, 200);
	take_account();
	assert_missing(proof_of(0)->allocs, 0, 4);
	assert_false(result_of(2, PARSER).is_from_ledger);
}

/* The address is given out again, so its block was freed: that is one of the frees that the ledger counts. */
static void an_inferred_free_is_not_missing_on_top(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	start_account(2, 200, 2, 200);
	take_account();
	assert_missing(proof_of(0)->frees, 2, 2);
	assert_counts(result_of(2, PARSER), 2, 200, 2, 200);
	make_report();
	assert_int_equal(everything()->counts.free_count, 2);
	assert_int_equal(everything()->counts.free_bytes, 200);
	assert_int_equal(everything()->lost.free_count, 1);
}

static void frees_of_inherited_blocks_are_in_a_ledgers_frees(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	be(200);
	begin_fork_of(100);
	release(0x10, 100, 2, PARSER);
	start_account(1, 7, 0, 0);
	account.groups[0].counts.inherited_free_count = 1;
	account.groups[0].counts.inherited_free_bytes = 100;
	account.total = account.groups[0].counts;
	take_account();
	assert_proof(1, LEDGER, false);
	assert_missing(proof_of(1)->allocs, 1, 1);
	assert_missing(proof_of(1)->frees, 0, 0);
	assert_counts(result_of(2, PARSER), 1, 7, 1, 100);
	assert_live(result_of(2, PARSER), 1, 7, 7, false);
}

static void blocks_that_could_not_be_tracked_make_a_ledger_inexact(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	start_account(5, 500, 2, 200);
	account.losses.untracked_blocks = 7;
	take_account();
	assert_proof(0, LEDGER, false);
	assert_missing(proof_of(0)->allocs, 4, UNKNOWN);
	assert_false(result_of(2, PARSER).has_exact_counts);
	assert_false(result_of(2, PARSER).is_from_ledger);
}

static void a_child_that_only_its_parent_knows_is_missing(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	start_account(1, 100, 0, 0);
	account.losses.forks = 2;
	take_account();
	assert_proof(0, LEDGER, true);
	assert_int_equal(process_at(0)->missing_children, 2);
	assert_false(aspan_model_is_complete(model));
}

static void a_process_that_went_on_was_not_killed(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	start_account(5, 500, 2, 200);
	account.is_running = true;
	take_account();
	/* What it counts may be later than what was recorded. */
	assert_false(proof_of(0)->is_complete);
	assert_missing(proof_of(0)->allocs, 0, UNKNOWN);
	assert_null(aspan_process_get_end_word(process_at(0)));
	assert_false(result_of(2, PARSER).is_from_ledger);
}

static void a_ledger_that_could_not_be_read_leaves_nothing_complete(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	end_with(1, 100, 0, 0);
	aspan_model_note_unread_ledger(model);
	assert_proof(0, PROCESS_END, true);
	assert_false(aspan_model_is_complete(model));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start_all, end_report)
	const struct CMUnitTest tests[] = {
		TEST(an_end_that_agrees_proves_all),
		TEST(what_an_end_says_more_is_missing),
		TEST(equal_counts_of_other_bytes_prove_nothing),
		TEST(a_process_that_knows_of_losses_is_not_complete),
		TEST(a_process_without_memory_for_its_stack_is_not_complete),
		TEST(frees_that_were_not_seen_make_live_blocks_uncertain),
		TEST(what_the_tracer_lost_of_another_process_leaves_a_proof),
		TEST(a_process_that_tells_no_end_is_complete_until_its_last_checkpoint),
		TEST(a_checkpoint_says_what_is_missing_at_least),
		TEST(an_older_version_ends_with_checkpoints_that_agree),
		TEST(a_later_version_without_a_beginning_is_not_complete),
		TEST(an_older_version_in_a_trace_cut_short_is_not_complete),
		TEST(a_process_that_nothing_tells_of_has_no_proof),
		TEST(an_end_bounds_what_is_missing_of_a_process_older_than_the_trace),
		TEST(a_ledger_proves_what_a_killed_process_did),
		TEST(figures_of_a_killed_process_are_from_its_ledger),
		TEST(behind_a_filter_a_ledger_only_gives_bounds),
		TEST(what_a_ledger_knows_to_be_freed_is_never_freed_of_nobody),
		TEST(what_lives_of_a_process_older_than_the_trace_may_be_older),
		TEST(a_group_and_a_process_that_only_a_ledger_knows_are_there),
		TEST(a_ledger_that_is_not_exact_gives_no_figures),
		TEST(more_than_a_ledger_counts_is_of_others),
		TEST(a_call_in_flight_contradicts_no_ledger),
		TEST(an_inferred_free_is_not_missing_on_top),
		TEST(more_calls_in_flight_than_threads_are_of_others),
		TEST(who_ends_the_process_has_no_call_in_flight),
		TEST(a_ledger_tells_all_of_who_began_after_its_recording),
		TEST(a_ledger_only_bounds_who_may_be_older_than_the_trace),
		TEST(frees_of_inherited_blocks_are_in_a_ledgers_frees),
		TEST(blocks_that_could_not_be_tracked_make_a_ledger_inexact),
		TEST(a_child_that_only_its_parent_knows_is_missing),
		TEST(a_process_that_went_on_was_not_killed),
		TEST(a_ledger_that_could_not_be_read_leaves_nothing_complete),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}

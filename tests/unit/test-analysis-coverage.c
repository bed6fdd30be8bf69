/* SPDX-License-Identifier: MIT */
/*
 * Coverage: what was before a stream begins that lost its first packets is known in part, and what comes later is exact.
 */
#include "process-events-support.h"

static void overwrite(uint64_t packets)
{
	aspan_model_note_overwritten(model, from.trace, ++now_ns, packets);
}

static struct aspan_coverage coverage_of(size_t index)
{
	aspan_model_conclude(model);
	return aspan_model_get_process_coverage(model, process_at(index));
}

static void who_had_events_before_is_cut(void **state)
{
	uint64_t begin_ns;

	(void) state;
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	overwrite(86);
	begin_ns = now_ns;
	allocate(0x20, 10, 2, PARSER);
	assert_int_equal(coverage_of(0).reason, ASPAN_COVERAGE_OVERWRITTEN);
	assert_int_equal(coverage_of(0).begin_ns, begin_ns);
	assert_int_equal(aspan_model_get_coverage(model).begin_ns, begin_ns);
	assert_int_equal(aspan_model_get_coverage(model).end_ns, now_ns);
	assert_int_equal(aspan_model_count_overwritten(model), 86);
	assert_false(result_of(2, PARSER).is_certain);
	assert_true(result_of(2, PARSER).is_doubtful);
	assert_false(aspan_model_is_complete(model));
}

static void who_begins_later_is_exact(void **state)
{
	(void) state;
	allocate(0x10, 100, 2, PARSER);
	overwrite(1);
	be(200);
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x20, 10, 2, PARSER);
	end_with(1, 10, 0, 0);
	assert_proof(1, PROCESS_END, true);
	assert_live(result_of(2, PARSER), 1, 10, 10, true);
	assert_int_equal(coverage_of(1).reason, ASPAN_COVERAGE_PROCESS_BEGIN);
	assert_int_equal(coverage_of(1).end_ns, now_ns);
	assert_false(aspan_model_is_complete(model));
}

static void another_trace_is_not_cut(void **state)
{
	uint32_t other;

	(void) state;
	assert_int_equal(aspan_model_add_trace(model, "other", &other), 0);
	group_register(2, PARSER);
	allocate(0x10, 100, 2, PARSER);
	aspan_model_note_overwritten(model, other, ++now_ns, 3);
	assert_live(result_of(2, PARSER), 1, 100, 100, true);
	assert_int_equal(coverage_of(0).reason, ASPAN_COVERAGE_RECORDING);
}

static void a_last_word_that_agrees_proves_all_whatever_was_overwritten(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	overwrite(3);
	release(0x10, 100, 2, PARSER);
	end_with(1, 100, 1, 100);
	assert_proof(0, PROCESS_END, true);
	assert_live(result_of(2, PARSER), 0, 0, 100, true);
	assert_int_equal(coverage_of(0).reason, ASPAN_COVERAGE_PROCESS_BEGIN);
}

/* Two blocks lived before; frees on the ring that wrapped are not there. */
static void agreement_since_the_first_checkpoint_does_not_prove_what_was_before(void **state)
{
	(void) state;
	allocate(0x10, 100, 2, PARSER);
	overwrite(3);
	checkpoint(2, PARSER, (struct aspan_counts){ 5, 500, 4, 400 });
	allocate(0x20, 100, 2, PARSER);
	checkpoint(2, PARSER, (struct aspan_counts){ 6, 600, 4, 400 });
	assert_proof(0, CHECKPOINT, false);
	assert_false(result_of(2, PARSER).is_certain);
	end_with(6, 600, 4, 400);
	assert_proof(0, PROCESS_END, false);
}

static void last_checkpoints_that_are_the_last_word_prove_what_lives(void **state)
{
	struct aspan_group_result result;

	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	overwrite(3);
	allocate(0x20, 10, 3, CACHE);
	checkpoint(2, PARSER, (struct aspan_counts){ 9, 900, 9, 900 });
	checkpoint(3, CACHE, (struct aspan_counts){ 3, 30, 1, 10 });
	end_with(12, 930, 10, 910);
	assert_proof(0, PROCESS_END, false);
	result = result_of(2, PARSER);
	assert_true(result.has_exact_live && result.has_exact_counts && !result.is_doubtful);
	assert_false(result.is_certain);
	assert_counts(result, 9, 900, 9, 900);
	assert_int_equal(result.live_count, 0);
	assert_int_equal(result_of(3, CACHE).live_bytes, 20);
	assert_true(result_of(3, CACHE).has_exact_live);
}

static void checkpoints_before_the_last_word_prove_nothing(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	overwrite(3);
	checkpoint(2, PARSER, (struct aspan_counts){ 9, 900, 8, 800 });
	end_with(9, 900, 9, 900);
	assert_proof(0, PROCESS_END, false);
	assert_false(result_of(2, PARSER).has_exact_live);
	assert_true(result_of(2, PARSER).is_doubtful);
}

static void what_is_of_a_process_older_than_the_trace_has_exact_live_alone(void **state)
{
	(void) state;
	allocate(0x10, 100, 2, PARSER);
	overwrite(3);
	checkpoint(2, PARSER, (struct aspan_counts){ 9, 900, 8, 800 });
	end_with(9, 900, 8, 800);
	assert_proof(0, PROCESS_END, false);
	assert_true(result_of(2, PARSER).has_exact_live);
	assert_int_equal(result_of(2, PARSER).live_count, 1);
	assert_false(result_of(2, PARSER).has_exact_counts);
	assert_true(result_of(2, PARSER).is_doubtful);
}

static void a_second_session_start_is_a_restart(void **state)
{
	uint64_t restarted_ns;

	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	begin(ASPAN_BEGIN_SESSION_START);
	restarted_ns = now_ns;
	release(0x20, 7, 2, PARSER);
	assert_int_equal(model->process_count, 1);
	assert_int_equal(coverage_of(0).reason, ASPAN_COVERAGE_RESTARTED);
	assert_int_equal(coverage_of(0).begin_ns, restarted_ns);
	assert_int_equal(aspan_model_get_coverage(model).reason, ASPAN_COVERAGE_RESTARTED);
	assert_true(aspan_model_has_losses(model, process_at(0)));
}

/* Another session began meanwhile, and this one lost nothing. */
static void a_restart_without_a_loss_is_none(void **state)
{
	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	begin(ASPAN_BEGIN_SESSION_START);
	release(0x10, 100, 2, PARSER);
	end_with(1, 100, 1, 100);
	assert_proof(0, PROCESS_END, true);
	assert_int_equal(coverage_of(0).reason, ASPAN_COVERAGE_PROCESS_BEGIN);
	assert_int_equal(aspan_model_get_coverage(model).reason, ASPAN_COVERAGE_RECORDING);
	assert_true(aspan_model_is_complete(model));
}

static void the_end_of_coverage_is_the_end_or_what_is_agreed(void **state)
{
	uint64_t checkpoint_ns;

	(void) state;
	begin(ASPAN_BEGIN_LOAD);
	allocate(0x10, 100, 2, PARSER);
	assert_int_equal(coverage_of(0).end_ns, 0);
	checkpoint(2, PARSER, (struct aspan_counts){ 1, 100, 0, 0 });
	checkpoint_ns = now_ns;
	allocate(0x20, 100, 2, PARSER);
	assert_int_equal(coverage_of(0).end_ns, checkpoint_ns);
	end_with(2, 200, 0, 0);
	assert_int_equal(coverage_of(0).end_ns, now_ns);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, start_model, end_model)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_had_events_before_is_cut),
		TEST(who_begins_later_is_exact),
		TEST(another_trace_is_not_cut),
		TEST(a_last_word_that_agrees_proves_all_whatever_was_overwritten),
		TEST(agreement_since_the_first_checkpoint_does_not_prove_what_was_before),
		TEST(last_checkpoints_that_are_the_last_word_prove_what_lives),
		TEST(checkpoints_before_the_last_word_prove_nothing),
		TEST(what_is_of_a_process_older_than_the_trace_has_exact_live_alone),
		TEST(a_second_session_start_is_a_restart),
		TEST(a_restart_without_a_loss_is_none),
		TEST(the_end_of_coverage_is_the_end_or_what_is_agreed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * What the ledger of a process that ended says, to the last count, wherever the process ended.
 */
#include "ledger-support.h"
#include "reader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "ledger-expect.h"

static struct aspan_account *read_ledger(const struct ledger_maker *maker)
{
	struct aspan_ledger_error error = { "" };
	struct aspan_account *account = NULL;
	int file = ledger_open_bytes(maker->bytes, ledger_file_bytes(maker));
	int result = aspan_ledger_read_fd(file, "test.ledger", &account, &error);

	if (result) {
		print_error("%s\n", error.text);
	}
	assert_int_equal(result, 0);
	close(file);
	return account;
}

static void sums_groups_over_threads(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	ledger_fill_usual(&maker);
	account = read_ledger(&maker);
	expect_usual(account);
	assert_int_equal(account->thread_count, 2);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

static void tells_whose_it_is(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	maker.process->parent_start_ns = 4000;
	maker.process->how = ASPAN_BEGIN_FORK;
	account = read_ledger(&maker);
	assert_int_equal(account->vpid, 1234);
	assert_int_equal(account->parent_vpid, 1200);
	assert_int_equal(account->pid_ns, 4026531836);
	assert_int_equal(account->start_ns, 5000);
	assert_int_equal(account->start_realtime_ns, 1700000000000005000);
	assert_int_equal(account->parent_start_ns, 4000);
	assert_int_equal(account->begin_how, ASPAN_BEGIN_FORK);
	assert_string_equal(account->exe, "/usr/bin/program");
	assert_false(account->has_deep_fork);
	assert_int_equal(account->group_count, 0);
	expect_counts(&account->total, 0, 0, 0, 0);
	assert_true(account->is_exact);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

static void tells_how_it_ended_only_if_it_was_closed(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	maker.header->end_how = ASPAN_END_EXEC;
	account = read_ledger(&maker);
	assert_false(account->is_closed);
	assert_int_equal(account->end_how, 0);
	aspan_account_destroy(account);
	maker.header->state = ASPAN_LEDGER_CLOSED;
	account = read_ledger(&maker);
	assert_true(account->is_closed);
	assert_int_equal(account->end_how, ASPAN_END_EXEC);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

static void cuts_a_program_name_without_end(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	memset(maker.process->exe, 'x', sizeof(maker.process->exe));
	account = read_ledger(&maker);
	assert_int_equal(strlen(account->exe), ASPAN_LEDGER_EXE_BYTES);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

static void tells_all_losses(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	*maker.losses = (struct aspan_ledger_losses){ 1, 2, 3, 4, 5, 0, 6, 7 };
	account = read_ledger(&maker);
	assert_int_equal(account->losses.untracked_blocks, 1);
	assert_int_equal(account->losses.unrecorded_allocs, 2);
	assert_int_equal(account->losses.unrecorded_frees, 3);
	assert_int_equal(account->losses.unseen_frees, 4);
	assert_int_equal(account->losses.misuses, 5);
	assert_int_equal(account->losses.uncounted, 0);
	assert_int_equal(account->losses.forks, 7);
	assert_true(account->is_exact);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

static void is_not_exact_if_something_was_not_counted(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	maker.losses->uncounted = 1;
	account = read_ledger(&maker);
	assert_int_equal(account->losses.uncounted, 1);
	assert_false(account->is_exact);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

/* Whatever the two say: at each of these instants the process may have ended. */
static void counts_once_what_moves_from_a_thread(void **state)
{
	(void) state;
	for (int instant = 0; instant < 4; instant++) {
		struct ledger_maker maker;
		struct aspan_account *account;
		struct aspan_ledger_thread *first;
		struct aspan_ledger_group *group;
		struct aspan_ledger_counts *moving;

		ledger_init(&maker);
		ledger_fill_usual(&maker);
		group = ledger_group(&maker, 1);
		/* The first thread is the last of the list. */
		first = ledger_at(&maker, ledger_section(&maker, ASPAN_LEDGER_THREADS)->address);
		first = ledger_at(&maker, first->next);
		maker.transfer->slot = 1;
		maker.transfer->counters = ledger_counts_address(&maker, first, 1);
		maker.transfer->before = (struct aspan_ledger_plain_counts){ 10, 500, 1, 50, 0, 0 };
		maker.transfer->moved = (struct aspan_ledger_plain_counts){ 5, 250, 5, 250, 0, 0 };
		maker.transfer->kind = ASPAN_LEDGER_TRANSFER_THREAD;
		group->generation++;
		moving = ledger_at(&maker, maker.transfer->counters);
		if (instant > 0) {
			group->ended.alloc_count += 5;
			group->ended.alloc_bytes += 250;
		}
		if (instant > 1) {
			group->ended.free_count += 5;
			group->ended.free_bytes += 250;
		}
		if (instant > 2) {
			*moving = (struct aspan_ledger_counts){ 0, 0, 0, 250 };
		}
		account = read_ledger(&maker);
		expect_usual(account);
		aspan_account_destroy(account);
		ledger_fini(&maker);
	}
}

static void keeps_what_is_of_no_interest_in_a_transfer_that_is_over(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	ledger_fill_usual(&maker);
	maker.transfer->slot = 1;
	maker.transfer->counters = 3;
	maker.transfer->before = (struct aspan_ledger_plain_counts){ 100, 100, 100, 100, 100, 100 };
	maker.transfer->moved = maker.transfer->before;
	account = read_ledger(&maker);
	expect_usual(account);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

/* Group 9 in slot 2 is reclaimed; parts of its counts may be zero already, and its name may be gone. */
static void counts_once_a_group_that_is_reclaimed(void **state)
{
	(void) state;
	for (int instant = 0; instant < 4; instant++) {
		struct ledger_maker maker;
		struct aspan_account *account;
		struct aspan_ledger_group *group;
		struct aspan_ledger_thread *second;

		ledger_init(&maker);
		ledger_fill_usual(&maker);
		group = ledger_group(&maker, 2);
		group->inherited_free_count = 1;
		group->inherited_free_bytes = 16;
		maker.transfer->before = maker.transfer->retired;
		maker.transfer->moved = (struct aspan_ledger_plain_counts){ 4, 64, 4, 64, 1, 16 };
		maker.transfer->slot = 2;
		maker.transfer->kind = ASPAN_LEDGER_TRANSFER_GROUP;
		if (instant > 0) {
			group->generation++;
		}
		if (instant > 1) {
			maker.transfer->retired =
				(struct aspan_ledger_plain_counts){ 9, 114, 5, 50, 0, 0 };
			second = ledger_at(&maker,
					   ledger_section(&maker, ASPAN_LEDGER_THREADS)->address);
			memset(ledger_at(&maker, ledger_counts_address(&maker, second, 2)), 0,
			       sizeof(struct aspan_ledger_counts));
		}
		if (instant > 2) {
			group->id = 0;
			group->tags = 0;
		}
		account = read_ledger(&maker);
		assert_int_equal(account->group_count, 2);
		assert_int_equal(account->groups[0].id, 7);
		assert_int_equal(account->groups[1].id, 11);
		expect_counts(&account->retired, 9, 114, 9, 114);
		expect_inherited(&account->retired, 1, 16);
		expect_counts(&account->total, 29, 1034, 15, 414);
		expect_inherited(&account->total, 4, 49);
		assert_true(account->is_exact);
		aspan_account_destroy(account);
		ledger_fini(&maker);
	}
}

static void skips_a_group_whose_name_is_being_written(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;
	struct aspan_ledger_group *group;

	(void) state;
	ledger_init(&maker);
	ledger_fill_usual(&maker);
	group = ledger_group(&maker, 3);
	group->generation = 1;
	group->id = 99;
	group->tags = 5;
	account = read_ledger(&maker);
	expect_usual(account);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

/* It should not be; if it is, nothing is left out silently. */
static void tells_counts_that_no_group_has(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;
	struct aspan_ledger_thread *thread;

	(void) state;
	ledger_init(&maker);
	ledger_fill_usual(&maker);
	ledger_group(&maker, 2)->generation++;
	thread = ledger_add_thread(&maker);
	ledger_count_in_thread(&maker, thread, 40, 1, 8, 0, 0);
	ledger_count_in_thread(&maker, thread, 200, 1, 8, 0, 0);
	account = read_ledger(&maker);
	assert_int_equal(account->group_count, 2);
	expect_counts(&account->retired, 11, 130, 9, 114);
	expect_counts(&account->total, 31, 1050, 15, 414);
	assert_false(account->is_exact);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

static void is_not_exact_if_more_was_freed_than_allocated(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	ledger_count(&ledger_add_group(&maker, 0, 1, ",group=a,")->ended, 1, 8, 2, 8);
	account = read_ledger(&maker);
	assert_false(account->is_exact);
	aspan_account_destroy(account);
	/* What it freed may be its ancestors'. */
	maker.process->fork_depth = ASPAN_LEDGER_DEEPEST_FORK;
	account = read_ledger(&maker);
	assert_true(account->is_exact);
	assert_true(account->has_deep_fork);
	aspan_account_destroy(account);
	maker.process->fork_depth = ASPAN_LEDGER_DEEPEST_FORK - 1;
	account = read_ledger(&maker);
	assert_false(account->has_deep_fork);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

static void finds_what_is_in_other_extents(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	ledger_begin_part(&maker, true);
	ledger_fill_usual(&maker);
	/* The place of the next extent, which is not there yet. */
	maker.extents[2].address = 4096;
	ledger_section(&maker, ASPAN_LEDGER_EXTENTS)->size_bytes +=
		sizeof(struct aspan_ledger_extent);
	account = read_ledger(&maker);
	expect_usual(account);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

/* An extent that the process could not put into the file, or that found no place in the table. */
static void gives_lower_bounds_of_what_is_not_in_the_file(void **state)
{
	(void) state;
	for (int is_in_table = 0; is_in_table < 2; is_in_table++) {
		struct ledger_maker maker;
		struct aspan_account *account;
		struct aspan_ledger_thread *thread;

		ledger_init(&maker);
		ledger_fill_usual(&maker);
		thread = ledger_add_thread(&maker);
		ledger_begin_part(&maker, false);
		maker.extents[1].size_bytes = is_in_table ? LEDGER_PART_BYTES : 0;
		ledger_add_group(&maker, 4, 13, ",group=unnamed,");
		ledger_count_in_thread(&maker, thread, 4, 1, 8, 0, 0);
		ledger_count(&ledger_group(&maker, 4)->ended, 2, 16, 0, 0);
		account = read_ledger(&maker);
		assert_int_equal(account->group_count, 4);
		expect_counts(&account->groups[0].counts, 18, 900, 6, 300);
		assert_int_equal(account->groups[2].id, 13);
		assert_string_equal(account->groups[2].tags, "");
		expect_counts(&account->groups[2].counts, 2, 16, 0, 0);
		expect_counts(&account->total, 31, 1050, 15, 414);
		assert_false(account->is_exact);
		aspan_account_destroy(account);
		ledger_fini(&maker);
	}
}

static void goes_on_after_a_table_that_is_not_in_the_file(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	ledger_fill_usual(&maker);
	ledger_add_thread(&maker)->table = 4096;
	account = read_ledger(&maker);
	expect_counts(&account->total, 29, 1034, 15, 414);
	assert_false(account->is_exact);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

static void skips_sections_that_it_does_not_know(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	ledger_fill_usual(&maker);
	maker.header->sections[0] =
		(struct aspan_ledger_section){ ASPAN_LEDGER_CLOCK + 1, 9, 1, 3, UINT64_MAX };
	maker.header->sections[9] = (struct aspan_ledger_section){ UINT32_MAX, 0, 1, 3, 8 };
	account = read_ledger(&maker);
	expect_usual(account);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

static void needs_neither_groups_nor_threads(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	ledger_section(&maker, ASPAN_LEDGER_GROUPS)->address = 0;
	ledger_section(&maker, ASPAN_LEDGER_GROUPS)->size_bytes = 0;
	account = read_ledger(&maker);
	assert_int_equal(account->group_count, 0);
	assert_true(account->is_exact);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

static void reads_a_thread_without_a_table(void **state)
{
	struct ledger_maker maker;
	struct aspan_account *account;

	(void) state;
	ledger_init(&maker);
	ledger_fill_usual(&maker);
	ledger_add_thread(&maker)->table = 0;
	account = read_ledger(&maker);
	expect_usual(account);
	aspan_account_destroy(account);
	ledger_fini(&maker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_groups_over_threads),
		cmocka_unit_test(tells_whose_it_is),
		cmocka_unit_test(tells_how_it_ended_only_if_it_was_closed),
		cmocka_unit_test(cuts_a_program_name_without_end),
		cmocka_unit_test(tells_all_losses),
		cmocka_unit_test(is_not_exact_if_something_was_not_counted),
		cmocka_unit_test(counts_once_what_moves_from_a_thread),
		cmocka_unit_test(keeps_what_is_of_no_interest_in_a_transfer_that_is_over),
		cmocka_unit_test(counts_once_a_group_that_is_reclaimed),
		cmocka_unit_test(skips_a_group_whose_name_is_being_written),
		cmocka_unit_test(tells_counts_that_no_group_has),
		cmocka_unit_test(is_not_exact_if_more_was_freed_than_allocated),
		cmocka_unit_test(finds_what_is_in_other_extents),
		cmocka_unit_test(gives_lower_bounds_of_what_is_not_in_the_file),
		cmocka_unit_test(goes_on_after_a_table_that_is_not_in_the_file),
		cmocka_unit_test(skips_sections_that_it_does_not_know),
		cmocka_unit_test(needs_neither_groups_nor_threads),
		cmocka_unit_test(reads_a_thread_without_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

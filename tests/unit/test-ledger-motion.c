/* SPDX-License-Identifier: MIT */
/*
 * A ledger is read while its process goes on: whatever happens between any two reads, the counts are those of calls that were made.
 *
 * TEST_LEDGER_LIBRARY is the file of a library with liballocspan's name and its symbol.
 */
#include "ledger-reading.h"

/*
 * What may happen between two reads, in phases from 0 on (-1 is before all): each is done by the parent in its own ledger, which is
 * then copied into the child. It knows the usual ledger, of which thread 1 is the first of the list, and thread 0 the next one.
 */
static struct ledger_maker going;
static struct ledger_child going_child;
static struct aspan_ledger_thread *threads[2];
static void (*going_step)(int phase);
static int going_reads, first_phase_at, gap;

#define PHASES 3

static struct aspan_ledger_counts *counts_of(int thread, uint32_t slot)
{
	return ledger_at(&going, ledger_counts_address(&going, threads[thread], slot));
}

/* A block that one thread allocates and the other frees. */
static void allocate_and_free(int phase)
{
	if (phase == 0) {
		ledger_count(counts_of(0, 70), 1, 8, 0, 0);
		ledger_count(counts_of(1, 70), 0, 0, 1, 8);
	}
}

static struct aspan_ledger_plain_counts plain_of(const struct aspan_ledger_counts *counts)
{
	return (struct aspan_ledger_plain_counts){ counts->alloc_count,
						   counts->alloc_bytes,
						   counts->free_count,
						   counts->free_bytes,
						   0,
						   0 };
}

static void begin_move(struct aspan_ledger_counts *counts, uint32_t slot)
{
	struct aspan_ledger_group *group = ledger_group(&going, slot);

	going.transfer->before = plain_of(&group->ended);
	going.transfer->moved = plain_of(counts);
	going.transfer->slot = slot;
	going.transfer->counters = (uint64_t) (uintptr_t) counts;
	going.transfer->kind = ASPAN_LEDGER_TRANSFER_THREAD;
	group->generation++;
	ledger_count(&group->ended, counts->alloc_count, counts->alloc_bytes, 0, 0);
}

static void end_move(struct aspan_ledger_counts *counts, uint32_t slot)
{
	struct aspan_ledger_group *group = ledger_group(&going, slot);

	ledger_count(&group->ended, 0, 0, counts->free_count, counts->free_bytes);
	memset(counts, 0, sizeof(*counts));
	group->generation++;
	going.transfer->kind = ASPAN_LEDGER_TRANSFER_NONE;
}

static void move_at_once(uint32_t slot)
{
	begin_move(counts_of(1, slot), slot);
	end_move(counts_of(1, slot), slot);
}

/* Its counts move to the groups, then it leaves the list, and then others use its memory. */
static void end_thread(int phase)
{
	struct aspan_ledger_section *list = ledger_section(&going, ASPAN_LEDGER_THREADS);

	if (phase == 0) {
		begin_move(counts_of(1, 1), 1);
	} else if (phase == 1) {
		end_move(counts_of(1, 1), 1);
		begin_move(counts_of(1, 2), 2);
	} else if (phase == 2) {
		end_move(counts_of(1, 2), 2);
		move_at_once(70);
		list->generation++;
		list->address = threads[1]->next;
		list->generation++;
		memset(ledger_at(&going, threads[1]->table), 0xee,
		       sizeof(struct aspan_ledger_table));
		memset(threads[1], 0xee, sizeof(*threads[1]));
	}
}

/* A thread whose counts were moved before leaves the list; its memory is free, and then another thread's, first of the list again. */
static void reuse_thread(int phase)
{
	struct aspan_ledger_section *list = ledger_section(&going, ASPAN_LEDGER_THREADS);

	if (phase < 0) {
		move_at_once(1);
		move_at_once(2);
		move_at_once(70);
	} else if (phase == 0) {
		list->generation++;
		list->address = threads[1]->next;
		list->generation++;
		threads[1]->next = 0;
	} else if (phase == 1) {
		threads[1]->next = list->address;
		list->address = (uint64_t) (uintptr_t) threads[1];
	}
}

/* Group 9, of which nothing lives. */
static void reclaim_group(int phase)
{
	struct aspan_ledger_group *group = ledger_group(&going, 2);

	if (phase == 0) {
		going.transfer->before = going.transfer->retired;
		going.transfer->moved = (struct aspan_ledger_plain_counts){ 4, 64, 4, 64, 0, 0 };
		going.transfer->slot = 2;
		going.transfer->kind = ASPAN_LEDGER_TRANSFER_GROUP;
		group->generation++;
		going.transfer->retired.alloc_count += 4;
		memset(counts_of(0, 2), 0, sizeof(struct aspan_ledger_counts));
	} else if (phase == 1) {
		going.transfer->retired =
			(struct aspan_ledger_plain_counts){ 9, 114, 9, 114, 0, 0 };
		going.transfer->retired_groups++;
		memset(counts_of(1, 2), 0, sizeof(struct aspan_ledger_counts));
		group->id = 0;
		going.transfer->kind = ASPAN_LEDGER_TRANSFER_NONE;
		/* Its name's memory is another group's. */
		memcpy(ledger_at(&going, group->tags), ",group=other,", 14);
	} else if (phase == 2) {
		group->generation++;
	}
}

/* In the slot of group 9, as soon as that is gone. */
static void reuse_slot(int phase)
{
	struct aspan_ledger_group *group = ledger_group(&going, 2);

	if (phase == 0) {
		reclaim_group(0);
		reclaim_group(1);
		group->id = 20;
	} else if (phase == 1) {
		group->generation++;
	} else if (phase == 2) {
		ledger_count(counts_of(0, 2), 1, 8, 0, 0);
		ledger_count(counts_of(1, 2), 0, 0, 1, 8);
	}
}

static void step_before_read(void)
{
	int phase = going_reads - first_phase_at;

	if (phase >= 0 && phase % gap == 0 && phase / gap < PHASES) {
		going_step(phase / gap);
		ledger_child_poke(&going_child, going.bytes, LEDGER_PART_BYTES);
	}
	going_reads++;
}

static void expect_possible(const struct aspan_account *account)
{
	assert_true(account->is_exact);
	for (size_t i = 0; i < account->group_count; i++) {
		const struct aspan_account_counts *counts = &account->groups[i].counts;

		assert_true(counts->free_count <= counts->alloc_count);
		assert_true(counts->free_bytes <= counts->alloc_bytes);
		if (account->groups[i].id == 9) {
			assert_string_equal(account->groups[i].tags, ",group=cache,");
		}
	}
}

/* No call is missing that was made before, none is counted twice; the block of the step may be there or not. */
static void expect_usual_total(const struct aspan_account *account, uint64_t new_blocks)
{
	const struct aspan_account_counts *total = &account->total;
	uint64_t allocs = total->alloc_count - 29, frees = total->free_count - 15;

	assert_true(allocs <= new_blocks && frees <= allocs);
	expect_counts(total, 29 + allocs, 1034 + 8 * allocs, 15 + frees, 414 + 8 * frees);
	expect_inherited(total, 3, 33);
}

/* Reads a child in which the phases come before these reads. False once the last came after all reads. */
static bool read_with_step(void (*step)(int), int at, int reads_between, uint64_t new_blocks)
{
	struct aspan_ledger_error error;
	struct aspan_account *account;
	int result;

	ledger_init_real(&going);
	ledger_fill_usual(&going);
	threads[1] = ledger_at(&going, ledger_section(&going, ASPAN_LEDGER_THREADS)->address);
	threads[0] = ledger_at(&going, threads[1]->next);
	step(-1);
	going_child = (struct ledger_child){ TEST_LEDGER_LIBRARY, &going, NULL, NULL, 0 };
	assert_true(ledger_child_begin(&going_child));
	going_step = step;
	going_reads = 0;
	first_phase_at = at;
	gap = reads_between;
	before_read = step_before_read;
	result = read_child(&going_child, &account, &error);
	before_read = NULL;
	ledger_child_end(&going_child);
	ledger_fini(&going);
	assert_string_equal(error.text, "");
	assert_int_equal(result, 0);
	expect_possible(account);
	expect_usual_total(account, new_blocks);
	aspan_account_destroy(account);
	return going_reads > at;
}

static void read_with_step_anywhere(void (*step)(int), uint64_t new_blocks)
{
	static const int gaps[] = { 1, 4, 17 };

	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		int at = 0;

		while (read_with_step(step, at, gaps[i], new_blocks)) {
			at++;
		}
		/* Each structure is read twice or more. */
		assert_true(at > 30);
	}
}

static void reads_no_free_without_its_allocation(void **state)
{
	(void) state;
	read_with_step_anywhere(allocate_and_free, 1);
}

static void reads_on_while_a_thread_ends(void **state)
{
	(void) state;
	read_with_step_anywhere(end_thread, 0);
}

static void reads_on_while_a_threads_memory_is_used_again(void **state)
{
	(void) state;
	read_with_step_anywhere(reuse_thread, 0);
}

static void reads_on_while_a_group_is_reclaimed(void **state)
{
	(void) state;
	read_with_step_anywhere(reclaim_group, 0);
}

static void reads_on_while_a_slot_gets_another_group(void **state)
{
	(void) state;
	read_with_step_anywhere(reuse_slot, 1);
}

static void step_before_each_read(void)
{
	going.transfer->retired_groups++;
	ledger_child_poke(&going_child, going.bytes, LEDGER_PART_BYTES);
}

static void gives_up_on_a_process_that_never_rests(void **state)
{
	(void) state;
	ledger_init_real(&going);
	ledger_fill_usual(&going);
	going_child = (struct ledger_child){ TEST_LEDGER_LIBRARY, &going, NULL, NULL, 0 };
	assert_true(ledger_child_begin(&going_child));
	before_read = step_before_each_read;
	expect_refusal_of(
		going_child.pid, -EAGAIN,
		"its groups and threads change faster than they can be read (50 attempts); "
		"try again, or read its ledger file after its end");
	before_read = NULL;
	ledger_child_end(&going_child);
	ledger_fini(&going);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_no_free_without_its_allocation),
		cmocka_unit_test(reads_on_while_a_thread_ends),
		cmocka_unit_test(reads_on_while_a_threads_memory_is_used_again),
		cmocka_unit_test(reads_on_while_a_group_is_reclaimed),
		cmocka_unit_test(reads_on_while_a_slot_gets_another_group),
		cmocka_unit_test(gives_up_on_a_process_that_never_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Groups in large numbers and for a long time (DESIGN 4.1.3, 4.2.2). What holds for a few is in test-group-reclaim.c.
 */
#include "support.h"

#include <stdatomic.h>

enum { MILLION = 1000000, BYTES_EACH_MAX = 700 };

static struct allocspan_token *tokens[MILLION];
static char *space;

static char *place(size_t index)
{
	return space + index * 16;
}

static struct allocspan_token *register_numbered(size_t number)
{
	char value[24];
	struct allocspan_tag tag = { "tenant", value };

	snprintf(value, sizeof(value), "%zu", number);
	return allocspan_token_register("one of a million", &tag, 1);
}

static void make_a_million(void)
{
	for (size_t i = 0; i < MILLION; i++) {
		tokens[i] = register_numbered(i);
		assert_non_null(tokens[i]);
		announce_in(tokens[i], place(i), i % 9);
	}
}

static void end_a_million(void)
{
	for (size_t i = 0; i < MILLION; i++) {
		const uint64_t id = allocspan_token_id(tokens[i]);

		allocspan_token_release(tokens[i]);
		assert_int_equal(allocspan_block_group_id(place(i)), id);
	}
	for (size_t i = 0; i < MILLION; i++) {
		assert_int_equal(allocspan_block_retire(place(i)), 0);
	}
	release_many_groups();
}

/*
 * Released groups are looked through when there are twice as many as were left the time before (lib/core/reclaim.h): so
 * the second million may come before the first has gone, and after that nothing is added.
 */
static void a_million_groups_are_told_apart_and_come_back(void **state)
{
	const long before = resident_kib();
	long with_two;

	(void) state;
	make_a_million();
	assert_true(SANITIZED || resident_kib() - before < (long) MILLION * BYTES_EACH_MAX / 1024);
	for (size_t i = 0; i < MILLION; i += 997) {
		assert_stats(tokens[i], 1, i % 9, 0, 0);
	}
	end_a_million();
	make_a_million();
	with_two = resident_kib();
	end_a_million();
	make_a_million();
	assert_true(SANITIZED || resident_kib() - with_two < 4096);
	for (size_t i = 0; i < MILLION; i += 997) {
		assert_stats(tokens[i], 1, i % 9, 0, 0);
	}
	end_a_million();
}

/* A few bytes a round; a group has hundreds. */
enum { WINDOW = 1000, WARM_UP = 50000, ROUNDS = 400000, GROWTH_KIB_MAX = 2048 };

/* Places of blocks whose group is released, on their way to the thread that frees them. */
static char *_Atomic window[WINDOW];
static _Atomic bool is_over;
static _Atomic uint64_t wrong;

static void *retire_elsewhere(void *unused)
{
	(void) unused;
	while (!is_over) {
		for (size_t i = 0; i < WINDOW; i++) {
			char *block = atomic_exchange(&window[i], NULL);

			wrong += block && allocspan_block_retire(block) != 0;
		}
	}
	return NULL;
}

/* A group of its own for one block, which somebody else frees when it is long released. */
static void work_for_another_thread(size_t round)
{
	char *block = place(round % (size_t) (4 * WINDOW));
	struct allocspan_token *token = register_numbered(round % 7);
	char *replaced;

	/* A place may still be on its way: then so much is alive that it is not needed. */
	if (allocspan_block_group_id(block) == 0) {
		announce_in(token, block, 8);
		replaced = atomic_exchange(&window[round % WINDOW], block);
		assert_true(!replaced || allocspan_block_retire(replaced) == 0);
	}
	allocspan_token_release(token);
}

static void groups_end_for_ever_in_constant_memory_while_their_blocks_live_elsewhere(void **state)
{
	pthread_t thread;
	long before;

	(void) state;
	is_over = false;
	/* Nobody frees: as many blocks are alive as ever can be. */
	for (size_t i = 0; i < WARM_UP; i++) {
		work_for_another_thread(i);
	}
	before = resident_kib();
	pthread_create(&thread, NULL, retire_elsewhere, NULL);
	for (size_t i = 0; i < ROUNDS; i++) {
		work_for_another_thread(WARM_UP + i);
	}
	assert_true(SANITIZED || resident_kib() - before < GROWTH_KIB_MAX);
	is_over = true;
	pthread_join(thread, NULL);
	for (size_t i = 0; i < WINDOW; i++) {
		wrong += window[i] && allocspan_block_retire(window[i]) != 0;
	}
	assert_int_equal(wrong, 0);
}

enum { LEVELS = 10000 };

static void ten_thousand_spans_and_tokens_are_left_in_any_order(void **state)
{
	static struct allocspan_guard guards[LEVELS];
	static size_t order[LEVELS];
	const uint64_t misuses = allocspan_misuse_count();
	struct allocspan_token *token = registered("at each level");
	struct allocspan_token *outermost = registered("outermost");
	struct allocspan_span *span = allocspan_span_create("at each level");
	uint32_t random = 1;

	(void) state;
	for (size_t i = 0; i < LEVELS; i++) {
		guards[i] = i == 0     ? allocspan_token_enter(outermost) :
			    i % 3 == 0 ? allocspan_token_enter(token) :
			    i % 3 == 1 ? allocspan_span_enter(span) :
					 allocspan_untracked_enter();
		order[i] = i;
	}
	/* All but the outermost, shuffled (Fisher, Yates). */
	for (size_t i = LEVELS - 1; i > 1; i--) {
		size_t other, swapped = order[i];

		random = random * 1664525 + 1013904223;
		other = 1 + random % i;
		order[i] = order[other];
		order[other] = swapped;
	}
	for (size_t i = LEVELS - 1; i > 0; i--) {
		allocspan_guard_exit(&guards[order[i]]);
	}
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(outermost));
	assert_int_equal(allocspan_current_span_id(), 0);
	allocspan_guard_exit(&guards[0]);
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_misuse_count(), misuses);
	allocspan_span_release(span);
	allocspan_token_release(token);
	allocspan_token_release(outermost);
}

static int set_up(void **state)
{
	(void) state;
	space = address_space((size_t) MILLION * 16);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			groups_end_for_ever_in_constant_memory_while_their_blocks_live_elsewhere),
		cmocka_unit_test(ten_thousand_spans_and_tokens_are_left_in_any_order),
		/* Last: it leaves tables of its size. */
		cmocka_unit_test(a_million_groups_are_told_apart_and_come_back),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * The counters of a group are exact over all threads, also those that ended (DESIGN 4.5.2), whichever
 * thread and group frees a block (4.3.1). Budgets stand on them.
 */
#include "support.h"

#include <stdatomic.h>

enum { THREADS = 4, BLOCKS = 10000, STRIDE = 64 };

static struct allocspan_token *token, *other;
static char *space;

static char *block_of(size_t thread, size_t index)
{
	return space + (thread * BLOCKS + index) * STRIDE;
}

static size_t size_of(size_t thread, size_t index)
{
	return index % 61 + thread;
}

static uint64_t bytes_of(size_t thread)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < BLOCKS; i++) {
		bytes += size_of(thread, i);
	}
	return bytes;
}

static void *announce_mine(void *argument)
{
	const size_t thread = (uintptr_t) argument;
	struct allocspan_guard guard = allocspan_token_enter(token);

	for (size_t i = 0; i < BLOCKS; i++) {
		allocspan_block_announce(block_of(thread, i), size_of(thread, i));
	}
	allocspan_guard_exit(&guard);
	return NULL;
}

static void *retire_the_next_threads(void *argument)
{
	const size_t thread = ((uintptr_t) argument + 1) % THREADS;
	struct allocspan_guard guard = allocspan_token_enter(other);

	for (size_t i = 0; i < BLOCKS; i++) {
		allocspan_block_retire(block_of(thread, i));
	}
	allocspan_guard_exit(&guard);
	return NULL;
}

static void run_threads(void *(*function)(void *) )
{
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, function, (void *) i), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
}

static void a_new_group_has_counted_nothing(void **state)
{
	struct allocspan_token *fresh = registered("fresh");

	(void) state;
	assert_stats(fresh, 0, 0, 0, 0);
	allocspan_token_release(fresh);
}

static void counters_are_exact_over_threads_that_ended(void **state)
{
	uint64_t bytes = 0;

	(void) state;
	for (size_t i = 0; i < THREADS; i++) {
		bytes += bytes_of(i);
	}
	token = registered("counted");
	other = registered("frees only");
	run_threads(announce_mine);
	assert_stats(token, THREADS * BLOCKS, bytes, 0, 0);
	run_threads(retire_the_next_threads);
	assert_stats(token, THREADS * BLOCKS, bytes, THREADS * BLOCKS, bytes);
	assert_stats(other, 0, 0, 0, 0);
	allocspan_token_release(token);
	allocspan_token_release(other);
}

static pthread_barrier_t announced, counted;

static void *announce_and_wait(void *argument)
{
	announce_mine(argument);
	pthread_barrier_wait(&announced);
	pthread_barrier_wait(&counted);
	return NULL;
}

static void counters_are_exact_over_threads_that_live(void **state)
{
	pthread_t threads[THREADS];
	uint64_t bytes = 0;

	(void) state;
	token = registered("of living threads");
	pthread_barrier_init(&announced, NULL, THREADS + 1);
	pthread_barrier_init(&counted, NULL, THREADS + 1);
	for (size_t i = 0; i < THREADS; i++) {
		bytes += bytes_of(i);
		assert_int_equal(pthread_create(&threads[i], NULL, announce_and_wait, (void *) i),
				 0);
	}
	pthread_barrier_wait(&announced);
	assert_stats(token, THREADS * BLOCKS, bytes, 0, 0);
	pthread_barrier_wait(&counted);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	assert_stats(token, THREADS * BLOCKS, bytes, 0, 0);
	for (size_t thread = 0; thread < THREADS; thread++) {
		for (size_t i = 0; i < BLOCKS; i++) {
			assert_int_equal(allocspan_block_retire(block_of(thread, i)), 0);
		}
	}
	assert_stats(token, THREADS * BLOCKS, bytes, THREADS * BLOCKS, bytes);
	allocspan_token_release(token);
	pthread_barrier_destroy(&announced);
	pthread_barrier_destroy(&counted);
}

static atomic_bool working;

static void *work(void *argument)
{
	struct allocspan_guard guard = allocspan_token_enter(token);

	while (working) {
		allocspan_block_announce(argument, 32);
		allocspan_block_retire(argument);
	}
	allocspan_guard_exit(&guard);
	return NULL;
}

static void frees_never_exceed_allocations_while_threads_work(void **state)
{
	pthread_t threads[THREADS];
	struct allocspan_stats stats = { 0 };
	uint64_t last_alloc_count = 0;

	(void) state;
	token = registered("at work");
	working = 1;
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, work, block_of(i, 0)), 0);
	}
	for (int i = 0; i < 20000 || stats.alloc_count == 0; i++) {
		assert_int_equal(allocspan_token_stats(token, &stats), 0);
		assert_true(stats.free_count <= stats.alloc_count);
		assert_true(stats.free_bytes <= stats.alloc_bytes);
		assert_int_equal(stats.live_blocks, stats.alloc_count - stats.free_count);
		assert_int_equal(stats.live_bytes, stats.alloc_bytes - stats.free_bytes);
		assert_true(stats.alloc_count >= last_alloc_count);
		last_alloc_count = stats.alloc_count;
	}
	working = 0;
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	stats = stats_of(token);
	assert_stats(token, stats.alloc_count, stats.alloc_count * 32, stats.alloc_count,
		     stats.alloc_count * 32);
	allocspan_token_release(token);
}

static void *announce_one(void *argument)
{
	struct allocspan_guard guard = allocspan_token_enter(token);

	allocspan_block_announce(argument, 5);
	allocspan_guard_exit(&guard);
	return NULL;
}

static void a_thousand_short_threads_are_counted_in_constant_memory(void **state)
{
	enum { SHORT_THREADS = 1000 };
	long before = 0;

	(void) state;
	token = registered("of short threads");
	for (size_t i = 0; i < SHORT_THREADS; i++) {
		run_in_thread(announce_one, block_of(0, i));
		if (i == 100) {
			before = resident_kib();
		}
	}
	assert_grown_less(before, 512);
	assert_stats(token, SHORT_THREADS, SHORT_THREADS * 5, 0, 0);
	for (size_t i = 0; i < SHORT_THREADS; i++) {
		assert_int_equal(allocspan_block_retire(block_of(0, i)), 0);
	}
	assert_stats(token, SHORT_THREADS, SHORT_THREADS * 5, SHORT_THREADS, SHORT_THREADS * 5);
	allocspan_token_release(token);
}

static void many_groups_on_many_threads_are_counted_apart(void **state)
{
	enum { GROUPS = 3000 };
	static struct allocspan_token *tokens[GROUPS];

	(void) state;
	for (size_t i = 0; i < GROUPS; i++) {
		tokens[i] = registered("one of many");
	}
	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < GROUPS; i++) {
			announce_in(tokens[i], block_of(round, i), i);
		}
	}
	for (size_t i = 0; i < GROUPS; i++) {
		assert_int_equal(allocspan_block_retire(block_of(1, i)), 0);
		assert_stats(tokens[i], 3, 3 * i, 1, i);
	}
	for (size_t i = 0; i < GROUPS; i++) {
		assert_int_equal(allocspan_block_retire(block_of(0, i)), 0);
		assert_int_equal(allocspan_block_retire(block_of(2, i)), 0);
		allocspan_token_release(tokens[i]);
	}
}

/* In a child, of which another is forked: it counts from zero, and what it inherited lives until it frees it. */
static int count_in_grandchild(void)
{
	struct allocspan_stats stats;
	struct allocspan_guard guard = allocspan_token_enter(token);

	allocspan_block_announce(block_of(0, 1), 10);
	allocspan_block_retire(block_of(0, 0));
	allocspan_guard_exit(&guard);
	allocspan_token_stats(token, &stats);
	return stats.alloc_count == 1 && stats.alloc_bytes == 10 && stats.free_count == 1 &&
			       stats.free_bytes == 20 && stats.live_blocks == 2 &&
			       stats.live_bytes == 17 ?
		       0 :
		       1;
}

static int count_around_a_fork(void)
{
	struct allocspan_stats stats;

	token = registered("forked");
	announce_in(token, block_of(0, 0), 20);
	announce_in(token, block_of(0, 2), 7);
	if (run_in_child(count_in_grandchild) != 0) {
		return 1;
	}
	allocspan_token_stats(token, &stats);
	return stats.alloc_count == 2 && stats.alloc_bytes == 27 && stats.free_count == 0 &&
			       stats.live_bytes == 27 ?
		       0 :
		       2;
}

static void a_child_counts_from_zero_and_its_parent_does_not_see_it(void **state)
{
	(void) state;
	assert_int_equal(run_in_child(count_around_a_fork), 0);
}

static void a_budget_changes_no_counter(void **state)
{
	(void) state;
	token = registered("with a budget");
	assert_int_equal(allocspan_token_budget_set(token, 10), 0);
	announce_in(token, block_of(0, 0), 8);
	announce_in(token, block_of(0, 1), 8);
	assert_stats(token, 2, 16, 0, 0);
	assert_int_equal(allocspan_token_budget_set(token, 0), 0);
	announce_in(token, block_of(0, 2), 8);
	assert_stats(token, 3, 24, 0, 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(allocspan_block_retire(block_of(0, i)), 0);
	}
	assert_stats(token, 3, 24, 3, 24);
	allocspan_token_release(token);
}

static int set_up(void **state)
{
	(void) state;
	space = address_space((size_t) THREADS * BLOCKS * STRIDE);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_group_has_counted_nothing),
		cmocka_unit_test(counters_are_exact_over_threads_that_ended),
		cmocka_unit_test(counters_are_exact_over_threads_that_live),
		cmocka_unit_test(frees_never_exceed_allocations_while_threads_work),
		cmocka_unit_test(a_thousand_short_threads_are_counted_in_constant_memory),
		cmocka_unit_test(many_groups_on_many_threads_are_counted_apart),
		cmocka_unit_test(a_child_counts_from_zero_and_its_parent_does_not_see_it),
		cmocka_unit_test(a_budget_changes_no_counter),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Without memory: constructors say so, entering and tracking count it, and what was there before goes on
 * (STYLE "Errors": never abort the host program). Each claim runs in a child that may map nothing more; its exit
 * status is the number of the first step that came out wrong.
 */
#include "support.h"

#include <sys/resource.h>

enum { MANY = 10000000 };

static struct allocspan_token *token;
static char *space;

static void take_all_memory(void)
{
	const struct rlimit limit = { 0, 0 };

	setrlimit(RLIMIT_AS, &limit);
}

static int register_until_it_fails(void)
{
	struct allocspan_token *last = NULL;
	char name[32] = "";

	take_all_memory();
	errno = 0;
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "%d", i);
		last = allocspan_token_register(name, NULL, 0);
		if (last == NULL) {
			break;
		}
	}
	if (last != NULL) {
		return 1;
	}
	if (errno != ENOMEM) {
		return 2;
	}
	if (allocspan_token_intern(name, NULL, 0) != NULL || errno != ENOMEM) {
		return 3;
	}
	return allocspan_token_id(token) > ALLOCSPAN_ROOT_GROUP_ID ? 0 : 4;
}

static void registering_gives_enomem(void **state)
{
	(void) state;
	assert_int_equal(run_in_child(register_until_it_fails), 0);
}

static int create_spans_until_it_fails(void)
{
	struct allocspan_span *span = NULL;

	take_all_memory();
	errno = 0;
	for (int i = 0; i < MANY; i++) {
		span = allocspan_span_create("one more");
		if (span == NULL) {
			break;
		}
	}
	return span == NULL && errno == ENOMEM ? 0 : 1;
}

static void creating_a_span_gives_enomem(void **state)
{
	(void) state;
	assert_int_equal(run_in_child(create_spans_until_it_fails), 0);
}

static int create_fibers_until_it_fails(void)
{
	struct allocspan_fiber *fiber = NULL;

	take_all_memory();
	errno = 0;
	for (int i = 0; i < MANY; i++) {
		fiber = allocspan_fiber_create();
		if (fiber == NULL) {
			break;
		}
	}
	return fiber == NULL && errno == ENOMEM ? 0 : 1;
}

static void creating_a_fiber_gives_enomem(void **state)
{
	(void) state;
	assert_int_equal(run_in_child(create_fibers_until_it_fails), 0);
}

static int enter_until_it_fails(void)
{
	static struct allocspan_guard guards[MANY];
	const uint64_t misuses = allocspan_misuse_count();
	struct allocspan_token *inner = registered("inner");
	int depth = 0;

	take_all_memory();
	while (depth < MANY && allocspan_misuse_count() == misuses) {
		guards[depth++] = allocspan_token_enter(token);
	}
	if (allocspan_misuse_count() != misuses + 1) {
		return 1;
	}
	/* The last one was not entered: a failed enter leaves active what was. */
	if (allocspan_current_group_id() != allocspan_token_id(token)) {
		return 2;
	}
	guards[depth++] = allocspan_token_enter(inner);
	if (allocspan_current_group_id() != allocspan_token_id(token)) {
		return 3;
	}
	/* All guards are exited in any case, and that is no further misuse. */
	while (depth > 0) {
		allocspan_guard_exit(&guards[--depth]);
	}
	if (allocspan_current_group_id() != 0) {
		return 4;
	}
	return allocspan_misuse_count() == misuses + 2 ? 0 : 5;
}

static void entering_deeper_than_memory_counts_and_keeps_what_is_active(void **state)
{
	(void) state;
	assert_int_equal(run_in_child(enter_until_it_fails), 0);
}

static int announce_far_away(void)
{
	struct allocspan_guard guard = allocspan_token_enter(token);
	struct allocspan_stats stats;
	/* A part of the address space that nothing was announced in. */
	void *far_away = (void *) 0x100000000000;

	if (allocspan_block_announce(space, 10) != 0) {
		return 1;
	}
	take_all_memory();
	if (allocspan_block_announce(far_away, 10) != -ENOMEM || allocspan_missed_count() != 1) {
		return 2;
	}
	if (allocspan_block_group_id(far_away) != 0 ||
	    allocspan_block_retire(far_away) != -ENOENT) {
		return 3;
	}
	/* Where the map is there already, tracking goes on. */
	if (allocspan_block_announce(space + 64, 10) != 0 || allocspan_block_retire(space) != 0) {
		return 4;
	}
	allocspan_guard_exit(&guard);
	allocspan_token_stats(token, &stats);
	return stats.alloc_count == 2 && stats.free_count == 1 && stats.live_bytes == 10 ? 0 : 5;
}

static void a_block_that_the_map_has_no_memory_for_is_missed_and_counted(void **state)
{
	(void) state;
	assert_int_equal(run_in_child(announce_far_away), 0);
}

static void *announce_here(void *argument)
{
	struct allocspan_guard guard = allocspan_token_enter(token);

	allocspan_block_announce(argument, 10);
	allocspan_guard_exit(&guard);
	return NULL;
}

static pthread_barrier_t memory_is_gone;

static void *wait_and_announce(void *argument)
{
	pthread_barrier_wait(&memory_is_gone);
	return announce_here(argument);
}

/* A thread that never tracked anything starts to when there is no memory for counters of its own. */
static int count_on_a_new_thread(void)
{
	struct allocspan_stats stats;
	pthread_t thread;
	uint64_t lost;

	announce_here(space);
	pthread_barrier_init(&memory_is_gone, NULL, 2);
	if (pthread_create(&thread, NULL, wait_and_announce, space + 64) != 0) {
		return 1;
	}
	take_all_memory();
	pthread_barrier_wait(&memory_is_gone);
	pthread_join(thread, NULL);
	allocspan_token_stats(token, &stats);
	lost = allocspan_missed_count() + allocspan_misuse_count();
	/* Whatever could not be done was counted; whatever was counted is right. */
	return stats.alloc_count + lost >= 2 && stats.alloc_bytes == 10 * stats.alloc_count ? 0 : 2;
}

static void a_thread_without_memory_counts_or_says_that_it_did_not(void **state)
{
	(void) state;
	assert_int_equal(run_in_child(count_on_a_new_thread), 0);
}

static int set_up(void **state)
{
	(void) state;
	if (SANITIZED) {
		/* They need memory of their own at any moment. */
		exit(EXIT_SUCCESS);
	}
	token = registered("there before");
	space = address_space(1 << 20);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registering_gives_enomem),
		cmocka_unit_test(creating_a_span_gives_enomem),
		cmocka_unit_test(creating_a_fiber_gives_enomem),
		cmocka_unit_test(entering_deeper_than_memory_counts_and_keeps_what_is_active),
		cmocka_unit_test(a_block_that_the_map_has_no_memory_for_is_missed_and_counted),
		cmocka_unit_test(a_thread_without_memory_counts_or_says_that_it_did_not),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

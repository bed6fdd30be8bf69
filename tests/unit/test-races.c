/* SPDX-License-Identifier: MIT */
/*
 * What threads may do to the same groups and spans at once (DESIGN 4.2, 4.1.3). Each claim holds by itself; under the
 * thread sanitizer it is also a search for races (preset tsan).
 */
#include "support.h"

#include <stdatomic.h>

enum { THREADS = 4, ROUNDS = 15000, LIVE_MAX = THREADS * ROUNDS };

static char *space;
static struct allocspan_span *span;
static _Atomic uint64_t wrong;
static _Atomic bool is_over;

struct part {
	pthread_t thread;
	unsigned int number;
};

/* Some threads run one function, one runs the other until those are done. */
static void race(void *(*many)(void *), void *(*one)(void *) )
{
	struct part parts[THREADS], other = { .number = THREADS };

	wrong = 0;
	is_over = false;
	pthread_create(&other.thread, NULL, one, &other);
	for (unsigned int i = 0; i < THREADS; i++) {
		parts[i].number = i;
		pthread_create(&parts[i].thread, NULL, many, &parts[i]);
	}
	for (unsigned int i = 0; i < THREADS; i++) {
		pthread_join(parts[i].thread, NULL);
	}
	is_over = true;
	pthread_join(other.thread, NULL);
	assert_int_equal(wrong, 0);
}

/* A place that no other round uses at the time. */
static char *place(const struct part *part, unsigned int round)
{
	return space + (size_t) (part->number * 1000 + round % 1000) * 16;
}

/* The group that is active stays the same, and is the owner of what is allocated. */
static void use_active_group(const struct part *part, unsigned int round, uint64_t id)
{
	char *block = place(part, round);

	wrong += allocspan_block_announce(block, 8) != 0;
	wrong += allocspan_current_group_id() != id;
	wrong += allocspan_block_group_id(block) != id;
	wrong += allocspan_block_retire(block) != (id ? 0 : -ENOENT);
}

static void *enter_span(void *argument)
{
	const struct part *part = argument;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct allocspan_guard guard = allocspan_span_enter(span);

		use_active_group(part, i, allocspan_current_group_id());
		allocspan_guard_exit(&guard);
	}
	return NULL;
}

static void *replace_tokens(void *unused)
{
	(void) unused;
	while (!is_over) {
		struct allocspan_token *token = allocspan_token_register("of the span", NULL, 0);

		wrong += allocspan_span_attach(span, token) != 0;
		allocspan_token_release(token);
		token = allocspan_token_register("in its place", NULL, 0);
		if (allocspan_token_id(token) % 3 == 0) {
			allocspan_span_detach(span);
		}
		allocspan_token_release(token);
	}
	return NULL;
}

static void a_group_stays_active_while_its_span_gets_others(void **state)
{
	(void) state;
	span = allocspan_span_create("contended");
	race(enter_span, replace_tokens);
	allocspan_span_release(span);
}

static void *intern_and_release(void *argument)
{
	const struct part *part = argument;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct allocspan_tag tag = { "tenant", i % 2 ? "1" : "2" };
		struct allocspan_token *token = allocspan_token_intern("contended", &tag, 1);
		struct allocspan_guard guard = allocspan_token_enter(token);
		const uint64_t id = allocspan_token_id(token);

		wrong += strcmp(allocspan_token_name(token), "contended") != 0;
		allocspan_token_release(token);
		use_active_group(part, i, id);
		allocspan_guard_exit(&guard);
	}
	return NULL;
}

static void *register_and_release(void *unused)
{
	(void) unused;
	while (!is_over) {
		allocspan_token_release(allocspan_token_register("passing", NULL, 0));
	}
	return NULL;
}

static void an_interned_group_ends_and_begins_while_others_intern_it(void **state)
{
	(void) state;
	race(intern_and_release, register_and_release);
}

static struct allocspan_token *counted;

static void *count_in_short_threads(void *argument)
{
	const struct part *part = argument;
	struct allocspan_guard guard = allocspan_token_enter(counted);

	wrong += allocspan_block_announce(place(part, 0), 8) != 0;
	wrong += allocspan_block_retire(place(part, 0)) != 0;
	allocspan_guard_exit(&guard);
	return NULL;
}

static void *start_short_threads(void *argument)
{
	for (unsigned int i = 0; i < ROUNDS / 150; i++) {
		pthread_t thread;

		wrong += pthread_create(&thread, NULL, count_in_short_threads, argument) != 0;
		pthread_join(thread, NULL);
	}
	return NULL;
}

static void *sum_up(void *unused)
{
	struct allocspan_stats last = { 0 };

	(void) unused;
	while (!is_over) {
		struct allocspan_stats stats;

		allocspan_token_stats(counted, &stats);
		wrong += stats.alloc_count < last.alloc_count || stats.free_count < last.free_count;
		wrong += stats.free_count > stats.alloc_count || stats.live_blocks > LIVE_MAX;
		last = stats;
	}
	return NULL;
}

static void counts_never_go_back_while_threads_end(void **state)
{
	(void) state;
	counted = registered("counted");
	race(start_short_threads, sum_up);
	assert_int_equal(stats_of(counted).alloc_count, THREADS * (ROUNDS / 150));
	assert_int_equal(stats_of(counted).free_count, THREADS * (ROUNDS / 150));
	allocspan_token_release(counted);
}

static struct allocspan_context handed[THREADS];
static pthread_mutex_t handing = PTHREAD_MUTEX_INITIALIZER;

static struct allocspan_context exchange(unsigned int index, struct allocspan_context given)
{
	struct allocspan_context taken;

	pthread_mutex_lock(&handing);
	taken = handed[index];
	handed[index] = given;
	pthread_mutex_unlock(&handing);
	return taken;
}

/* What was captured may be all that keeps its group. */
static void *hand_contexts_over(void *argument)
{
	const struct part *part = argument;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct allocspan_token *token = allocspan_token_register("captured", NULL, 0);
		struct allocspan_guard guard = allocspan_token_enter(token);
		struct allocspan_context context = allocspan_context_capture();

		allocspan_token_release(token);
		allocspan_guard_exit(&guard);
		context = exchange(i % THREADS, context);
		guard = allocspan_context_enter(&context);
		allocspan_context_release(&context);
		use_active_group(part, i, allocspan_current_group_id());
		allocspan_guard_exit(&guard);
	}
	return NULL;
}

static void contexts_keep_their_groups_from_thread_to_thread(void **state)
{
	(void) state;
	race(hand_contexts_over, register_and_release);
	for (size_t i = 0; i < THREADS; i++) {
		allocspan_context_release(&handed[i]);
	}
}

static void *free_what_another_allocated(void *argument)
{
	static _Atomic(char *) table[64];
	const struct part *part = argument;
	struct allocspan_guard guard = allocspan_token_enter(counted);

	for (unsigned int i = 0; i < ROUNDS; i++) {
		char *block = space + (size_t) (part->number * ROUNDS + i) * 64 + (1 << 20);
		char *previous;

		wrong += allocspan_block_announce(block, i % 64) != 0;
		previous = atomic_exchange(&table[i % 64], block);
		wrong += previous && allocspan_block_retire(previous) != 0;
	}
	allocspan_guard_exit(&guard);
	return NULL;
}

static void blocks_are_freed_on_other_threads_while_all_is_summed_up(void **state)
{
	(void) state;
	counted = registered("handed over");
	race(free_what_another_allocated, sum_up);
	assert_int_equal(stats_of(counted).alloc_count, THREADS * ROUNDS);
	assert_int_equal(stats_of(counted).live_blocks, 64);
	allocspan_token_release(counted);
}

static int set_up(void **state)
{
	(void) state;
	space = address_space((size_t) 8 << 20);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_stays_active_while_its_span_gets_others),
		cmocka_unit_test(an_interned_group_ends_and_begins_while_others_intern_it),
		cmocka_unit_test(counts_never_go_back_while_threads_end),
		cmocka_unit_test(contexts_keep_their_groups_from_thread_to_thread),
		cmocka_unit_test(blocks_are_freed_on_other_threads_while_all_is_summed_up),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

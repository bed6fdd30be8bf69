/* SPDX-License-Identifier: MIT */
/*
 * A released group's memory comes back once no block of it lives and no thread has it active (DESIGN
 * 4.1.3). "Constant memory" means: after a warm-up, a million rounds add less than half a byte each.
 */
#include "support.h"

enum { WARM_UP = 100000, ROUNDS = 1000000, GROWTH_KIB_MAX = 480 };

static const struct allocspan_tag tenant_tags[] = { { "tenant", "42" }, { "region", "north" } };

static void assert_constant_memory(void (*round)(uint64_t))
{
	long before;

	for (uint64_t i = 0; i < rounds(WARM_UP); i++) {
		round(i);
	}
	before = resident_kib();
	for (uint64_t i = 0; i < rounds(ROUNDS); i++) {
		round(i);
	}
	assert_grown_less(before, GROWTH_KIB_MAX);
}

static char *space;

static void register_release(uint64_t i)
{
	(void) i;
	allocspan_token_release(allocspan_token_register("short-lived", tenant_tags, 2));
}

static void registering_and_releasing_for_ever_runs_in_constant_memory(void **state)
{
	(void) state;
	assert_constant_memory(register_release);
}

static void register_release_unique(uint64_t i)
{
	char value[24];
	struct allocspan_tag tag = { "tenant", value };

	snprintf(value, sizeof(value), "%lu", (unsigned long) i);
	allocspan_token_release(allocspan_token_intern("unique", &tag, 1));
}

static void interning_ever_new_tags_runs_in_constant_memory(void **state)
{
	(void) state;
	assert_constant_memory(register_release_unique);
}

static void release_before_the_block_is_freed(uint64_t i)
{
	struct allocspan_token *token = allocspan_token_register("outlived", tenant_tags, 2);
	struct allocspan_guard guard = allocspan_token_enter(token);
	char *block = space + (i % 1000) * 64;

	allocspan_block_announce(block, 48);
	allocspan_token_release(token);
	allocspan_guard_exit(&guard);
	allocspan_block_retire(block);
}

static void groups_outlived_by_their_blocks_run_in_constant_memory(void **state)
{
	(void) state;
	assert_constant_memory(release_before_the_block_is_freed);
}

static void create_attach_release(uint64_t i)
{
	struct allocspan_token *token = allocspan_token_register("of a span", tenant_tags, 2);
	struct allocspan_span *span = allocspan_span_create("short-lived");
	struct allocspan_guard guard;

	(void) i;
	allocspan_span_attach(span, token);
	allocspan_token_release(token);
	guard = allocspan_span_enter(span);
	allocspan_span_release(span);
	allocspan_guard_exit(&guard);
}

static void spans_with_tokens_run_in_constant_memory(void **state)
{
	(void) state;
	assert_constant_memory(create_attach_release);
}

static void a_thousand_live_blocks_keep_only_their_own_groups(void **state)
{
	enum { BLOCKS = 1000 };
	static uint64_t ids[BLOCKS];
	char *blocks = address_space(BLOCKS * 64);

	(void) state;
	for (size_t i = 0; i < BLOCKS; i++) {
		struct allocspan_token *token = registered("kept by its block");

		announce_in(token, blocks + i * 64, 10);
		ids[i] = allocspan_token_id(token);
		allocspan_token_release(token);
	}
	assert_constant_memory(register_release);
	for (size_t i = 0; i < BLOCKS; i++) {
		assert_int_equal(allocspan_block_group_id(blocks + i * 64), ids[i]);
		assert_int_equal(allocspan_block_retire(blocks + i * 64), 0);
		assert_int_equal(allocspan_block_group_id(blocks + i * 64), 0);
	}
	munmap(blocks, BLOCKS * 64);
}

static void a_released_group_stays_active_until_it_is_exited(void **state)
{
	struct allocspan_token *token = registered("released inside");
	const uint64_t id = allocspan_token_id(token);
	struct allocspan_guard guard = allocspan_token_enter(token);

	(void) state;
	allocspan_token_release(token);
	for (uint64_t i = 0; i < 1000; i++) {
		register_release(i);
	}
	assert_int_equal(allocspan_current_group_id(), id);
	assert_int_equal(allocspan_block_announce(space, 1), 0);
	assert_int_equal(allocspan_block_group_id(space), id);
	allocspan_guard_exit(&guard);
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_block_retire(space), 0);
}

static void interning_takes_up_a_released_group_with_live_blocks(void **state)
{
	struct allocspan_token *token = allocspan_token_intern("comes back", tenant_tags, 2);
	const uint64_t id = allocspan_token_id(token);

	(void) state;
	announce_in(token, space, 100);
	allocspan_token_release(token);
	release_many_groups();

	token = allocspan_token_intern("comes back", tenant_tags, 2);
	assert_int_equal(allocspan_token_id(token), id);
	assert_stats(token, 1, 100, 0, 0);
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_stats(token, 1, 100, 1, 100);
	allocspan_token_release(token);

	release_many_groups();
	token = allocspan_token_intern("comes back", tenant_tags, 2);
	assert_true(allocspan_token_id(token) > id);
	assert_stats(token, 0, 0, 0, 0);
	allocspan_token_release(token);
}

static void a_group_in_the_place_of_another_starts_from_zero(void **state)
{
	(void) state;
	for (int i = 0; i < 1000; i++) {
		struct allocspan_token *token = registered("successor");

		assert_stats(token, 0, 0, 0, 0);
		announce_in(token, space, 7);
		assert_int_equal(allocspan_block_retire(space), 0);
		assert_stats(token, 1, 7, 1, 7);
		allocspan_token_release(token);
	}
}

static int set_up(void **state)
{
	(void) state;
	space = address_space(1 << 20);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registering_and_releasing_for_ever_runs_in_constant_memory),
		cmocka_unit_test(interning_ever_new_tags_runs_in_constant_memory),
		cmocka_unit_test(groups_outlived_by_their_blocks_run_in_constant_memory),
		cmocka_unit_test(spans_with_tokens_run_in_constant_memory),
		cmocka_unit_test(a_thousand_live_blocks_keep_only_their_own_groups),
		cmocka_unit_test(a_released_group_stays_active_until_it_is_exited),
		cmocka_unit_test(interning_takes_up_a_released_group_with_live_blocks),
		cmocka_unit_test(a_group_in_the_place_of_another_starts_from_zero),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

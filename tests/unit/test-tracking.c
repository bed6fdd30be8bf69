/* SPDX-License-Identifier: MIT */
/*
 * What is tracked: the switches of the process, the root group, and blocks of the program's own
 * allocators (DESIGN 4.1.1, 4.3.1 and 4.3.3).
 */
#include "support.h"

enum { SPACE = 1 << 20 };

static struct allocspan_token *token;
static char *space;

static void a_block_without_an_active_group_is_not_tracked(void **state)
{
	(void) state;
	assert_int_equal(allocspan_block_announce(space, 100), 0);
	assert_int_equal(allocspan_block_group_id(space), 0);
	assert_int_equal(allocspan_block_retire(space), -ENOENT);
}

static void a_block_belongs_to_the_active_group_until_it_is_retired(void **state)
{
	struct allocspan_token *own = registered("owner");

	(void) state;
	announce_in(own, space, 100);
	assert_int_equal(allocspan_block_group_id(space), allocspan_token_id(own));
	assert_stats(own, 1, 100, 0, 0);
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_int_equal(allocspan_block_group_id(space), 0);
	assert_stats(own, 1, 100, 1, 100);
	assert_int_equal(allocspan_block_retire(space), -ENOENT);
	assert_stats(own, 1, 100, 1, 100);
	allocspan_token_release(own);
}

static void announcing_bad_addresses_gives_their_error_and_changes_nothing(void **state)
{
	struct allocspan_token *own = registered("bad addresses");
	struct allocspan_guard guard = allocspan_token_enter(own);

	(void) state;
	assert_int_equal(allocspan_block_announce(NULL, 16), -EINVAL);
	for (int offset = 1; offset < 8; offset++) {
		assert_int_equal(allocspan_block_announce(space + offset, 16), -EINVAL);
	}
	assert_int_equal(allocspan_block_announce(space, 16), 0);
	assert_int_equal(allocspan_block_announce(space, 16), -EEXIST);
	assert_int_equal(allocspan_block_announce(space, 32), -EEXIST);
	assert_stats(own, 1, 16, 0, 0);
	assert_int_equal(allocspan_block_retire(NULL), -ENOENT);
	assert_int_equal(allocspan_block_retire(space + 4096), -ENOENT);
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_int_equal(allocspan_block_announce(space, 32), 0);
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_stats(own, 2, 48, 2, 48);
	allocspan_guard_exit(&guard);
	allocspan_token_release(own);
}

static void a_bad_address_is_an_error_also_without_an_active_group(void **state)
{
	(void) state;
	assert_int_equal(allocspan_block_announce(NULL, 16), -EINVAL);
	assert_int_equal(allocspan_block_announce(space + 1, 16), -EINVAL);
}

/*
 * Each size, on an address of either alignment: small ones have no second granule for their size. Nobody looks
 * whether there is so much memory.
 */
static void each_size_is_known_exactly_when_the_block_is_retired(void **state)
{
	static const size_t sizes[] = { 0,
					1,
					7,
					8,
					9,
					15,
					16,
					17,
					24,
					31,
					32,
					33,
					63,
					64,
					65,
					255,
					256,
					4095,
					4096,
					65536,
					1 << 24,
					(size_t) 1 << 31,
					((size_t) 1 << 32) - 1,
					(size_t) 1 << 32,
					((size_t) 1 << 32) + 1,
					(size_t) 1 << 40 };

	(void) state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		for (int offset = 0; offset <= 8; offset += 8) {
			struct allocspan_token *own = registered("exact");

			announce_in(own, space + offset, sizes[i]);
			assert_stats(own, 1, sizes[i], 0, 0);
			assert_int_equal(allocspan_block_group_id(space + offset),
					 allocspan_token_id(own));
			assert_int_equal(allocspan_block_retire(space + offset), 0);
			assert_stats(own, 1, sizes[i], 1, sizes[i]);
			allocspan_token_release(own);
		}
	}
}

static void a_block_of_zero_bytes_is_a_block(void **state)
{
	struct allocspan_token *own = registered("empty");

	(void) state;
	announce_in(own, space, 0);
	assert_stats(own, 1, 0, 0, 0);
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_stats(own, 1, 0, 1, 0);
	allocspan_token_release(own);
}

/* Blocks packed as a pool packs them, of the given size, which is also their distance. */
static void check_packed_blocks(size_t size_bytes)
{
	struct allocspan_token *even = registered("even");
	struct allocspan_token *odd = registered("odd");
	const size_t count = 4096 / size_bytes;

	for (size_t i = 0; i < count; i++) {
		announce_in(i % 2 == 0 ? even : odd, space + i * size_bytes, size_bytes);
	}
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(allocspan_block_group_id(space + i * size_bytes),
				 allocspan_token_id(i % 2 == 0 ? even : odd));
	}
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(allocspan_block_retire(space + i * size_bytes), 0);
	}
	assert_stats(even, (count + 1) / 2, (count + 1) / 2 * size_bytes, (count + 1) / 2,
		     (count + 1) / 2 * size_bytes);
	assert_stats(odd, count / 2, count / 2 * size_bytes, count / 2, count / 2 * size_bytes);
	allocspan_token_release(even);
	allocspan_token_release(odd);
}

static void neighbours_of_8_bytes_have_owners_of_their_own(void **state)
{
	(void) state;
	check_packed_blocks(8);
}

static void neighbours_of_16_bytes_have_owners_of_their_own(void **state)
{
	(void) state;
	check_packed_blocks(16);
}

static void neighbours_of_24_bytes_have_owners_of_their_own(void **state)
{
	(void) state;
	check_packed_blocks(24);
}

static void neighbours_of_32_bytes_have_owners_of_their_own(void **state)
{
	(void) state;
	check_packed_blocks(32);
}

static void neighbours_of_40_bytes_have_owners_of_their_own(void **state)
{
	(void) state;
	check_packed_blocks(40);
}

static void addresses_from_end_to_end_of_the_address_space_have_owners(void **state)
{
	/* Nothing is mapped there; an owner map must not need it. The last is the user's last page. */
	static const uintptr_t addresses[] = { 0x10,	   0x1000,	   0x40000000 - 16,
					       0x40000000, 0x123456789ab0, 0x7ffffffff000 - 16 };
	struct allocspan_token *own = registered("far apart");

	(void) state;
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		announce_in(own, (void *) addresses[i], i);
	}
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		assert_int_equal(allocspan_block_group_id((void *) addresses[i]),
				 allocspan_token_id(own));
		assert_int_equal(allocspan_block_retire((void *) addresses[i]), 0);
	}
	assert_stats(own, 6, 15, 6, 15);
	allocspan_token_release(own);
}

static void addresses_beyond_user_space_do_no_harm(void **state)
{
	static const uintptr_t addresses[] = { 0x800000000000, 0x8000000000000000,
					       UINTPTR_MAX & ~7ul };

	(void) state;
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		assert_int_equal(allocspan_block_group_id((void *) addresses[i]), 0);
		assert_int_equal(allocspan_block_retire((void *) addresses[i]), -ENOENT);
	}
}

static void disabling_stops_new_blocks_and_follows_old_ones(void **state)
{
	struct allocspan_token *own = registered("switched");
	struct allocspan_guard guard = allocspan_token_enter(own);

	(void) state;
	assert_int_equal(allocspan_block_announce(space, 10), 0);
	allocspan_tracking_disable();
	assert_int_equal(allocspan_block_announce(space + 64, 20), 0);
	assert_int_equal(allocspan_block_group_id(space + 64), 0);
	assert_int_equal(allocspan_block_group_id(space), allocspan_token_id(own));
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_stats(own, 1, 10, 1, 10);
	allocspan_tracking_enable();
	assert_int_equal(allocspan_block_announce(space + 128, 30), 0);
	assert_int_equal(allocspan_block_retire(space + 128), 0);
	assert_stats(own, 2, 40, 2, 40);
	assert_int_equal(allocspan_block_retire(space + 64), -ENOENT);
	allocspan_guard_exit(&guard);
	allocspan_token_release(own);
}

static void guards_work_on_while_tracking_is_disabled(void **state)
{
	struct allocspan_guard outer, inner;

	(void) state;
	allocspan_tracking_disable();
	outer = allocspan_token_enter(token);
	inner = allocspan_untracked_enter();
	allocspan_tracking_enable();
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_guard_exit(&inner);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(token));
	assert_int_equal(allocspan_block_announce(space, 5), 0);
	assert_int_equal(allocspan_block_group_id(space), allocspan_token_id(token));
	assert_int_equal(allocspan_block_retire(space), 0);
	allocspan_tracking_disable();
	allocspan_guard_exit(&outer);
	allocspan_tracking_enable();
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void an_untracked_period_leaves_blocks_alone_and_follows_old_ones(void **state)
{
	struct allocspan_token *own = registered("hidden");
	struct allocspan_guard guard = allocspan_token_enter(own);
	struct allocspan_guard untracked;

	(void) state;
	assert_int_equal(allocspan_block_announce(space, 10), 0);
	untracked = allocspan_untracked_enter();
	assert_int_equal(allocspan_block_announce(space + 64, 20), 0);
	assert_int_equal(allocspan_block_group_id(space + 64), 0);
	assert_int_equal(allocspan_block_retire(space), 0);
	allocspan_guard_exit(&untracked);
	assert_stats(own, 1, 10, 1, 10);
	allocspan_guard_exit(&guard);
	allocspan_token_release(own);
}

static void root_tracking_owns_what_no_group_does(void **state)
{
	struct allocspan_token *root = allocspan_token_get_root();
	const struct allocspan_stats before = stats_of(root);
	struct allocspan_guard guard;

	(void) state;
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_root_enable();
	assert_int_equal(allocspan_current_group_id(), ALLOCSPAN_ROOT_GROUP_ID);
	assert_int_equal(allocspan_block_announce(space, 10), 0);
	assert_int_equal(allocspan_block_group_id(space), ALLOCSPAN_ROOT_GROUP_ID);

	guard = allocspan_token_enter(token);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(token));
	allocspan_guard_exit(&guard);

	guard = allocspan_untracked_enter();
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_block_announce(space + 64, 20), 0);
	assert_int_equal(allocspan_block_group_id(space + 64), 0);
	allocspan_guard_exit(&guard);

	allocspan_root_disable();
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_block_announce(space + 128, 30), 0);
	assert_int_equal(allocspan_block_group_id(space + 128), 0);
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_stats(root, before.alloc_count + 1, before.alloc_bytes + 10, before.free_count + 1,
		     before.free_bytes + 10);
}

static void the_root_group_can_be_entered_as_any_other(void **state)
{
	struct allocspan_guard guard = allocspan_token_enter(allocspan_token_get_root());

	(void) state;
	assert_int_equal(allocspan_current_group_id(), ALLOCSPAN_ROOT_GROUP_ID);
	allocspan_guard_exit(&guard);
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void *look_for_root(void *argument)
{
	*(uint64_t *) argument = allocspan_current_group_id();
	return NULL;
}

static void root_tracking_holds_for_other_threads(void **state)
{
	uint64_t seen = 0;

	(void) state;
	allocspan_root_enable();
	run_in_thread(look_for_root, &seen);
	allocspan_root_disable();
	assert_int_equal(seen, ALLOCSPAN_ROOT_GROUP_ID);
	run_in_thread(look_for_root, &seen);
	assert_int_equal(seen, 0);
}

static void nothing_was_missed(void **state)
{
	(void) state;
	assert_int_equal(allocspan_missed_count(), 0);
}

static int set_up(void **state)
{
	(void) state;
	token = registered("tracking");
	space = address_space(SPACE);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_without_an_active_group_is_not_tracked),
		cmocka_unit_test(a_block_belongs_to_the_active_group_until_it_is_retired),
		cmocka_unit_test(announcing_bad_addresses_gives_their_error_and_changes_nothing),
		cmocka_unit_test(a_bad_address_is_an_error_also_without_an_active_group),
		cmocka_unit_test(each_size_is_known_exactly_when_the_block_is_retired),
		cmocka_unit_test(a_block_of_zero_bytes_is_a_block),
		cmocka_unit_test(neighbours_of_8_bytes_have_owners_of_their_own),
		cmocka_unit_test(neighbours_of_16_bytes_have_owners_of_their_own),
		cmocka_unit_test(neighbours_of_24_bytes_have_owners_of_their_own),
		cmocka_unit_test(neighbours_of_32_bytes_have_owners_of_their_own),
		cmocka_unit_test(neighbours_of_40_bytes_have_owners_of_their_own),
		cmocka_unit_test(addresses_from_end_to_end_of_the_address_space_have_owners),
		cmocka_unit_test(addresses_beyond_user_space_do_no_harm),
		cmocka_unit_test(disabling_stops_new_blocks_and_follows_old_ones),
		cmocka_unit_test(guards_work_on_while_tracking_is_disabled),
		cmocka_unit_test(an_untracked_period_leaves_blocks_alone_and_follows_old_ones),
		cmocka_unit_test(root_tracking_owns_what_no_group_does),
		cmocka_unit_test(the_root_group_can_be_entered_as_any_other),
		cmocka_unit_test(root_tracking_holds_for_other_threads),
		cmocka_unit_test(nothing_was_missed),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

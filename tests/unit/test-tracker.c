/* SPDX-License-Identifier: MIT */
/*
 * The tracker: set once, exact arguments, and free to do what it wants (DESIGN 2 and 4.4.4). The process
 * has one for good, so the tests share it: each tells it what to do by `inside`.
 */
#include "support.h"

struct seen_group {
	uint64_t id;
	char name[32];
	size_t tag_count;
	char first_key[32], first_value[32], last_key[32], last_value[32];
};

static struct {
	int allocated, deallocated;
	void *user, *addr;
	size_t size, usable_size;
	struct seen_group group, current;
	bool has_current;
	void (*inside)(void);
} seen;

static const struct allocspan_tag tags[] = { { "tenant", "42" }, { "a,b=c\\", "" }, { "x", "y" } };
static struct allocspan_token *plain, *tagged;
static char *space;

static void copy_group(struct seen_group *copy, const struct allocspan_group *group)
{
	memset(copy, 0, sizeof(*copy));
	copy->id = group->id;
	snprintf(copy->name, sizeof(copy->name), "%s", group->name);
	copy->tag_count = group->tag_count;
	if (group->tag_count > 0) {
		const struct allocspan_tag *last = &group->tags[group->tag_count - 1];

		snprintf(copy->first_key, sizeof(copy->first_key), "%s", group->tags[0].key);
		snprintf(copy->first_value, sizeof(copy->first_value), "%s", group->tags[0].value);
		snprintf(copy->last_key, sizeof(copy->last_key), "%s", last->key);
		snprintf(copy->last_value, sizeof(copy->last_value), "%s", last->value);
	}
}

static void allocated(void *user, void *addr, size_t size, size_t usable_size,
		      const struct allocspan_group *group)
{
	seen.allocated++;
	seen.user = user;
	seen.addr = addr;
	seen.size = size;
	seen.usable_size = usable_size;
	copy_group(&seen.group, group);
	if (seen.inside != NULL) {
		seen.inside();
	}
}

static void deallocated(void *user, void *addr, size_t size, size_t usable_size,
			const struct allocspan_group *source_group,
			const struct allocspan_group *current_group)
{
	seen.deallocated++;
	seen.user = user;
	seen.addr = addr;
	seen.size = size;
	seen.usable_size = usable_size;
	copy_group(&seen.group, source_group);
	seen.has_current = current_group != NULL;
	if (current_group != NULL) {
		copy_group(&seen.current, current_group);
	}
	if (seen.inside != NULL) {
		seen.inside();
	}
}

static void assert_counted(int allocations, int deallocations)
{
	assert_int_equal(seen.allocated, allocations);
	assert_int_equal(seen.deallocated, deallocations);
}

static void bad_trackers_are_refused_and_set_nothing(void **state)
{
	struct allocspan_tracker none = { NULL, NULL, &seen };

	(void) state;
	assert_int_equal(allocspan_tracker_set(NULL), -EINVAL);
	assert_int_equal(allocspan_tracker_set(&none), -EINVAL);
	announce_in(plain, space, 1);
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_counted(0, 0);
}

static void the_first_tracker_is_copied_and_a_second_is_refused(void **state)
{
	struct allocspan_tracker tracker = { allocated, deallocated, &seen };

	(void) state;
	assert_int_equal(allocspan_tracker_set(&tracker), 0);
	memset(&tracker, 0, sizeof(tracker));
	assert_int_equal(allocspan_tracker_set(&tracker), -EINVAL);
	tracker.allocated = allocated;
	assert_int_equal(allocspan_tracker_set(&tracker), -EBUSY);
	tracker.deallocated = deallocated;
	tracker.user = &seen;
	assert_int_equal(allocspan_tracker_set(&tracker), -EBUSY);
	announce_in(plain, space, 1);
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_counted(1, 1);
}

static void allocated_gets_the_block_and_its_group(void **state)
{
	(void) state;
	announce_in(tagged, space, 100);
	assert_counted(1, 0);
	assert_ptr_equal(seen.user, &seen);
	assert_ptr_equal(seen.addr, space);
	assert_int_equal(seen.size, 100);
	assert_true(seen.usable_size >= 100);
	assert_int_equal(seen.group.id, allocspan_token_id(tagged));
	assert_string_equal(seen.group.name, "tagged");
	assert_int_equal(seen.group.tag_count, 3);
	assert_string_equal(seen.group.first_key, "tenant");
	assert_string_equal(seen.group.first_value, "42");
	assert_string_equal(seen.group.last_key, "x");
	assert_string_equal(seen.group.last_value, "y");
	assert_int_equal(allocspan_block_retire(space), 0);
}

static void deallocated_gets_the_block_its_source_and_the_current_group(void **state)
{
	struct allocspan_guard guard;

	(void) state;
	announce_in(tagged, space, 100);
	guard = allocspan_token_enter(plain);
	assert_int_equal(allocspan_block_retire(space), 0);
	allocspan_guard_exit(&guard);
	assert_counted(1, 1);
	assert_ptr_equal(seen.user, &seen);
	assert_ptr_equal(seen.addr, space);
	assert_int_equal(seen.size, 100);
	assert_true(seen.usable_size >= 100);
	assert_int_equal(seen.group.id, allocspan_token_id(tagged));
	assert_string_equal(seen.group.name, "tagged");
	assert_true(seen.has_current);
	assert_int_equal(seen.current.id, allocspan_token_id(plain));
	assert_string_equal(seen.current.name, "plain");
	assert_int_equal(seen.current.tag_count, 0);
}

static void the_current_group_is_null_where_none_is_active(void **state)
{
	struct allocspan_guard untracked;

	(void) state;
	announce_in(plain, space, 1);
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_counted(1, 1);
	assert_false(seen.has_current);

	announce_in(plain, space, 1);
	untracked = allocspan_untracked_enter();
	assert_int_equal(allocspan_block_retire(space), 0);
	allocspan_guard_exit(&untracked);
	assert_counted(2, 2);
	assert_false(seen.has_current);
}

static void the_current_group_is_root_under_root_tracking(void **state)
{
	(void) state;
	announce_in(plain, space, 1);
	allocspan_root_enable();
	assert_int_equal(allocspan_block_retire(space), 0);
	allocspan_root_disable();
	assert_true(seen.has_current);
	assert_int_equal(seen.current.id, ALLOCSPAN_ROOT_GROUP_ID);
	assert_string_equal(seen.current.name, "root");
	assert_int_equal(seen.current.tag_count, 0);
}

static void the_source_group_is_known_after_its_token_was_released(void **state)
{
	struct allocspan_token *token = allocspan_token_register("gone", tags, 1);
	const uint64_t id = allocspan_token_id(token);

	(void) state;
	announce_in(token, space, 3);
	allocspan_token_release(token);
	assert_int_equal(allocspan_block_retire(space), 0);
	assert_int_equal(seen.group.id, id);
	assert_string_equal(seen.group.name, "gone");
	assert_int_equal(seen.group.tag_count, 1);
	assert_string_equal(seen.group.first_value, "42");
}

static void untracked_blocks_call_nothing(void **state)
{
	struct allocspan_guard guard = allocspan_token_enter(plain);

	(void) state;
	allocspan_tracking_disable();
	allocspan_block_announce(space, 1);
	allocspan_tracking_enable();
	allocspan_guard_exit(&guard);
	assert_int_equal(allocspan_block_announce(space, 1), 0);
	assert_int_equal(allocspan_block_retire(space), -ENOENT);
	assert_counted(0, 0);
}

static int inner_announce_status, inner_retire_status;

static void announce_inside(void)
{
	inner_announce_status = allocspan_block_announce(space + 4096, 1);
	inner_retire_status = allocspan_block_retire(space + 4096);
}

static void what_a_tracker_allocates_is_not_tracked_and_calls_no_tracker(void **state)
{
	struct allocspan_token *own = registered("outside");

	(void) state;
	seen.inside = announce_inside;
	announce_in(own, space, 1);
	assert_int_equal(inner_announce_status, 0);
	assert_int_equal(inner_retire_status, -ENOENT);
	assert_int_equal(allocspan_block_retire(space), 0);
	seen.inside = NULL;
	assert_counted(1, 1);
	assert_stats(own, 1, 1, 1, 1);
	allocspan_token_release(own);
}

static uint64_t id_inside_guard, id_after_guard, stats_inside;

static void use_the_whole_library(void)
{
	struct allocspan_token *token = allocspan_token_intern("made by a tracker", tags, 3);
	struct allocspan_span *span = allocspan_span_create("made by a tracker");
	struct allocspan_mark mark;
	struct allocspan_guard guard, in_span, untracked, in_context;
	struct allocspan_context context;
	struct allocspan_fiber *own = allocspan_fiber_get_current();
	struct allocspan_fiber *fiber = allocspan_fiber_create();
	struct allocspan_stats stats;

	allocspan_span_attach(span, token);
	guard = allocspan_token_enter(token);
	id_inside_guard = allocspan_current_group_id();
	in_span = allocspan_span_enter(span);
	context = allocspan_context_capture();
	untracked = allocspan_untracked_enter();
	in_context = allocspan_context_enter(&context);
	allocspan_guard_exit(&in_context);
	allocspan_guard_exit(&untracked);
	allocspan_guard_exit(&in_span);
	allocspan_guard_exit(&guard);
	id_after_guard = allocspan_current_group_id();
	mark = allocspan_mark_take();
	allocspan_token_enter(token);
	allocspan_unwind(&mark);
	allocspan_fiber_switch(fiber);
	allocspan_fiber_switch(own);
	allocspan_fiber_destroy(fiber);
	allocspan_context_release(&context);
	allocspan_token_stats(plain, &stats);
	stats_inside = stats.alloc_count;
	allocspan_token_budget_set(token, 1);
	allocspan_span_release(span);
	allocspan_token_release(token);
}

static void a_tracker_may_call_every_function(void **state)
{
	const uint64_t misuses = allocspan_misuse_count();
	const struct allocspan_stats before = stats_of(plain);
	struct allocspan_guard guard = allocspan_token_enter(plain);

	(void) state;
	seen.inside = use_the_whole_library;
	assert_int_equal(allocspan_block_announce(space, 1), 0);
	assert_true(id_inside_guard > ALLOCSPAN_ROOT_GROUP_ID);
	assert_int_not_equal(id_inside_guard, allocspan_token_id(plain));
	assert_int_equal(id_after_guard, allocspan_token_id(plain));
	/* A block is counted when its tracker is called. */
	assert_int_equal(stats_inside, before.alloc_count + 1);
	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(plain));
	assert_int_equal(allocspan_block_retire(space), 0);
	seen.inside = NULL;
	allocspan_guard_exit(&guard);
	assert_counted(1, 1);
	assert_int_equal(allocspan_misuse_count(), misuses);
}

static void *announce_and_retire(void *argument)
{
	struct allocspan_guard guard = allocspan_token_enter(plain);

	allocspan_block_announce(argument, 9);
	allocspan_block_retire(argument);
	allocspan_guard_exit(&guard);
	return NULL;
}

static void a_tracker_runs_on_the_thread_that_allocates(void **state)
{
	(void) state;
	run_in_thread(announce_and_retire, space + 8192);
	assert_counted(1, 1);
	assert_ptr_equal(seen.addr, space + 8192);
}

static int forget(void **state)
{
	(void) state;
	memset(&seen, 0, sizeof(seen));
	return 0;
}

static int set_up(void **state)
{
	(void) state;
	plain = registered("plain");
	tagged = allocspan_token_register("tagged", tags, 3);
	space = address_space(1 << 20);
	return 0;
}

#define TEST(claim) cmocka_unit_test_setup(claim, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* These two come first: they set the tracker. */
		TEST(bad_trackers_are_refused_and_set_nothing),
		TEST(the_first_tracker_is_copied_and_a_second_is_refused),
		TEST(allocated_gets_the_block_and_its_group),
		TEST(deallocated_gets_the_block_its_source_and_the_current_group),
		TEST(the_current_group_is_null_where_none_is_active),
		TEST(the_current_group_is_root_under_root_tracking),
		TEST(the_source_group_is_known_after_its_token_was_released),
		TEST(untracked_blocks_call_nothing),
		TEST(what_a_tracker_allocates_is_not_tracked_and_calls_no_tracker),
		TEST(a_tracker_may_call_every_function),
		TEST(a_tracker_runs_on_the_thread_that_allocates),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

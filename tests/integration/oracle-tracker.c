/* SPDX-License-Identifier: MIT */
/*
 * What the tracker saw, and work at random inside of its callbacks; see oracle.h.
 */
#include "oracle.h"

static void work_inside(void)
{
	struct worker *worker = this_worker;
	size_t floor, depth;

	if (oracle.mode != MODE_REENTERED || !worker) {
		return;
	}
	EXPECT_EQUAL(worker->inside, 0);
	floor = worker->floor;
	depth = worker->fiber->depth;
	worker->inside++;
	worker->floor = depth;
	for (uint64_t steps = random_below(worker, 4); steps > 0; steps--) {
		worker_step(worker);
	}
	while (worker->fiber->depth > depth) {
		stack_exit(worker->fiber, worker->fiber->depth - 1);
	}
	worker->inside--;
	worker->floor = floor;
}

static void allocated(void *user, void *address, size_t size, size_t usable_size,
		      const struct allocspan_group *group)
{
	struct account *account = account_of(group->id);

	EXPECT(user == &oracle);
	EXPECT(usable_size >= size);
	EXPECT_EQUAL(allocspan_block_group_id(address), group->id);
	account_check_view(group);
	account->seen.alloc_count++;
	account->seen.alloc_bytes += size;
	work_inside();
	account_check_view(group);
}

static void deallocated(void *user, void *address, size_t size, size_t usable_size,
			const struct allocspan_group *source_group,
			const struct allocspan_group *current_group)
{
	struct account *account = account_of(source_group->id);

	EXPECT(user == &oracle);
	EXPECT(usable_size >= size);
	EXPECT_EQUAL(allocspan_block_group_id(address), 0);
	account_check_view(source_group);
	if (current_group) {
		EXPECT(allocspan_current_group_id() == current_group->id ||
		       oracle.root == SWITCH_THROWN);
		account_check_view(current_group);
	}
	account->seen.free_count++;
	account->seen.free_bytes += size;
	work_inside();
	account_check_view(source_group);
}

void tracker_start(void)
{
	const struct allocspan_tracker tracker = { allocated, deallocated, &oracle };

	EXPECT_EQUAL(allocspan_tracker_set(&tracker), 0);
}

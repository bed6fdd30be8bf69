/* SPDX-License-Identifier: MIT */
/*
 * See budget.h.
 */
#include "budget.h"

#include "group-counts.h"
#include "group.h"
#include "lock.h"
#include "record.h"
#include "trace.h"

/* The shared counter is set to the exact sum. Call with the lock held. */
static uint64_t refresh(struct allocspan_token *group)
{
	struct allocspan_stats stats;

	aspan_group_sum(group, &stats);
	/* Relaxed: a hint, see budget.h. */
	atomic_store_explicit(&group->budget_live_bytes, stats.live_bytes, memory_order_relaxed);
	return stats.live_bytes;
}

void aspan_budget_set(struct allocspan_token *group, uint64_t budget_bytes)
{
	struct aspan_lock lock = aspan_lock();

	/* Other threads follow with their next block. */
	atomic_store_explicit(&group->is_over_budget, false, memory_order_relaxed);
	atomic_store_explicit(&group->budget_bytes, budget_bytes, memory_order_relaxed);
	aspan_process_set_hook(ASPAN_HOOK_BUDGET, true);
	refresh(group);
	aspan_unlock(&lock);
}

static ASPAN_SLOW void check(struct allocspan_token *group, void *ip)
{
	struct aspan_lock lock = aspan_lock();
	uint64_t budget_bytes = atomic_load_explicit(&group->budget_bytes, memory_order_relaxed);
	uint64_t live_bytes = refresh(group);

	if (budget_bytes && live_bytes > budget_bytes &&
	    !atomic_load_explicit(&group->is_over_budget, memory_order_relaxed)) {
		atomic_store_explicit(&group->is_over_budget, true, memory_order_relaxed);
		if (aspan_trace_enabled(budget_exceeded)) {
			aspan_trace_emit(budget_exceeded, group->view.id, group->view.name,
					 group->tag_string, live_bytes, budget_bytes, ip);
		}
	}
	aspan_unlock(&lock);
}

void aspan_budget_alloc(struct allocspan_token *group, size_t size_bytes, void *ip)
{
	uint64_t budget_bytes = atomic_load_explicit(&group->budget_bytes, memory_order_relaxed);
	uint64_t live_bytes;

	if (!budget_bytes) {
		return;
	}
	live_bytes = atomic_fetch_add_explicit(&group->budget_live_bytes, size_bytes,
					       memory_order_relaxed) +
		     size_bytes;
	if (live_bytes > budget_bytes &&
	    !atomic_load_explicit(&group->is_over_budget, memory_order_relaxed)) {
		check(group, ip);
	}
}

void aspan_budget_free(struct allocspan_token *group, size_t size_bytes)
{
	uint64_t budget_bytes = atomic_load_explicit(&group->budget_bytes, memory_order_relaxed);
	uint64_t live_bytes;

	if (!budget_bytes) {
		return;
	}
	live_bytes = atomic_fetch_sub_explicit(&group->budget_live_bytes, size_bytes,
					       memory_order_relaxed) -
		     size_bytes;
	if (live_bytes <= budget_bytes) {
		atomic_store_explicit(&group->is_over_budget, false, memory_order_relaxed);
	}
}

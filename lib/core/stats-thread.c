/* SPDX-License-Identifier: MIT */
/*
 * See stats-thread.h.
 */
#include "stats-thread.h"

#include <time.h>

#include "group-counts.h"
#include "group.h"
#include "life.h"
#include "lock.h"

#define MS_PER_S 1000
#define NS_PER_MS 1000000

unsigned int aspan_stats_interval_ms = ASPAN_STATS_INTERVAL_MS;

/* What lives is of this process's own blocks: what it inherited is its parent's. */
static void emit(struct allocspan_token *group, const struct aspan_ledger_plain_counts *counts)
{
	struct allocspan_stats own = {
		.alloc_count = counts->alloc_count,
		.alloc_bytes = counts->alloc_bytes,
		.free_count = counts->free_count,
		.free_bytes = counts->free_bytes,
	};

	aspan_counters_conclude(&own);
	group->reported_alloc_count = counts->alloc_count;
	group->reported_free_count = counts->free_count + counts->inherited_free_count;
	aspan_trace_emit(group_stats, group->view.id, group->view.name, group->tag_string,
			 own.live_blocks, own.live_bytes, counts->alloc_count, counts->alloc_bytes,
			 counts->free_count + counts->inherited_free_count,
			 counts->free_bytes + counts->inherited_free_bytes, NULL);
}

/* Call with the lock held. */
static void report_group(struct allocspan_token *group, bool all)
{
	struct aspan_ledger_plain_counts counts;
	bool has_changed;

	if (group->state == ASPAN_GROUP_FREE) {
		return;
	}
	aspan_group_count(group, &counts);
	has_changed = counts.alloc_count != group->reported_alloc_count ||
		      counts.free_count + counts.inherited_free_count != group->reported_free_count;
	if (all ? counts.alloc_count + counts.inherited_free_count > 0 :
		  has_changed || group->is_settling) {
		emit(group, &counts);
		group->is_settling = has_changed;
	}
}

void aspan_stats_thread_group_ends(struct allocspan_token *group)
{
	if (aspan_trace_enabled(group_stats)) {
		report_group(group, false);
	}
}

/* The lock is given up from time to time, so that with a million groups nobody waits for all of them. */
static void report_groups(bool all)
{
	uint32_t slot = ASPAN_SLOT_ROOT;
	bool is_more = true;

	while (is_more) {
		struct aspan_lock lock = aspan_lock();
		uint32_t limit = aspan_group_slot_limit();
		uint32_t end = slot + ASPAN_GROUP_SEGMENT;

		for (; slot < limit && slot < end; slot++) {
			report_group(aspan_group_of_slot(slot), all);
		}
		is_more = slot < limit;
		aspan_unlock(&lock);
	}
}

static void wait_interval(void)
{
	struct timespec interval = {
		.tv_sec = aspan_stats_interval_ms / MS_PER_S,
		.tv_nsec = (long) (aspan_stats_interval_ms % MS_PER_S) * NS_PER_MS,
	};

	clock_nanosleep(CLOCK_MONOTONIC, 0, &interval, NULL);
}

static void run(void)
{
	void *sessions = NULL;

	while (aspan_trace_enabled(group_stats)) {
		/* Only compared: the list itself is LTTng's. */
		void *current = *(void *const volatile *) aspan_trace.group_stats.sessions;

		aspan_life_announce();
		report_groups(current != sessions);
		sessions = current;
		wait_interval();
	}
}

struct aspan_helper aspan_stats_helper = { .name = "allocspan-stats", .run = run };

void aspan_stats_thread_start(void)
{
	aspan_helper_start(&aspan_stats_helper);
}

void aspan_stats_thread_finish(void)
{
	if (aspan_trace_enabled(group_stats)) {
		report_groups(false);
	}
}

void aspan_stats_thread_after_fork(void)
{
	aspan_helper_after_fork(&aspan_stats_helper);
}

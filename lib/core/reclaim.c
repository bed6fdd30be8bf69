/* SPDX-License-Identifier: MIT */
/*
 * See reclaim.h.
 */
#include "reclaim.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "group-stack.h"
#include "group.h"
#include "span.h"

/* So many are waited for before the stacks are looked through. */
#define SMALLEST_BATCH 64

bool aspan_reclaim_needs_fence = true;

/* Protected by the lock. */
static struct allocspan_token *released_groups;
static struct allocspan_span *released_spans;
static size_t waiting_count;
static size_t batch = SMALLEST_BATCH;
static uint32_t epoch;

static int membarrier(int command)
{
	int saved_errno = errno;
	int result = (int) syscall(SYS_membarrier, command, 0, 0);

	errno = saved_errno;
	return result;
}

void aspan_reclaim_init(void)
{
	aspan_reclaim_needs_fence = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) != 0;
}

/* Makes the pushes of all running threads visible (group-stack.h, ordering 2). */
static void wait_for_pushes(void)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (!aspan_reclaim_needs_fence) {
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	}
}

static void mark_entry(const struct aspan_entry *entry)
{
	uint64_t serial = atomic_load_explicit(&entry->serial, memory_order_relaxed);
	uint32_t slot = atomic_load_explicit(&entry->slot, memory_order_relaxed);
	struct allocspan_span *span = atomic_load_explicit(&entry->span, memory_order_relaxed);

	/* A free entry may be one that is being filled; what it names then is marked for nothing. */
	if (serial == ASPAN_SERIAL_TOMBSTONE) {
		return;
	}
	if (aspan_slot_is_group(slot)) {
		aspan_group_of_slot(slot)->seen_epoch = epoch;
	}
	if (span) {
		span->seen_epoch = epoch;
	}
}

static void mark_entered(void)
{
	for (struct allocspan_fiber *stack = aspan_stack_first(); stack; stack = stack->next) {
		/* Pairs with the release in aspan_stack_remove(). */
		uint32_t depth = atomic_load_explicit(&stack->depth, memory_order_acquire);

		for (uint32_t i = 0; i < depth; i++) {
			mark_entry(aspan_stack_entry(stack, i));
		}
	}
}

static bool group_is_needed(const struct allocspan_token *group)
{
	struct allocspan_stats stats;

	if (group->seen_epoch == epoch ||
	    atomic_load_explicit(&group->references, memory_order_acquire) > 0) {
		return true;
	}
	aspan_group_sum(group, &stats);
	return stats.live_blocks > 0;
}

static size_t reclaim_groups(void)
{
	struct allocspan_token **link = &released_groups;
	size_t left = 0;

	while (*link) {
		struct allocspan_token *group = *link;

		if (atomic_load_explicit(&group->references, memory_order_acquire) > 0) {
			/* Interned or captured again: its next release brings it back. */
			*link = group->next;
			group->state = ASPAN_GROUP_REFERENCED;
		} else if (group_is_needed(group)) {
			link = &group->next;
			left++;
		} else {
			*link = group->next;
			aspan_group_reclaim(group);
		}
	}
	return left;
}

static size_t reclaim_spans(void)
{
	struct allocspan_span **link = &released_spans;
	size_t left = 0;

	while (*link) {
		struct allocspan_span *span = *link;

		if (atomic_load_explicit(&span->references, memory_order_acquire) > 0) {
			*link = span->next;
			span->is_released = false;
		} else if (span->seen_epoch == epoch) {
			link = &span->next;
			left++;
		} else {
			*link = span->next;
			aspan_span_reclaim(span);
		}
	}
	return left;
}

/* What is left doubles the next batch: so the work for each release stays constant on average. */
static void reclaim_if_due(void)
{
	if (++waiting_count < batch) {
		return;
	}
	epoch++;
	wait_for_pushes();
	mark_entered();
	waiting_count = reclaim_spans();
	waiting_count += reclaim_groups();
	batch = waiting_count < SMALLEST_BATCH / 2 ? SMALLEST_BATCH : 2 * waiting_count;
}

void aspan_reclaim_add_group(struct allocspan_token *group)
{
	group->next = released_groups;
	released_groups = group;
	reclaim_if_due();
}

void aspan_reclaim_add_span(struct allocspan_span *span)
{
	span->next = released_spans;
	released_spans = span;
	reclaim_if_due();
}

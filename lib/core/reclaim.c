/* SPDX-License-Identifier: MIT */
/*
 * See reclaim.h.
 */
#include "reclaim.h"

#include <stddef.h>

#include "barrier.h"
#include "group-stack.h"
#include "group-counts.h"
#include "group.h"
#include "packed-record.h"
#include "span.h"

/* So many are waited for before the stacks are looked through. */
#define SMALLEST_BATCH 64

/* Protected by the lock. */
static struct allocspan_token *released_groups;
static struct allocspan_span *released_spans;
static size_t waiting_count;
static size_t batch = SMALLEST_BATCH;
static uint32_t epoch;

static void mark_entry(const struct aspan_entry *entry)
{
	/* Pairs with the release in aspan_stack_remove(). */
	uint64_t serial = atomic_load_explicit(&entry->serial, memory_order_acquire);
	uint32_t slot = atomic_load_explicit(&entry->slot, memory_order_relaxed);
	struct allocspan_span *span = atomic_load_explicit(&entry->span, memory_order_relaxed);

	/* Not yet filled in: the group still has the reference of whoever enters it, or see group-stack.h. */
	if (serial == ASPAN_SERIAL_FREE) {
		return;
	}
	if (aspan_slot_is_group(slot)) {
		aspan_group_of_slot(slot)->seen_epoch = epoch;
	}
	if ((serial & ASPAN_ENTRY_KIND_MASK) != ASPAN_ENTRY_TOKEN && span) {
		span->seen_epoch = epoch;
	}
}

static void mark_entered(void)
{
	for (struct allocspan_fiber *stack = aspan_stack_first(); stack; stack = stack->next) {
		for (uint32_t i = 0; i < stack->capacity; i++) {
			mark_entry(aspan_stack_entry(stack, i));
		}
	}
}

/*
 * Before looking: whoever has a reference could enter in a place that has been looked at, and then release. A capture
 * makes a reference out of an entry, and that may be left: it is counted, and seen with the entry's end. So the
 * count is read before the references.
 */
static void prepare_group(struct allocspan_token *group)
{
	group->revivals_before = atomic_load_explicit(&group->revivals, memory_order_acquire);
	group->was_unreferenced = atomic_load_explicit(&group->references, memory_order_acquire) ==
				  0;
}

static void prepare_span(struct allocspan_span *span)
{
	span->revivals_before = atomic_load_explicit(&span->revivals, memory_order_acquire);
	span->was_unreferenced = atomic_load_explicit(&span->references, memory_order_acquire) == 0;
}

static bool span_is_needed(const struct allocspan_span *span)
{
	return span->seen_epoch == epoch || !span->was_unreferenced ||
	       atomic_load_explicit(&span->revivals, memory_order_acquire) != span->revivals_before;
}

static bool group_is_needed(const struct allocspan_token *group)
{
	struct aspan_ledger_plain_counts counts;

	if (group->seen_epoch == epoch || !group->was_unreferenced ||
	    atomic_load_explicit(&group->references, memory_order_acquire) > 0 ||
	    atomic_load_explicit(&group->revivals, memory_order_acquire) !=
		    group->revivals_before ||
	    aspan_group_is_inherited(group)) {
		return true;
	}
	aspan_group_count(group, &counts);
	return counts.alloc_count > counts.free_count;
}

static void unlink_group(struct allocspan_token *group)
{
	if (group->previous) {
		group->previous->next = group->next;
	} else {
		released_groups = group->next;
	}
	if (group->next) {
		group->next->previous = group->previous;
	}
}

static void link_group(struct allocspan_token *group)
{
	group->previous = NULL;
	group->next = released_groups;
	if (released_groups) {
		released_groups->previous = group;
	}
	released_groups = group;
}

/*
 * Packed records mention slots: what waits in rings goes before a slot can be used again. Nothing mentions these groups
 * any more but what has been pushed by now. Returns how many are left, since some record may have to wait.
 */
static size_t reclaim_doomed(struct allocspan_token *doomed)
{
	bool is_encoded = doomed && aspan_packed_encode();
	size_t left = 0;

	if (is_encoded) {
		aspan_packed_slots_change();
	}
	while (doomed) {
		struct allocspan_token *next = doomed->next;

		if (is_encoded) {
			aspan_group_reclaim(doomed);
		} else {
			link_group(doomed);
			left++;
		}
		doomed = next;
	}
	return left;
}

static size_t reclaim_groups(void)
{
	struct allocspan_token *doomed = NULL;
	struct allocspan_token *group = released_groups;
	size_t left = 0;

	while (group) {
		struct allocspan_token *next = group->next;

		if (atomic_load_explicit(&group->references, memory_order_acquire) > 0) {
			/* Interned or captured again: its next release brings it back. */
			unlink_group(group);
			group->state = ASPAN_GROUP_REFERENCED;
		} else if (group_is_needed(group)) {
			left++;
		} else {
			unlink_group(group);
			group->next = doomed;
			doomed = group;
		}
		group = next;
	}
	return left + reclaim_doomed(doomed);
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
		} else if (span_is_needed(span)) {
			link = &span->next;
			left++;
		} else {
			*link = span->next;
			aspan_span_reclaim(span);
		}
	}
	return left;
}

static void look_through_stacks(void)
{
	epoch++;
	/* Makes the pushes of all running threads visible (group-stack.h, ordering 2). */
	aspan_barrier_for_all();
	mark_entered();
}

/* What is left doubles the next batch: so the work for each release stays constant on average. */
static void reclaim_if_due(void)
{
	if (++waiting_count < batch) {
		return;
	}
	for (struct allocspan_token *each = released_groups; each; each = each->next) {
		prepare_group(each);
	}
	for (struct allocspan_span *each = released_spans; each; each = each->next) {
		prepare_span(each);
	}
	look_through_stacks();
	waiting_count = reclaim_spans();
	waiting_count += reclaim_groups();
	batch = waiting_count < SMALLEST_BATCH / 2 ? SMALLEST_BATCH : 2 * waiting_count;
}

void aspan_reclaim_add_group(struct allocspan_token *group)
{
	link_group(group);
	reclaim_if_due();
}

bool aspan_reclaim_group_now(struct allocspan_token *group)
{
	struct aspan_ledger_plain_counts counts;

	/* The cheap question first. */
	aspan_group_count(group, &counts);
	if (counts.alloc_count > counts.free_count || aspan_group_is_inherited(group)) {
		return false;
	}
	prepare_group(group);
	look_through_stacks();
	if (group_is_needed(group) || !aspan_packed_is_encoded()) {
		return false;
	}
	if (group->state == ASPAN_GROUP_RELEASED) {
		unlink_group(group);
		waiting_count--;
	}
	aspan_packed_slots_change();
	aspan_group_reclaim(group);
	return true;
}

void aspan_reclaim_add_span(struct allocspan_span *span)
{
	span->next = released_spans;
	released_spans = span;
	reclaim_if_due();
}

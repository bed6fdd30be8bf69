/* SPDX-License-Identifier: MIT */
/*
 * See group.h.
 */
#include "group.h"

#include <errno.h>

#include "arena.h"
#include "group-counts.h"
#include "lock.h"
#include "reclaim.h"
#include "stats-thread.h"
#include "trace.h"

#define ROOT_NAME "root"

struct allocspan_token *aspan_group_segments[ASPAN_GROUP_SEGMENTS];

/* Protected by the lock. */
static struct allocspan_token *free_groups;
static uint32_t slot_limit = ASPAN_SLOT_ROOT;
static uint64_t last_id = ALLOCSPAN_ROOT_GROUP_ID - 1;
static uint64_t last_inherited_id; /* groups up to it are older than this process */

uint32_t aspan_group_slot_limit(void)
{
	return slot_limit;
}

static struct allocspan_token *take_fresh_slot(int *error)
{
	uint32_t segment = slot_limit >> ASPAN_GROUP_SEGMENT_SHIFT;
	struct allocspan_token *group;

	if (slot_limit >= ASPAN_SLOT_LAST_GROUP) {
		*error = -ENOSPC;
		return NULL;
	}
	if (!aspan_group_segments[segment]) {
		aspan_group_segments[segment] =
			aspan_arena_map(ASPAN_GROUP_SEGMENT * sizeof(struct allocspan_token));
		if (!aspan_group_segments[segment]) {
			*error = -ENOMEM;
			return NULL;
		}
	}
	group = aspan_group_of_slot(slot_limit);
	group->slot = slot_limit++;
	return group;
}

static struct allocspan_token *take_slot(int *error)
{
	struct allocspan_token *group = free_groups;

	if (!group) {
		return take_fresh_slot(error);
	}
	free_groups = group->next;
	return group;
}

static void give_slot(struct allocspan_token *group)
{
	group->state = ASPAN_GROUP_FREE;
	group->next = free_groups;
	free_groups = group;
}

static struct allocspan_token *make(struct aspan_descriptor *descriptor, int *error)
{
	struct allocspan_token *group = take_slot(error);

	if (!group) {
		return NULL;
	}
	group->view = (struct allocspan_group){
		.id = ++last_id,
		.name = descriptor->name,
		.tags = descriptor->tags,
		.tag_count = descriptor->tag_count,
	};
	group->tag_string = descriptor->tag_string;
	group->descriptor = descriptor;
	group->state = ASPAN_GROUP_REFERENCED;
	group->is_announced = false;
	group->reported_alloc_count = 0;
	group->reported_free_count = 0;
	group->is_settling = false;
	/* The program orders this before another thread's use when it hands the token over. */
	atomic_store_explicit(&group->references, 1, memory_order_relaxed);
	return group;
}

struct allocspan_token *aspan_group_register(const char *name, const struct allocspan_tag *tags,
					     size_t tag_count, int *error)
{
	struct aspan_descriptor *descriptor = aspan_descriptor_get(name, tags, tag_count);
	struct allocspan_token *group;

	if (!descriptor) {
		*error = -ENOMEM;
		return NULL;
	}
	group = make(descriptor, error);
	if (!group) {
		aspan_descriptor_put(descriptor);
	}
	return group;
}

struct allocspan_token *aspan_group_intern(const char *name, const struct allocspan_tag *tags,
					   size_t tag_count, int *error)
{
	struct allocspan_token *group = aspan_group_register(name, tags, tag_count, error);
	struct allocspan_token *interned;

	if (!group) {
		return NULL;
	}
	interned = group->descriptor->interned;
	if (interned && atomic_load_explicit(&interned->references, memory_order_acquire) == 0 &&
	    aspan_reclaim_group_now(interned)) {
		interned = NULL;
	}
	if (!interned) {
		group->descriptor->interned = group;
		return group;
	}
	/* It exists: the new one was not needed, and its id was seen by nobody. */
	last_id--;
	aspan_descriptor_put(group->descriptor);
	atomic_store_explicit(&group->references, 0, memory_order_relaxed);
	give_slot(group);
	/* Its last reference may just be going: whoever takes it to 0 waits for the lock, and looks again. */
	atomic_fetch_add_explicit(&interned->references, 1, memory_order_relaxed);
	return interned;
}

int aspan_group_init(void)
{
	int error = 0;

	return aspan_group_register(ROOT_NAME, NULL, 0, &error) ? 0 : error;
}

static bool is_root(const struct allocspan_token *group)
{
	return group->slot == ASPAN_SLOT_ROOT;
}

bool aspan_group_retain(struct allocspan_token *group)
{
	uint32_t references = atomic_load_explicit(&group->references, memory_order_relaxed);

	if (is_root(group)) {
		return true;
	}
	do {
		if (references == 0) {
			return false;
		}
		/* Relaxed: whoever retains has a reference, which orders everything else. */
	} while (!atomic_compare_exchange_weak_explicit(&group->references, &references,
							references + 1, memory_order_relaxed,
							memory_order_relaxed));
	return true;
}

void aspan_group_retain_active(struct allocspan_token *group)
{
	/* Relaxed: its place on this thread's stack keeps the group until both are seen. */
	if (!is_root(group) &&
	    atomic_fetch_add_explicit(&group->references, 1, memory_order_relaxed) == 0) {
		atomic_fetch_add_explicit(&group->revivals, 1, memory_order_relaxed);
	}
}

void aspan_group_announce(struct allocspan_token *group, void *ip)
{
	if (group->is_announced) {
		return;
	}
	group->is_announced = true;
	aspan_group_renew_entry(group);
	if (aspan_trace_enabled(group_register)) {
		aspan_trace_emit(group_register, group->view.id, group->view.name,
				 group->tag_string, ip);
	}
}

static void announce_end(struct allocspan_token *group, void *ip)
{
	if (!group->is_announced) {
		return;
	}
	group->is_announced = false;
	if (aspan_trace_enabled(group_release)) {
		aspan_trace_emit(group_release, group->view.id, group->view.name, group->tag_string,
				 ip);
	}
}

static ASPAN_SLOW void release_last(struct allocspan_token *group, void *ip)
{
	struct aspan_lock lock = aspan_lock();

	/*
	 * Before the lock was ours the group may have been interned again, or been reclaimed if it was waiting to be:
	 * its slot may even have a new group. Each of these leaves nothing to do here.
	 */
	if (atomic_load_explicit(&group->references, memory_order_acquire) == 0) {
		announce_end(group, ip);
		if (group->state == ASPAN_GROUP_REFERENCED) {
			group->state = ASPAN_GROUP_RELEASED;
			aspan_reclaim_add_group(group);
		}
	}
	aspan_unlock(&lock);
}

bool aspan_group_release(struct allocspan_token *group, void *ip)
{
	uint32_t references = atomic_load_explicit(&group->references, memory_order_relaxed);

	if (is_root(group)) {
		return true;
	}
	do {
		if (references == 0) {
			return false;
		}
		/* Pairs with the acquire in release_last(): all that was done with the token comes before. */
	} while (!atomic_compare_exchange_weak_explicit(&group->references, &references,
							references - 1, memory_order_acq_rel,
							memory_order_relaxed));
	if (references == 1) {
		release_last(group, ip);
	}
	return true;
}

bool aspan_group_is_inherited(const struct allocspan_token *group)
{
	return group->view.id <= last_inherited_id;
}

void aspan_group_after_fork(void)
{
	last_inherited_id = last_id;
}

void aspan_group_reclaim(struct allocspan_token *group)
{
	aspan_stats_thread_group_ends(group);
	aspan_group_retire_counts(group);
	announce_end(group, NULL);
	atomic_store_explicit(&group->budget_bytes, 0, memory_order_relaxed);
	if (group->descriptor->interned == group) {
		group->descriptor->interned = NULL;
	}
	aspan_descriptor_put(group->descriptor);
	give_slot(group);
}

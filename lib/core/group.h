/* SPDX-License-Identifier: MIT */
/*
 * Groups: the table from slots to groups, and the life of a group.
 *
 * The big picture
 * ---------------
 *
 *    register -> referenced -> released (no token) -> reclaimed: slot and memory are used again
 *                     ^             |
 *                     +--- intern --+                  while blocks live or a thread has it active
 *
 * A slot is a small number, so that the owner map needs 4 bytes a block; it is used again. An id is never used again.
 * The records are in segments that are never unmapped: a token that was released too often still points to a group
 * record, so the misuse is seen instead of followed.
 *
 * What is read without the lock, by whom and why that is safe:
 * - the descriptor, by a thread that has the group active or holds a live block of it: reclaim.c waits for both;
 * - `references`: counts tokens, spans and contexts; it reaches 0 at the lock (aspan_group_release()).
 */
#ifndef ASPAN_CORE_GROUP_H
#define ASPAN_CORE_GROUP_H

#include <allocspan/token.h>
#include <allocspan/tracker.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "counters.h"
#include "descriptor.h"
#include "group-stack.h"

#define ASPAN_GROUP_SEGMENT_SHIFT 10
#define ASPAN_GROUP_SEGMENT (UINT32_C(1) << ASPAN_GROUP_SEGMENT_SHIFT)
#define ASPAN_GROUP_SEGMENTS ((ASPAN_SLOT_LAST_GROUP >> ASPAN_GROUP_SEGMENT_SHIFT) + UINT32_C(1))

enum aspan_group_state {
	ASPAN_GROUP_FREE,
	ASPAN_GROUP_REFERENCED,
	ASPAN_GROUP_RELEASED,
};

struct allocspan_token {
	struct allocspan_group view; /* what a tracker sees */
	const char *tag_string; /* of the descriptor */
	uint32_t slot;
	_Atomic uint32_t references;
	_Atomic uint32_t revivals; /* how often a capture took it up without a reference */
	struct aspan_descriptor *descriptor;
	/* The following are protected by the lock. */
	enum aspan_group_state state;
	bool is_announced; /* between its group_register and its group_release event */
	uint32_t seen_epoch; /* reclaim.c: when it was last found on a stack */
	uint32_t revivals_before; /* reclaim.c: before it looked */
	bool was_unreferenced; /* reclaim.c: before it looked */
	struct allocspan_token *next; /* of the free, or of the released */
	struct allocspan_token *previous; /* of the released */
	uint64_t reported_alloc_count; /* stats-thread.c: in the last group_stats event */
	uint64_t reported_free_count;
	bool is_settling; /* stats-thread.c: it changed before that event */
	/* inherited.c: what lived of it when this process was forked, once that is known. */
	uint64_t inherited_blocks;
	uint64_t inherited_bytes;
	/* budget.c: atomic, written with the lock held. */
	_Atomic uint64_t budget_bytes;
	_Atomic uint64_t budget_live_bytes;
	_Atomic bool is_over_budget;
};

extern ASPAN_HIDDEN struct allocspan_token *aspan_group_segments[ASPAN_GROUP_SEGMENTS];

/* The group of a slot that is in use. */
static inline struct allocspan_token *aspan_group_of_slot(uint32_t slot)
{
	return &aspan_group_segments[slot >> ASPAN_GROUP_SEGMENT_SHIFT]
				    [slot & (ASPAN_GROUP_SEGMENT - 1)];
}

static inline bool aspan_slot_is_group(uint32_t slot)
{
	return slot != ASPAN_SLOT_NONE && slot <= ASPAN_SLOT_LAST_GROUP;
}

/* Makes the group `root`. Call once, with the lock held. Returns 0 or -ENOMEM. */
int aspan_group_init(void);

/* A new group with one reference, or NULL with `*error` negative. Checked arguments; call with the lock held. */
struct allocspan_token *aspan_group_register(const char *name, const struct allocspan_tag *tags,
					     size_t tag_count, int *error);

/* The same for the interned group, which may exist, or have been released and be taken up again. */
struct allocspan_token *aspan_group_intern(const char *name, const struct allocspan_tag *tags,
					   size_t tag_count, int *error);

/* Records that the group begins or ends, once each time. Call with the lock held. */
void aspan_group_announce(struct allocspan_token *group, void *ip);

/* One reference more, unless there is none; false then. */
bool aspan_group_retain(struct allocspan_token *group);

/* One reference more to a group that this thread has active, released or not. */
void aspan_group_retain_active(struct allocspan_token *group);

/* One reference less; takes the lock for the last. False if there is none. */
bool aspan_group_release(struct allocspan_token *group, void *ip);

/* Takes a released group's memory away. Call with the lock held (reclaim.c). */
void aspan_group_reclaim(struct allocspan_token *group);

/* Slots below this number may be in use. Call with the lock held. */
uint32_t aspan_group_slot_limit(void);

/* Whether blocks of it may live that this process inherited: such groups stay. */
bool aspan_group_is_inherited(const struct allocspan_token *group);

/* In a child: all groups are inherited. Call with the lock held. */
void aspan_group_after_fork(void);

#endif

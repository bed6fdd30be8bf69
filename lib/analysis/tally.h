/* SPDX-License-Identifier: MIT */
/*
 * The tally: counts what questions ask for beyond groups, event by event. The model feeds it, and stays the judge of what
 * an event means and of what is certain; without questions there is none.
 *
 * The big picture:
 *
 *	event --> thread (thread-table.h), node of spans (span-tree.h), call site (callsite-table.h), stack (tally-stacks.c)
 *	              '--> place (place-table.h): counts, histograms, growth
 *	                       '--> row of each breakdown (breakdown.h): live, peak, timeline
 *
 * Invariant: the places of a group together count what the group counts (group.h), and live what it lives. What events do
 * not tell comes to the group's unseen place: orphans (frees of blocks that nobody saw allocated), steps of the base, and
 * blocks that are gone though it is not certain that the group knows (aspan_group_infer_free()).
 *
 * fork: a child is a process of its own, with groups of its own, and counts from zero. What it frees of its parent's blocks counts
 * in its groups' unseen places, which hold nothing for it; the parent's block lives on in the parent's places. In traces that
 * do not tell of the fork, unseen places hold what was inherited.
 *
 * All functions give 0 or -ENOMEM; after that the tally is only good for being destroyed.
 */
#ifndef ASPAN_ANALYSIS_TALLY_H
#define ASPAN_ANALYSIS_TALLY_H

#include "block-map.h"
#include "breakdown.h"
#include "call-tree.h"
#include "callsite-table.h"
#include "events.h"
#include "group.h"
#include "growth.h"
#include "handover.h"
#include "loaded-objects.h"
#include "names.h"
#include "place-table.h"
#include "questions.h"
#include "span-totals.h"
#include "tag-string.h"
#include "thread-table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_model;

/* What places and rows need to know of a group of the model. */
struct aspan_tally_group {
	struct aspan_tags tags;
	uint32_t unseen_place;
	uint32_t host; /* in `values`, or KEY_INDEX_NONE */
};

struct aspan_tally {
	struct aspan_questions questions;
	bool has_nodes, has_threads, has_callsites, has_stacks; /* in places */
	struct aspan_thread_table threads;
	struct aspan_callsite_table callsites;
	struct aspan_call_tree calls; /* of call sites */
	struct aspan_objects objects; /* with call sites only */
	uint32_t loss_count; /* how often the tracer said that it lost something */
	struct aspan_place_table places;
	struct aspan_breakdown_table breakdowns;
	struct aspan_tally_group *groups; /* by the model's index */
	size_t group_count, group_capacity;
	struct aspan_names values; /* of tags, and names of hosts */
	struct aspan_chain_pool chains;
	struct aspan_handover_matrix handover;
	struct aspan_span_totals spans;
	uint64_t window_begin_ns; /* blocks that are older are not of the window */
};

/* Whether groups alone do not answer these. */
bool aspan_tally_is_needed(const struct aspan_questions *questions);

/* NULL without memory. */
struct aspan_tally *aspan_tally_create(const struct aspan_questions *questions);

/* NULL is allowed. */
void aspan_tally_destroy(struct aspan_tally *tally);

/* Gets to know the groups that the model has and the tally has not. */
int aspan_tally_take_groups(struct aspan_tally *tally, const struct aspan_model *model,
			    uint64_t time_ns);

/* A block is about to be allocated: fills block->note. Its group is known. */
int aspan_tally_place_block(struct aspan_tally *tally, const struct aspan_model *model,
			    uint32_t process, const struct aspan_event *event,
			    struct aspan_block *block);
/* It is. */
int aspan_tally_alloc(struct aspan_tally *tally, const struct aspan_event *event,
		      const struct aspan_block *block);

/* The stack of a block that the thread is about to allocate. */
int aspan_tally_take_stack(struct aspan_tally *tally, uint32_t process,
			   const struct aspan_event *event);
/* What happened between a stack and its alloc may be lost. */
void aspan_tally_note_losses(struct aspan_tally *tally);

/* A block that was seen allocated is freed. */
int aspan_tally_free(struct aspan_tally *tally, uint32_t process, const struct aspan_event *event,
		     const struct aspan_block *block);

/* A block of this group that was not seen allocated is freed; `step` is what the group's base grew by for it. */
int aspan_tally_free_orphan(struct aspan_tally *tally, uint32_t process,
			    const struct aspan_event *event, uint32_t group,
			    const struct aspan_live *step);

/* A block of this group is freed that the parent of this forked process allocated. */
int aspan_tally_free_inherited(struct aspan_tally *tally, uint32_t process,
			       const struct aspan_event *event, uint32_t group);

/* A block has been freed, and the event is missing; is_counted: the group counts that as a free. */
int aspan_tally_infer_free(struct aspan_tally *tally, const struct aspan_block *block,
			   bool is_counted, uint64_t time_ns);

/* Events were lost, and the group's base has changed by so much. */
int aspan_tally_step(struct aspan_tally *tally, uint32_t group, const struct aspan_live *step,
		     uint64_t time_ns);

int aspan_tally_span_enter(struct aspan_tally *tally, uint32_t process,
			   const struct aspan_event *event);
int aspan_tally_span_exit(struct aspan_tally *tally, uint32_t process,
			  const struct aspan_event *event);

/* The blocks of a process that is gone: nobody will free them. */
void aspan_tally_note_gone(struct aspan_tally *tally, const struct aspan_block_map *blocks);

/* What was counted so far is not of the window. */
int aspan_tally_begin_window(struct aspan_tally *tally, uint64_t time_ns);

#endif

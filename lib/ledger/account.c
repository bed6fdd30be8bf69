/* SPDX-License-Identifier: MIT */
/*
 * Makes an account of what was read: names the groups, adds up the totals, and says whether they are exact.
 */
#include "account-build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"
#include "tags.h"

static bool has_counts(const struct aspan_account_counts *counts)
{
	return counts->alloc_count || counts->alloc_bytes || counts->free_count ||
	       counts->free_bytes || counts->inherited_free_count || counts->inherited_free_bytes;
}

/*
 * Whether the slot's counts are those of the group that it names. A generation that is odd says that the name is being written; but
 * a group that receives a thread's counts keeps its name.
 */
static bool has_group(const struct aspan_ledger_walk *walk, const struct aspan_ledger_slot *slot,
		      uint64_t number)
{
	return slot->id != 0 &&
	       (slot->generation % 2 == 0 || aspan_ledger_walk_is_receiving(walk, number));
}

static int add_group(struct aspan_account *account, struct aspan_ledger_walk *walk,
		     const struct aspan_ledger_slot *slot)
{
	struct aspan_account_group *group = &account->groups[account->group_count];

	*group = (struct aspan_account_group){ .id = slot->id, .counts = slot->counts };
	account->group_count++;
	aspan_ledger_walk_add(walk, &account->total, &slot->counts);
	return aspan_ledger_read_tags(walk->image, slot->id, slot->tags, slot->tags_bytes,
				      &group->tags);
}

/* Counts that no group has are not lost, but something is wrong. */
static void add_stray(struct aspan_account *account, struct aspan_ledger_walk *walk,
		      const struct aspan_account_counts *counts)
{
	if (has_counts(counts)) {
		account->is_exact = false;
		aspan_ledger_walk_add(walk, &account->retired, counts);
	}
}

static int add_slot(struct aspan_account *account, struct aspan_ledger_walk *walk,
		    const struct aspan_ledger_slot *slot, uint64_t number)
{
	if (!has_counts(&slot->counts)) {
		return 0;
	}
	if (!has_group(walk, slot, number)) {
		add_stray(account, walk, &slot->counts);
		return 0;
	}
	return add_group(account, walk, slot);
}

static size_t count_slots_in_use(const struct aspan_ledger_walk *walk)
{
	size_t count = 0;

	for (size_t i = 0; i < walk->segment_count; i++) {
		for (size_t j = 0; j < ASPAN_LEDGER_SEGMENT_GROUPS; j++) {
			count += has_counts(&walk->segments[i]->of[j].counts);
		}
	}
	return count;
}

static int add_segment(struct aspan_account *account, struct aspan_ledger_walk *walk,
		       const struct aspan_ledger_segment_slots *slots)
{
	int result = 0;

	for (size_t i = 0; !result && i < ASPAN_LEDGER_SEGMENT_GROUPS; i++) {
		result = add_slot(account, walk, &slots->of[i],
				  slots->index * ASPAN_LEDGER_SEGMENT_GROUPS + i);
	}
	return result;
}

/* The slot that receives counts from a thread may be in a segment that is not in the file. */
static void add_moved_stray(struct aspan_account *account, struct aspan_ledger_walk *walk)
{
	struct aspan_account_counts moved = aspan_ledger_walk_sum_moved(walk);

	if (walk->transfer.kind == ASPAN_LEDGER_TRANSFER_THREAD &&
	    !aspan_ledger_walk_find(walk, walk->transfer.slot >> ASPAN_LEDGER_SEGMENT_SHIFT)) {
		moved.inherited_free_count = 0;
		moved.inherited_free_bytes = 0;
		add_stray(account, walk, &moved);
	}
}

static int add_counts(struct aspan_account *account, struct aspan_ledger_walk *walk)
{
	int result = 0;

	account->retired = aspan_ledger_walk_sum_retired(walk);
	account->retired_group_count = walk->transfer.retired_groups;
	add_stray(account, walk, &walk->strays);
	add_moved_stray(account, walk);
	account->groups = calloc(count_slots_in_use(walk) + 1, sizeof(*account->groups));
	if (!account->groups) {
		return aspan_ledger_fail_without_memory(walk->image);
	}
	for (size_t i = 0; !result && i < walk->segment_count; i++) {
		result = add_segment(account, walk, walk->segments[i]);
	}
	aspan_ledger_walk_add(walk, &account->total, &account->retired);
	return result;
}

/* A block is freed after it was allocated. */
static bool are_possible(const struct aspan_account_counts *counts)
{
	/* A block's count is added before its bytes (layout.h, ordering 1). */
	return counts->free_count <= counts->alloc_count &&
	       counts->free_bytes <= counts->alloc_bytes &&
	       (counts->alloc_count > 0 || counts->alloc_bytes == 0);
}

static bool are_all_possible(const struct aspan_account *account)
{
	for (size_t i = 0; i < account->group_count; i++) {
		if (!are_possible(&account->groups[i].counts)) {
			return false;
		}
	}
	return are_possible(&account->retired);
}

static int take_process(struct aspan_account *account, const struct aspan_ledger_process *process)
{
	account->vpid = process->vpid;
	account->pid_ns = process->pid_ns;
	account->start_ns = process->start_ns;
	account->start_realtime_ns = process->start_realtime_ns;
	account->parent_vpid = process->parent_vpid;
	account->parent_start_ns = process->parent_start_ns;
	account->begin_how = process->how;
	account->has_deep_fork = process->fork_depth >= ASPAN_LEDGER_DEEPEST_FORK;
	account->exe = strndup(process->exe, sizeof(process->exe));
	return account->exe ? 0 : -ENOMEM;
}

static void take_losses(struct aspan_account *account, const struct aspan_ledger_losses *losses)
{
	account->losses = (struct aspan_account_losses){
		.untracked_blocks = losses->untracked_blocks,
		.unrecorded_allocs = losses->unrecorded_allocs,
		.unrecorded_frees = losses->unrecorded_frees,
		.unseen_frees = losses->unseen_frees,
		.misuses = losses->misuses,
		.uncounted = losses->uncounted,
		.forks = losses->forks,
	};
	account->is_exact = account->is_exact && losses->uncounted == 0;
}

static int build(struct aspan_account *account, struct aspan_ledger_walk *walk,
		 const struct aspan_ledger_parts *parts)
{
	int result;

	account->is_exact = true;
	account->thread_count = walk->thread_count;
	account->is_closed = parts->sections.header.state == ASPAN_LEDGER_CLOSED;
	account->is_running = parts->sections.header.state == ASPAN_LEDGER_COPIED;
	account->end_how = account->is_closed ? parts->sections.header.end_how : 0;
	if (take_process(account, &parts->process)) {
		return aspan_ledger_fail_without_memory(walk->image);
	}
	take_losses(account, &parts->losses);
	result = add_counts(account, walk);
	if (!result && walk->has_overflow) {
		return aspan_ledger_image_is_damaged(
			walk->image, "its counts add up to more than any process counts");
	}
	account->is_exact = account->is_exact && !walk->image->has_missing &&
			    (account->has_deep_fork || are_all_possible(account));
	return result;
}

int aspan_account_build(struct aspan_account **account, struct aspan_ledger_walk *walk,
			const struct aspan_ledger_parts *parts)
{
	struct aspan_account *made = calloc(1, sizeof(*made));
	int result = made ? build(made, walk, parts) :
			    aspan_ledger_fail_without_memory(walk->image);

	if (result) {
		aspan_account_destroy(made);
		return result;
	}
	*account = made;
	return 0;
}

void aspan_account_destroy(struct aspan_account *account)
{
	if (!account) {
		return;
	}
	for (size_t i = 0; i < account->group_count; i++) {
		free((char *) (uintptr_t) account->groups[i].tags);
	}
	free(account->groups);
	free((char *) (uintptr_t) account->exe);
	free(account);
}

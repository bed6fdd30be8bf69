/* SPDX-License-Identifier: MIT */
/*
 * See inherited.h.
 */
#include "inherited.h"

#include <stdbool.h>

#include "group.h"
#include "ledger-groups.h"
#include "owner-map.h"

/* Protected by the lock. */
static bool is_known = true;

static void note(void *data, const struct aspan_owner *owner)
{
	struct allocspan_token *group;

	(void) data;
	if (aspan_owner_is_inherited(owner->slot)) {
		group = aspan_group_of_slot(aspan_owner_group_slot(owner->slot));
		group->inherited_blocks++;
		group->inherited_bytes += owner->size_bytes;
	}
}

/* What was freed already is not in the map any more. */
static void begin_group(struct allocspan_token *group)
{
	const struct aspan_ledger_group *entry = aspan_ledger_find_group(group->slot);

	group->inherited_blocks = 0;
	group->inherited_bytes = 0;
	if (entry) {
		group->inherited_blocks =
			atomic_load_explicit(&entry->inherited_free_count, memory_order_acquire);
		group->inherited_bytes =
			atomic_load_explicit(&entry->inherited_free_bytes, memory_order_relaxed);
	}
}

static void learn(void)
{
	uint32_t limit = aspan_group_slot_limit();

	for (uint32_t slot = ASPAN_SLOT_ROOT; slot < limit; slot++) {
		begin_group(aspan_group_of_slot(slot));
	}
	aspan_owner_for_each(note, NULL);
	is_known = true;
}

void aspan_inherited_after_fork(void)
{
	is_known = false;
}

void aspan_inherited_add(const struct allocspan_token *group,
			 const struct aspan_ledger_plain_counts *counts,
			 struct allocspan_stats *stats)
{
	if (!is_known) {
		learn();
	}
	stats->live_blocks += group->inherited_blocks - counts->inherited_free_count;
	stats->live_bytes += group->inherited_bytes - counts->inherited_free_bytes;
}

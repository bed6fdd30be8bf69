/* SPDX-License-Identifier: MIT */
/*
 * The groups of the ledger: which group has which slot, and what ended threads and reclaimed groups had counted.
 *
 * A group gets its entry when something of it is first counted in this process; a forked child begins without any.
 *
 * Call all of it with the lock held, but for what says otherwise.
 */
#ifndef ASPAN_CORE_LEDGER_GROUPS_H
#define ASPAN_CORE_LEDGER_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "counters.h"
#include "layout.h"

/* Whether the slot, or one of its segment, has or had an entry. */
bool aspan_ledger_has_place(uint32_t slot);

/* The entry of a slot's group; NULL if it has none. */
struct aspan_ledger_group *aspan_ledger_find_group(uint32_t slot);

/* The same, made if there is none; NULL without memory. */
struct aspan_ledger_group *aspan_ledger_make_group(uint32_t slot, uint64_t id, const char *tags);

/* Counters of a slot that threads share: of ended threads, and of those without their own. */
static inline struct aspan_counters *aspan_ledger_shared(struct aspan_ledger_group *group)
{
	return (struct aspan_counters *) &group->ended;
}

/* Adds what a thread that ended had counted for a slot to the group, and clears it. */
void aspan_ledger_bequeath(uint32_t slot, struct aspan_counters *counters);

/*
 * The group of a slot is gone: `counted` is all that it counted. `clear` zeroes the counters of all threads for the slot.
 */
void aspan_ledger_retire_group(uint32_t slot, const struct aspan_ledger_plain_counts *counted,
			       void (*clear)(uint32_t slot));

/* Adds what counters say. Needs no lock. */
void aspan_ledger_add_counters(struct aspan_ledger_plain_counts *sum,
			       const struct aspan_counters *counters);

/* What groups counted that are gone. */
void aspan_ledger_get_retired(struct aspan_ledger_plain_counts *counts);

/* In a child: there are none. */
void aspan_ledger_groups_after_fork(void);

#endif

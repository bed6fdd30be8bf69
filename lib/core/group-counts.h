/* SPDX-License-Identifier: MIT */
/*
 * What groups have counted: sums over the counters of all threads, and where a count goes that has no counters of its own.
 *
 * All counts are of this process: a forked child begins with zeros. What it inherited is in its copy of the owner map, and
 * only looked for there when somebody asks what lives.
 */
#ifndef ASPAN_CORE_GROUP_COUNTS_H
#define ASPAN_CORE_GROUP_COUNTS_H

#include <allocspan/token.h>

#include <stddef.h>
#include <stdint.h>

#include "layout.h"

/* The entry of a slot's group in the ledger, made if there is none; NULL without memory. Call with the lock held. */
struct aspan_ledger_group *aspan_group_make_entry(uint32_t slot);

/* A new group: where another one had its slot, threads have counters of it already. Call with the lock held. */
void aspan_group_renew_entry(const struct allocspan_token *group);

/* Counts for a thread that cannot have counters of its own. Takes the lock. */
void aspan_group_count_shared(uint32_t slot, const struct allocspan_stats *stats);

/* Counts a free of a block that this process inherited. Takes the lock. */
void aspan_group_count_inherited_free(uint32_t slot, size_t size_bytes);

/* What a group has counted in this process. Call with the lock held. */
void aspan_group_count(const struct allocspan_token *group,
		       struct aspan_ledger_plain_counts *counts);

/* The same of all groups, those that are gone among them. Call with the lock held. */
void aspan_group_count_all(struct aspan_ledger_plain_counts *sum);

/*
 * As the program sees it: allocated and freed since this process began, and what lives of it, with what lives of what was
 * inherited. The first such question after a fork looks through the owner map. Call with the lock held.
 */
void aspan_group_sum(const struct allocspan_token *group, struct allocspan_stats *stats);

/* Before the group's slot is used again. Call with the lock held. */
void aspan_group_retire_counts(const struct allocspan_token *group);

#endif

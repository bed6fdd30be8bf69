/* SPDX-License-Identifier: MIT */
/*
 * What lived when this process was forked, by group.
 *
 * The child's own copy of the owner map knows it: blocks of an older era (owner-map.h). Its parent's counters do not, which other
 * threads went on changing. A fork must stay cheap, so the map is looked through only when somebody asks.
 */
#ifndef ASPAN_CORE_INHERITED_H
#define ASPAN_CORE_INHERITED_H

#include <allocspan/token.h>

#include "layout.h"

/*
 * Adds to what lives of the group what it inherited and has not freed. While other threads free such blocks, the first
 * answer after a fork may be wrong by those that are being freed meanwhile. Call with the lock held.
 */
void aspan_inherited_add(const struct allocspan_token *group,
			 const struct aspan_ledger_plain_counts *counts,
			 struct allocspan_stats *stats);

/* In a child: nothing is known yet. Call with the lock held. */
void aspan_inherited_after_fork(void);

#endif

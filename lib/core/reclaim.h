/* SPDX-License-Identifier: MIT */
/*
 * Reclaiming: gives back the memory of released groups and spans once nothing needs it.
 *
 * A group is needed while it has references, a live block, or an entry on any stack; a span while it has references or
 * an entry. Entering counts nothing, so that it stays cheap; instead this looks through all stacks, in batches, so the
 * cost of a release is constant on average.
 *
 * Why looking is enough: see ordering 2 in group-stack.h and in counters.h.
 */
#ifndef ASPAN_CORE_RECLAIM_H
#define ASPAN_CORE_RECLAIM_H

#include <stdbool.h>

struct allocspan_span;
struct allocspan_token;

/* For what has just been released. Call with the lock held. */
void aspan_reclaim_add_group(struct allocspan_token *group);
void aspan_reclaim_add_span(struct allocspan_span *span);

/* Reclaims a group without references now, if nothing needs it; false if something does. Call with the lock held. */
bool aspan_reclaim_group_now(struct allocspan_token *group);

#endif

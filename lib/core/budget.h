/* SPDX-License-Identifier: MIT */
/*
 * Budgets: an event when a group's live bytes go over a limit.
 *
 * A group with a budget has one more counter, shared by all threads, which tells within a few in-flight blocks whether
 * the exact sum is worth computing; the event is recorded only when the exact sum says so.
 */
#ifndef ASPAN_CORE_BUDGET_H
#define ASPAN_CORE_BUDGET_H

#include <stddef.h>
#include <stdint.h>

struct allocspan_token;

void aspan_budget_set(struct allocspan_token *group, uint64_t budget_bytes);
void aspan_budget_alloc(struct allocspan_token *group, size_t size_bytes, void *ip);
void aspan_budget_free(struct allocspan_token *group, size_t size_bytes);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The model of what is entered, by the rules of DESIGN 4.2 and nothing else; see oracle.h.
 */
#include "oracle.h"

#include <string.h>

uint64_t stack_active(const struct fiber *fiber)
{
	for (size_t i = fiber->depth; i-- > 0;) {
		if (fiber->entries[i].group_id != GROUP_INHERITED) {
			return fiber->entries[i].group_id;
		}
	}
	return 0;
}

uint64_t stack_span(const struct fiber *fiber)
{
	for (size_t i = fiber->depth; i-- > 0;) {
		if (fiber->entries[i].kind != ENTRY_TOKEN) {
			return fiber->entries[i].span_id;
		}
	}
	return 0;
}

void stack_check(const struct fiber *fiber)
{
	const uint64_t active = stack_active(fiber);
	const uint64_t answer = allocspan_current_group_id();

	EXPECT_EQUAL(allocspan_current_span_id(), stack_span(fiber));
	if (active == GROUP_UNTRACKED) {
		EXPECT_EQUAL(answer, 0);
	} else if (active != 0 || oracle.root == SWITCH_OFF) {
		EXPECT_EQUAL(answer, active);
	} else if (oracle.root == SWITCH_ON) {
		EXPECT_EQUAL(answer, ALLOCSPAN_ROOT_GROUP_ID);
	} else {
		EXPECT(answer <= ALLOCSPAN_ROOT_GROUP_ID);
	}
}

static struct entry *push(struct fiber *fiber, enum entry_kind kind, struct allocspan_guard guard,
			  uint64_t group_id, uint64_t span_id)
{
	struct entry *entry = &fiber->entries[fiber->depth++];

	*entry = (struct entry){
		.guard = guard,
		.kind = kind,
		.group_id = group_id,
		.span_id = span_id,
		.totals = fiber->totals,
	};
	return entry;
}

void stack_enter_token(struct fiber *fiber, struct allocspan_token *token)
{
	push(fiber, ENTRY_TOKEN, allocspan_token_enter(token), allocspan_token_id(token), 0);
	stack_check(fiber);
}

void stack_enter_untracked(struct fiber *fiber)
{
	push(fiber, ENTRY_TOKEN, allocspan_untracked_enter(), GROUP_UNTRACKED, 0);
	stack_check(fiber);
}

void stack_enter_span(struct fiber *fiber, struct allocspan_span *span, uint64_t group_id)
{
	struct allocspan_guard guard = allocspan_span_enter(span);

	span_sums.enters++;
	if (group_id == 0) {
		/* Which token it had just then, only the library knows. */
		group_id = allocspan_current_group_id();
		EXPECT(group_id > ALLOCSPAN_ROOT_GROUP_ID);
		EXPECT(account_of(group_id)->traits & GROUP_CONTENDED);
	}
	push(fiber, ENTRY_SPAN, guard, group_id, allocspan_span_id(span));
	stack_check(fiber);
}

void stack_enter_context(struct fiber *fiber, const struct allocspan_context *context,
			 uint64_t group_id, uint64_t span_id)
{
	push(fiber, ENTRY_CONTEXT, allocspan_context_enter(context), group_id, span_id);
	stack_check(fiber);
}

void stack_pin_context(struct fiber *fiber, uint64_t group_id, uint64_t span_id)
{
	const struct allocspan_guard none = { 0, 0, 0 };

	push(fiber, ENTRY_CONTEXT, none, group_id, span_id)->is_pinned = true;
	stack_check(fiber);
}

void stack_forget(struct fiber *fiber, size_t index)
{
	struct entry *entry = &fiber->entries[index];

	if (entry->kind == ENTRY_SPAN) {
		span_sums.exits++;
		span_sums.inside.alloc_count +=
			fiber->totals.alloc_count - entry->totals.alloc_count;
		span_sums.inside.alloc_bytes +=
			fiber->totals.alloc_bytes - entry->totals.alloc_bytes;
		span_sums.inside.free_count += fiber->totals.free_count - entry->totals.free_count;
		span_sums.inside.free_bytes += fiber->totals.free_bytes - entry->totals.free_bytes;
	}
	fiber->depth--;
	memmove(entry, entry + 1, (fiber->depth - index) * sizeof(*entry));
}

void stack_exit(struct fiber *fiber, size_t index)
{
	allocspan_guard_exit(&fiber->entries[index].guard);
	stack_forget(fiber, index);
	stack_check(fiber);
}

void stack_unwind(struct fiber *fiber, const struct allocspan_mark *mark, size_t depth)
{
	allocspan_unwind(mark);
	while (fiber->depth > depth) {
		stack_forget(fiber, fiber->depth - 1);
	}
	stack_check(fiber);
}

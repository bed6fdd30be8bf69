/* SPDX-License-Identifier: MIT */
/*
 * Examples of the functions of guard.h; Doxygen shows them one by one. Run it: every assertion
 * holds.
 */
#include <allocspan/guard.h>
#include <allocspan/token.h>
#include <allocspan/tracking.h>

#include <assert.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static void exit_out_of_order(struct allocspan_token *outer, struct allocspan_token *inner)
{
	//! [allocspan_guard_exit]
	struct allocspan_guard first = allocspan_token_enter(outer);
	struct allocspan_guard second = allocspan_token_enter(inner);

	allocspan_guard_exit(&first); /* any order will do: inner stays active */
	assert(allocspan_current_group_id() == allocspan_token_id(inner));
	allocspan_guard_exit(&second);
	assert(allocspan_current_group_id() == 0);
	//! [allocspan_guard_exit]
}

static void current(struct allocspan_token *token)
{
	//! [allocspan_current_group_id]
	struct allocspan_guard guard = allocspan_token_enter(token);

	assert(allocspan_current_group_id() == allocspan_token_id(token));
	allocspan_guard_exit(&guard);
	assert(allocspan_current_group_id() == 0);
	//! [allocspan_current_group_id]
}

static void untracked(struct allocspan_token *token)
{
	struct allocspan_guard outside = allocspan_token_enter(token);

	//! [allocspan_untracked_enter]
	/* A log buffer is nobody's: it is kept, whoever made it grow. */
	struct allocspan_guard guard = allocspan_untracked_enter();
	char *log = strdup("started");

	allocspan_guard_exit(&guard);
	assert(allocspan_block_group_id(log) == 0);
	//! [allocspan_untracked_enter]
	allocspan_guard_exit(&outside);
	free(log);
}

static jmp_buf failure;

static void parse(struct allocspan_token *token)
{
	allocspan_token_enter(token);
	longjmp(failure, 1); /* past the exit */
}

static void mark(struct allocspan_token *token)
{
	//! [allocspan_mark_take]
	const struct allocspan_mark mark = allocspan_mark_take();

	if (setjmp(failure) == 0) {
		parse(token); /* enters, and may longjmp */
	}
	allocspan_unwind(&mark);
	//! [allocspan_mark_take]
	assert(allocspan_current_group_id() == 0);
}

static void unwind(struct allocspan_token *token)
{
	//! [allocspan_unwind]
	const struct allocspan_mark mark = allocspan_mark_take();

	allocspan_token_enter(token);
	allocspan_token_enter(token);
	allocspan_unwind(&mark); /* exits both */
	assert(allocspan_current_group_id() == 0);
	//! [allocspan_unwind]
}

static void misuse(struct allocspan_token *token)
{
	//! [allocspan_misuse_count]
	uint64_t before = allocspan_misuse_count();
	struct allocspan_guard guard = allocspan_token_enter(token);

	allocspan_guard_exit(&guard);
	allocspan_guard_exit(&guard); /* harmless, but a bug somewhere */
	assert(allocspan_misuse_count() == before + 1);
	//! [allocspan_misuse_count]
}

int main(void)
{
	struct allocspan_token *outer = allocspan_token_register("outer", NULL, 0);
	struct allocspan_token *inner = allocspan_token_register("inner", NULL, 0);

	assert(outer && inner);
	exit_out_of_order(outer, inner);
	current(outer);
	untracked(outer);
	mark(outer);
	unwind(outer);
	assert(allocspan_misuse_count() == 0);
	misuse(outer);
	allocspan_token_release(inner);
	allocspan_token_release(outer);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Every sort of misuse, and a free that goes around the interposer, once, in the order that is written down; the trace
 * must name each so. Ids are not compared: they are told as far as they are known.
 */
#include "journal.h"

#include <pthread.h>

static struct allocspan_token *token;
static struct allocspan_guard guard;
static struct allocspan_mark mark;

static void *exit_elsewhere(void *unused)
{
	struct allocspan_guard copy = guard;

	journal_line("misuse what=exit_other_thread");
	allocspan_guard_exit(&copy);
	journal_line("misuse what=unwind_other_thread");
	allocspan_unwind(&mark);
	return unused;
}

static void *end_inside(void *unused)
{
	allocspan_token_enter(token);
	journal_line("misuse what=thread_exit_inside");
	return unused;
}

/* The C library's own free(). */
void __libc_free(void *block);

/* It gives the address out again at once. */
static void free_unseen(void)
{
	__libc_free(malloc(100));
	journal_line("misuse what=free_not_seen");
	free(malloc(100));
}

static void run_thread(void *(*function)(void *) )
{
	pthread_t thread;

	pthread_create(&thread, NULL, function, NULL);
	pthread_join(thread, NULL);
}

int main(void)
{
	struct allocspan_token *released = allocspan_token_register("released", NULL, 0);
	struct allocspan_span *span = allocspan_span_create("released");
	struct allocspan_guard never = { 0 };
	struct allocspan_guard inside;

	token = allocspan_token_register("misused", NULL, 0);
	guard = allocspan_token_enter(token);
	mark = allocspan_mark_take();
	run_thread(exit_elsewhere);
	run_thread(end_inside);

	inside = allocspan_token_enter(token);
	allocspan_guard_exit(&inside);
	journal_line("misuse what=exit_twice");
	allocspan_guard_exit(&inside);
	journal_line("misuse what=exit_not_entered");
	allocspan_guard_exit(&never);
	journal_line("misuse what=enter_null");
	inside = allocspan_token_enter(NULL);
	allocspan_guard_exit(&inside);
	journal_line("misuse what=enter_null");
	inside = allocspan_span_enter(NULL);
	allocspan_guard_exit(&inside);

	allocspan_token_release(released);
	journal_line("misuse what=release_twice");
	allocspan_token_release(released);
	journal_line("misuse what=enter_released");
	inside = allocspan_token_enter(released);
	allocspan_guard_exit(&inside);
	allocspan_span_release(span);
	journal_line("misuse what=enter_released");
	inside = allocspan_span_enter(span);
	allocspan_guard_exit(&inside);
	journal_line("misuse what=release_twice");
	allocspan_span_release(span);

	free_unseen();

	allocspan_guard_exit(&guard);
	journal_write();
	return allocspan_misuse_count() == 12 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: MIT */
/*
 * Work that is handed to other threads, and the rarer things that a program does with groups and blocks, one after
 * the other; written down as it goes (journal.h).
 */
#include "journal.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>

static struct group request, cache, root;
static struct allocspan_span *outer, *inner;

static void run_thread(void *(*function)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, function, argument) != 0 ||
	    pthread_join(thread, NULL) != 0) {
		journal_fail("no thread");
	}
}

static void make_groups(void)
{
	static const struct allocspan_tag tags[] = { { "id", "7" } };

	group_register(&request, "request", tags, 1, ",group=request,id=7,");
	group_register(&cache, "cache", NULL, 0, ",group=cache,");
	root = (struct group){ allocspan_token_get_root(), 1, "root", ",group=root," };
	outer = allocspan_span_create("outer");
	inner = allocspan_span_create("inner");
	allocspan_span_attach(outer, request.token);
}

struct handed {
	struct allocspan_context context;
	struct group *group;
	struct allocspan_span *span;
	struct block block;
};

static void *work_in_context(void *argument)
{
	struct handed *handed = argument;
	struct block own;

	enter_context(&handed->context, handed->group, handed->span);
	do_free(&handed->block);
	do_malloc(&own, 21);
	enter_span(inner, "inner", NULL);
	do_realloc(&own, 210);
	exit_innermost();
	do_free(&own);
	exit_innermost();
	do_malloc(&own, 5);
	do_free(&own);
	return NULL;
}

static void contexts_are_handed_over(void)
{
	struct handed in_group, in_nothing, untracked;

	in_nothing = (struct handed){ .context = allocspan_context_capture() };
	enter_span(outer, "outer", &request);
	do_malloc(&in_nothing.block, 11);
	enter_group(&cache);
	do_malloc(&in_group.block, 12);
	in_group.context = allocspan_context_capture();
	in_group.group = &cache;
	in_group.span = outer;
	enter_untracked();
	do_malloc(&untracked.block, 13);
	untracked.context = allocspan_context_capture();
	untracked.group = NULL;
	untracked.span = outer;
	exit_innermost();
	exit_innermost();
	exit_innermost();

	run_thread(work_in_context, &in_group);
	run_thread(work_in_context, &in_nothing);
	run_thread(work_in_context, &untracked);
	allocspan_context_release(&in_group.context);
	allocspan_context_release(&in_nothing.context);
	allocspan_context_release(&untracked.context);
}

static void *work_inherited(void *unused)
{
	struct entered *entered = model_push();
	struct block block;

	/* What allocspan_thread_create() entered. */
	entered->group = &request;
	entered->span = outer;
	entered->is_context = true;
	do_calloc(&block, 3, 7);
	enter_span(inner, "inner", NULL);
	do_free(&block);
	exit_innermost();
	do_malloc(&block, 9);
	do_free(&block);
	return unused;
}

static void *do_nothing(void *unused)
{
	return unused;
}

static void a_created_thread_inherits(void)
{
	pthread_t thread;

	/* Leaves a stack behind, so that the C library allocates nothing for the next thread. */
	run_thread(do_nothing, NULL);
	enter_span(outer, "outer", &request);
	if (allocspan_thread_create(&thread, NULL, work_inherited, NULL) != 0) {
		journal_fail("no thread");
	}
	pthread_join(thread, NULL);
	exit_innermost();
}

static void *work_inside(void *argument)
{
	do_malloc(argument, 77);
	return NULL;
}

static void a_callback_runs_inside_a_span(void)
{
	struct block block;
	struct journal *mine = journal_get();
	struct entered *entered;

	journal_line("span_enter span_id=%lu parent_span_id=0 name=outer group_id=%lu tags=%s",
		     allocspan_span_id(outer), request.id, request.tags);
	entered = model_push();
	entered->span = outer;
	entered->name = "outer";
	entered->group = &request;
	entered->group_id_at_enter = request.id;
	allocspan_span_call(outer, work_inside, &block);
	model_exit_line(mine, entered);
	mine->depth--;
	do_free(&block);
}

static void every_other_call_of_the_family(void)
{
	struct block block;

	enter_group(&request);
	block = (struct block){ NULL, 0, NULL };
	do_realloc(&block, 0);
	do_realloc(&block, 10);
	do_realloc(&block, 1000000);
	do_realloc(&block, 8000000);
	do_realloc(&block, 3);

	/* Fails: the old block is freed and comes back. */
	journal_freed(&block, "realloc");
	if (realloc(block.ptr, PTRDIFF_MAX) != NULL) {
		journal_fail("more memory than there is");
	}
	journal_allocated(&block, block.ptr, block.size, "realloc");

	/* To nothing: freed, and nothing allocated. */
	journal_freed(&block, "realloc");
	block.ptr = realloc(block.ptr, 0);
	if (block.ptr != NULL) {
		journal_fail("realloc to 0 gave a block");
	}

	journal_allocated(&block, reallocarray(NULL, 3, 5), 15, "realloc");
	do_free(&block);
	journal_allocated(&block, aligned_alloc(64, 128), 128, "memalign");
	do_free(&block);
	do_malloc(&block, 0);
	do_free(&block);
	free(NULL);
	exit_innermost();
}

static void blocks_of_an_own_allocator(void)
{
	static char pool[256] __attribute__((aligned(16)));
	struct block first, second;

	enter_group(&cache);
	if (allocspan_block_announce(pool, 100) != 0 ||
	    allocspan_block_announce(pool + 128, 0) != 0) {
		journal_fail("not announced");
	}
	journal_allocated(&first, pool, 100, "user");
	journal_allocated(&second, pool + 128, 0, "user");
	exit_innermost();
	enter_group(&request);
	journal_freed(&first, "user");
	journal_freed(&second, "user");
	if (allocspan_block_retire(pool) != 0 || allocspan_block_retire(pool + 128) != 0) {
		journal_fail("not retired");
	}
	exit_innermost();
}

static void a_group_outlived_by_its_block(void)
{
	static const struct allocspan_tag tags[] = { { "note", "gone, but not forgotten" } };
	struct group gone;
	struct block block;

	group_register(&gone, "gone", tags, 1, ",group=gone,note=gone\\, but not forgotten,");
	enter_group(&gone);
	do_malloc(&block, 64);
	exit_innermost();
	group_release(&gone);
	enter_group(&request);
	do_realloc(&block, 65);
	exit_innermost();
	do_free(&block);
}

static void what_is_not_tracked_is_not_recorded(void)
{
	struct block before, during;

	do_malloc(&before, 10);
	do_free(&before);
	enter_group(&request);
	do_malloc(&before, 20);
	allocspan_tracking_disable();
	/* Not written down: owned by nobody. */
	during = (struct block){ malloc(30), 30, NULL };
	do_free(&before);
	do_free(&during);
	allocspan_tracking_enable();
	exit_innermost();
}

static void root_owns_what_no_group_does(void)
{
	struct block in_root, in_group;

	allocspan_root_enable();
	/* From here on `root` is in the trace. */
	journal_line("group_register group_id=1 name=root tags=,group=root,");
	journal_root = &root;
	do_malloc(&in_root, 40);
	enter_span(inner, "inner", NULL);
	do_realloc(&in_root, 50);
	exit_innermost();
	enter_group(&request);
	do_malloc(&in_group, 60);
	do_free(&in_root);
	exit_innermost();
	do_free(&in_group);
	enter_untracked();
	do_malloc(&in_root, 70);
	do_free(&in_root);
	exit_innermost();
	journal_root = NULL;
	allocspan_root_disable();
}

static jmp_buf back;

static void enter_and_jump(void)
{
	enter_span(outer, "outer", &request);
	enter_span(inner, "inner", NULL);
	enter_group(&cache);
	longjmp(back, 1);
}

static void unwinding_ends_spans(void)
{
	struct allocspan_mark mark = allocspan_mark_take();
	struct journal *mine;

	if (setjmp(back) == 0) {
		enter_and_jump();
	}
	mine = journal_get();
	while (mine->depth > 0) {
		model_exit_line(mine, &mine->stack[--mine->depth]);
	}
	allocspan_unwind(&mark);
}

enum { BUDGET = 100 };

static void journal_exceeded(const struct group *group, int live_bytes)
{
	journal_line("budget_exceeded group_id=%lu name=%s tags=%s live_bytes=%d budget_bytes=%d",
		     group->id, group->name, group->tags, live_bytes, BUDGET);
}

static void budgets_are_reported_once(void)
{
	struct group limited;
	struct block blocks[4];

	group_register(&limited, "limited", NULL, 0, ",group=limited,");
	allocspan_token_budget_set(limited.token, BUDGET);
	enter_group(&limited);
	do_malloc(&blocks[0], 60);
	do_malloc(&blocks[1], 40);
	do_malloc(&blocks[2], 1);
	journal_exceeded(&limited, 101);
	do_malloc(&blocks[3], 1000);
	do_free(&blocks[3]);
	do_free(&blocks[2]);
	/* Within it again, so the next time is told again. */
	do_malloc(&blocks[2], 2);
	journal_exceeded(&limited, 102);
	for (int i = 0; i < 3; i++) {
		do_free(&blocks[i]);
	}
	exit_innermost();
	journal_stats(&limited);
	group_release(&limited);
}

int main(void)
{
	make_groups();
	contexts_are_handed_over();
	a_created_thread_inherits();
	a_callback_runs_inside_a_span();
	every_other_call_of_the_family();
	blocks_of_an_own_allocator();
	a_group_outlived_by_its_block();
	what_is_not_tracked_is_not_recorded();
	root_owns_what_no_group_does();
	unwinding_ends_spans();
	budgets_are_reported_once();
	journal_write();
	return allocspan_misuse_count() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

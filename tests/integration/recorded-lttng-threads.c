/* SPDX-License-Identifier: MIT */
/*
 * A program under root tracking that makes threads and a child process, and writes down all that it allocates: so whatever else is in
 * the trace, or in the counters, is LTTng's.
 *
 * usage: recorded-lttng-threads fork|clone [wait]
 *
 * With `wait` it says that it runs, and goes on when it is told something.
 */
#include "journal.h"

#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <threads.h>

enum { BLOCKS = 5, SIZE = 100, STACK_BYTES = 1 << 20 };

static struct group root = { .id = 1, .name = "root", .tags = ",group=root," };
static struct allocspan_stats at_start;
static struct block inherited;
static char stack[STACK_BYTES] __attribute__((aligned(16)));

static void allocate(void)
{
	struct block blocks[BLOCKS];

	for (size_t i = 0; i < BLOCKS; i++) {
		do_malloc(&blocks[i], SIZE + i);
	}
	for (size_t i = 0; i < BLOCKS; i++) {
		do_free(&blocks[i]);
	}
}

static int work_in_c_thread(void *unused)
{
	(void) unused;
	allocate();
	return 0;
}

static void *work(void *unused)
{
	allocate();
	return unused;
}

static void *make_threads(void *unused)
{
	pthread_t thread;
	thrd_t c_thread;

	allocate();
	if (pthread_create(&thread, NULL, work, NULL) || pthread_join(thread, NULL) ||
	    thrd_create(&c_thread, work_in_c_thread, NULL) != thrd_success ||
	    thrd_join(c_thread, NULL) != thrd_success) {
		journal_fail("a thread cannot be made");
	}
	return unused;
}

/* Threads of the program's own, one made inside a span and in its turn making some. */
static void work_in_threads(void)
{
	struct allocspan_span *span = allocspan_span_create("making");
	pthread_t thread;

	enter_span(span, "making", NULL);
	if (pthread_create(&thread, NULL, make_threads, NULL) || pthread_join(thread, NULL)) {
		journal_fail("a thread cannot be made");
	}
	exit_innermost();
	allocspan_span_release(span);
}

/* Of this process: at_start makes up for what the journals have from before it. */
static void check_counters(void)
{
	struct allocspan_stats stats, sums = at_start;

	for (size_t i = 0; i < journal_count; i++) {
		sums.alloc_count += journals[i].alloc_count;
		sums.alloc_bytes += journals[i].alloc_bytes;
		sums.free_count += journals[i].free_count;
		sums.free_bytes += journals[i].free_bytes;
	}
	allocspan_token_stats(root.token, &stats);
	if (stats.alloc_count != sums.alloc_count || stats.alloc_bytes != sums.alloc_bytes ||
	    stats.free_count != sums.free_count || stats.free_bytes != sums.free_bytes) {
		journal_fail("the counters are not what was done");
	}
}

/* What is done to write is not written down. */
static void write_down(const char *suffix)
{
	check_counters();
	enter_untracked();
	journal_write_as(suffix);
	exit_innermost();
}

static int be_child(void *unused)
{
	(void) unused;
	/* What the parent did is in the parent's journal. */
	at_start = (struct allocspan_stats){ 0 };
	for (size_t i = 0; i < journal_count; i++) {
		journals[i].used = 0;
		/* It counts from zero, and its journals go on from its parent's numbers. */
		at_start.alloc_count -= journals[i].alloc_count;
		at_start.alloc_bytes -= journals[i].alloc_bytes;
		at_start.free_count -= journals[i].free_count;
		at_start.free_bytes -= journals[i].free_bytes;
	}
	journal_get()->tid = (pid_t) syscall(SYS_gettid);
	do_free(&inherited);
	allocate();
	work_in_threads();
	write_down(".child");
	exit(EXIT_SUCCESS);
}

static pid_t make_child(const char *how)
{
	pid_t child;

	if (strcmp(how, "clone") == 0) {
		return clone(be_child, stack + STACK_BYTES, SIGCHLD, NULL);
	}
	child = fork();
	if (child == 0) {
		be_child(NULL);
	}
	return child;
}

static void wait_for_a_word(void)
{
	char word;

	if (write(STDOUT_FILENO, "\n", 1) != 1 || read(STDIN_FILENO, &word, 1) != 1) {
		journal_fail("nobody is there");
	}
}

int main(int argc, char **argv)
{
	pid_t child;
	int status = -1;

	root.token = allocspan_token_get_root();
	allocspan_token_stats(root.token, &at_start);
	journal_root = &root;
	if (argc > 2) {
		wait_for_a_word();
	}
	do_malloc(&inherited, SIZE);
	work_in_threads();
	child = make_child(argv[1]);
	allocate();
	waitpid(child, &status, 0);
	do_free(&inherited);
	write_down("");
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: MIT */
/*
 * Parent and child after a fork: the child frees what the parent allocated, and both go on, each with counters of its own. The
 * child writes its journal beside that of the parent.
 */
#include "journal.h"

#include <sys/wait.h>

static struct group group;

/* The child's journal starts empty; what the parent did is in the parent's. */
static void start_childs_journal(void)
{
	journal_get()->used = 0;
	journal_get()->tid = (pid_t) syscall(SYS_gettid);
}

static void run_child(struct block *inherited)
{
	struct block own;

	start_childs_journal();
	/* The guard that the parent entered is entered here too. */
	do_free(inherited);
	do_malloc(&own, 222);
	exit_innermost();
	do_free(&own);
	journal_write_as(".child");
	exit(EXIT_SUCCESS);
}

int main(void)
{
	struct block shared, own;
	pid_t child;
	int status;

	group_register(&group, "forked", NULL, 0, ",group=forked,");
	enter_group(&group);
	do_malloc(&shared, 111);
	child = fork();
	if (child == 0) {
		run_child(&shared);
	}
	do_malloc(&own, 333);
	waitpid(child, &status, 0);
	do_free(&own);
	do_free(&shared);
	exit_innermost();
	journal_write();
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

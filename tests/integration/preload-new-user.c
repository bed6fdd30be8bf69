/* SPDX-License-Identifier: MIT */
/*
 * A program that becomes another user and forks counts in its child. LTTng itself forks once more while it starts in that child,
 * where that user has no page of LTTng's in /dev/shm yet, inside of our fork(). Root alone can become another user: else it exits with 77.
 */
#include <allocspan/allocspan.h>

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKS 500
/* Nobody's, and not the same for tests that run at once. */
#define FIRST_USER 600000

static char lttng_page[64];

static int be_child(struct allocspan_token *token)
{
	struct allocspan_guard guard = allocspan_token_enter(token);
	struct allocspan_stats stats;

	for (int i = 0; i < BLOCKS; i++) {
		void *volatile block = malloc(7);

		(void) block;
	}
	allocspan_guard_exit(&guard);
	allocspan_token_stats(token, &stats);
	if (stats.alloc_count != BLOCKS) {
		fprintf(stderr, "%llu of %d allocations were counted\n",
			(unsigned long long) stats.alloc_count, BLOCKS);
	}
	return stats.alloc_count == BLOCKS ? 0 : 1;
}

static void become(uid_t user)
{
	if (setgroups(0, NULL) != 0 || setgid(user) != 0 || setuid(user) != 0) {
		exit(77);
	}
}

int main(void)
{
	uid_t user = FIRST_USER + (uid_t) getpid();
	struct allocspan_token *token = allocspan_token_register("work", NULL, 0);
	int status = 0;
	pid_t child;

	if (geteuid() != 0) {
		return 77;
	}
	snprintf(lttng_page, sizeof(lttng_page), "/dev/shm/lttng-ust-wait-8-%u", user);
	become(user);
	child = fork();
	if (child == 0) {
		_exit(be_child(token));
	}
	waitpid(child, &status, 0);
	unlink(lttng_page);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

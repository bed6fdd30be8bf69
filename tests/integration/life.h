/* SPDX-License-Identifier: MIT */
/*
 * What the life-*.c and life-*.cpp programs share: groups, work in them, and the account that each process writes of
 * itself into the file named by LIFE_ACCOUNT, one line a group:
 *
 *	<pid> <group> <allocated blocks> <allocated bytes> <freed blocks> <freed bytes>
 *
 * life-recorded.sh compares it with the trace: for every process, the events are what the counters say.
 *
 * Rules: what is counted between life_start() and life_account() is all that the process does in these groups.
 */
#ifndef TEST_INTEGRATION_LIFE_H
#define TEST_INTEGRATION_LIFE_H

#include "claims.h"

#include <fcntl.h>
#include <pthread.h>
#ifndef __cplusplus
#include <stdatomic.h>
#endif
#include <unistd.h>

#define LIFE_GROUPS 3

static struct allocspan_token *life_groups[LIFE_GROUPS];
static struct allocspan_stats life_before[LIFE_GROUPS];
static const char *const life_names[LIFE_GROUPS] = { "first", "second", "third" };

static inline void life_register(void)
{
	for (int i = 0; i < LIFE_GROUPS; i++) {
		if (!life_groups[i]) {
			life_groups[i] = allocspan_token_register(life_names[i], NULL, 0);
		}
	}
}

/* In the child of fork: what the parent did is not the child's. */
static inline void life_start(void)
{
	for (int i = 0; i < LIFE_GROUPS; i++) {
		allocspan_token_stats(life_groups[i], &life_before[i]);
	}
}

static inline void life_account(void)
{
	const char *path = getenv("LIFE_ACCOUNT");
	char line[200];
	int file;

	if (!path) {
		return;
	}
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	for (int i = 0; i < LIFE_GROUPS; i++) {
		const struct allocspan_stats *before = &life_before[i];
		struct allocspan_stats now;
		int length;

		allocspan_token_stats(life_groups[i], &now);
		length = snprintf(line, sizeof(line), "%d %s %lu %lu %lu %lu\n", (int) getpid(),
				  life_names[i],
				  (unsigned long) (now.alloc_count - before->alloc_count),
				  (unsigned long) (now.alloc_bytes - before->alloc_bytes),
				  (unsigned long) (now.free_count - before->free_count),
				  (unsigned long) (now.free_bytes - before->free_bytes));
		if (write(file, line, (size_t) length) != length) {
			abort();
		}
	}
	close(file);
}

/* One round: allocates and frees `count` blocks in a group, of which `left` stay. */
static inline void life_work(int group, int count, void **left)
{
	struct allocspan_guard guard = allocspan_token_enter(life_groups[group]);

	for (int i = 0; i < count; i++) {
		void *block = kept(malloc((size_t) (1 + i * 7 % 300)));

		block = kept(realloc(block, (size_t) (1 + i * 11 % 500)));
		if (left && i == 0) {
			*left = block;
		} else {
			free(block);
		}
	}
	allocspan_guard_exit(&guard);
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A program whose allocations are of one processor or another: its two threads stay on two processors, and do what lines on
 * stdin say, one after the other.
 *
 *	THREAD keep GROUP COUNT		allocates COUNT blocks of 100 bytes in GROUP
 *	THREAD drop GROUP		frees all blocks of GROUP that are kept
 *	THREAD churn GROUP COUNT	allocates and frees COUNT blocks in GROUP
 *	THREAD shell COMMAND		runs a shell command
 *
 * At its end it prints what each group did, by its own account: a line `GROUP ALLOCS FREES LIVE` for each. Status 77: it may not use
 * two processors.
 */
#include <allocspan/allocspan.h>

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUPS 8
#define MAX_BLOCKS 100000
#define BLOCK_BYTES 100
#define SKIPPED 77

struct group {
	char name[32];
	struct allocspan_token *token;
	void *blocks[MAX_BLOCKS];
	size_t block_count;
	unsigned long alloc_count, free_count;
};

static struct group groups[MAX_GROUPS];
static size_t group_count;

static char line[512];
static bool is_over;
static sem_t go[2], done;

static struct group *find_group(const char *name)
{
	struct group *group = groups;

	for (; group < groups + group_count; group++) {
		if (strcmp(group->name, name) == 0) {
			return group;
		}
	}
	if (group_count == MAX_GROUPS) {
		exit(EXIT_FAILURE);
	}
	group_count++;
	snprintf(group->name, sizeof(group->name), "%s", name);
	group->token = allocspan_token_register(name, NULL, 0);
	return group;
}

static void keep(struct group *group, size_t count)
{
	while (count-- > 0 && group->block_count < MAX_BLOCKS) {
		group->blocks[group->block_count++] = malloc(BLOCK_BYTES);
		group->alloc_count++;
	}
}

static void drop(struct group *group)
{
	while (group->block_count > 0) {
		free(group->blocks[--group->block_count]);
		group->free_count++;
	}
}

static void churn(struct group *group, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		void *volatile block = malloc(BLOCK_BYTES);

		free(block);
		group->alloc_count++;
		group->free_count++;
	}
}

static void run_line(void)
{
	char verb[16], name[32];
	unsigned long count = 0;
	int shell_at = 0;
	struct allocspan_guard guard;
	struct group *group;

	if (sscanf(line, "%*d shell %n", &shell_at) == 0 && shell_at > 0) {
		if (system(line + shell_at) != 0) {
			exit(EXIT_FAILURE);
		}
		return;
	}
	if (sscanf(line, "%*d %15s %31s %lu", verb, name, &count) < 2) {
		exit(EXIT_FAILURE);
	}
	group = find_group(name);
	guard = allocspan_token_enter(group->token);
	if (strcmp(verb, "keep") == 0) {
		keep(group, count);
	} else if (strcmp(verb, "drop") == 0) {
		drop(group);
	} else {
		churn(group, count);
	}
	allocspan_guard_exit(&guard);
}

/* The index-th processor that this process may use. */
static bool pin(int index)
{
	cpu_set_t all, one;

	sched_getaffinity(0, sizeof(all), &all);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &all) && index-- == 0) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			return sched_setaffinity(0, sizeof(one), &one) == 0;
		}
	}
	return false;
}

static void *run_thread(void *argument)
{
	int index = argument != NULL;

	if (!pin(index)) {
		exit(SKIPPED);
	}
	for (sem_wait(&go[index]); !is_over; sem_wait(&go[index])) {
		run_line();
		sem_post(&done);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[2];

	sem_init(&done, 0, 0);
	for (int i = 0; i < 2; i++) {
		sem_init(&go[i], 0, 0);
		pthread_create(&threads[i], NULL, run_thread, i ? &threads[i] : NULL);
	}
	while (fgets(line, sizeof(line), stdin)) {
		sem_post(&go[line[0] == '1']);
		sem_wait(&done);
	}
	is_over = true;
	for (int i = 0; i < 2; i++) {
		sem_post(&go[i]);
		pthread_join(threads[i], NULL);
	}
	for (size_t i = 0; i < group_count; i++) {
		printf("%s %lu %lu %zu\n", groups[i].name, groups[i].alloc_count,
		       groups[i].free_count, groups[i].block_count);
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * A program of which each answer of a report is known: spans, tenants, threads, a block that grows, memory that is handed
 * over, and a child that frees what it inherited.
 *
 * What it allocates beyond that is in no group.
 */
#include <allocspan/allocspan.h>

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEMPORARY_BLOCKS 20
#define KEPT_BLOCKS 3
#define HANDED_BLOCKS 5
#define STEPS 8

static void *handed[HANDED_BLOCKS];

/* The compiler must not see that a block is not used. */
static void *keep(void *block)
{
	__asm__ volatile("" : : "r"(block) : "memory");
	return block;
}

static void parse(void)
{
	ALLOCSPAN_SPAN("parse", "tenant", "42");

	for (int i = 0; i < TEMPORARY_BLOCKS; i++) {
		free(keep(malloc(100)));
	}
	for (int i = 0; i < KEPT_BLOCKS; i++) {
		keep(malloc(1000));
	}
}

static void grow(void)
{
	ALLOCSPAN_SPAN("grow", "tenant", "7");
	char *block = keep(malloc(10));

	for (size_t i = 1; i <= STEPS; i++) {
		block = keep(realloc(block, 10 + i));
	}
	free(block);
}

static void *give(void *argument)
{
	ALLOCSPAN_SPAN("give", "tenant", "42");

	for (int i = 0; i < HANDED_BLOCKS; i++) {
		handed[i] = keep(malloc(64));
	}
	return argument;
}

static void take(void)
{
	ALLOCSPAN_SPAN("take", "tenant", "7");

	for (int i = 0; i < HANDED_BLOCKS; i++) {
		free(handed[i]);
	}
}

static int inherit(void)
{
	ALLOCSPAN_SPAN("inherit", "tenant", "9");
	void *block = keep(malloc(500));
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		free(block);
		_exit(0);
	}
	waitpid(child, &status, 0);
	free(block);
	return status;
}

int main(void)
{
	ALLOCSPAN_SPAN("serve");
	pthread_t thread;

	parse();
	grow();
	if (pthread_create(&thread, NULL, give, NULL)) {
		return EXIT_FAILURE;
	}
	pthread_join(thread, NULL);
	take();
	return inherit() ? EXIT_FAILURE : EXIT_SUCCESS;
}

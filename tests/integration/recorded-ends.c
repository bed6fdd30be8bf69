/* SPDX-License-Identifier: MIT */
/*
 * `recorded-ends HOW`: threads that allocate without a pause, and in the middle of it the program ends: by exit, quick_exit,
 * _exit, or by executing another one; with `failing`, a program that is not there, and then `_exit`.
 *
 * `recorded-ends last`: allocates once on each processor.
 */
#include <allocspan/allocspan.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 4
#define RUNNING_US 2000

static struct allocspan_token *token;

static void allocate(void)
{
	void *volatile block = malloc(100);

	free(block);
}

static void *allocate_for_ever(void *unused)
{
	struct allocspan_guard guard = allocspan_token_enter(token);

	(void) unused;
	for (;;) {
		allocate();
	}
	allocspan_guard_exit(&guard);
	return NULL;
}

static void start_threads(void)
{
	pthread_t thread;

	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&thread, NULL, allocate_for_ever, NULL) != 0) {
			abort();
		}
	}
	usleep(RUNNING_US);
}

static void end(const char *how)
{
	if (strcmp(how, "failing") == 0) {
		execl("/nowhere", "nowhere", (char *) NULL);
		usleep(RUNNING_US);
		_exit(0);
	}
	if (strcmp(how, "exec") == 0) {
		execl("/bin/true", "true", (char *) NULL);
	}
	if (strcmp(how, "_exit") == 0) {
		_exit(0);
	}
	if (strcmp(how, "quick_exit") == 0) {
		quick_exit(0);
	}
	exit(0);
}

static int allocate_everywhere(void)
{
	cpu_set_t all;

	sched_getaffinity(0, sizeof(all), &all);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		cpu_set_t one;

		if (CPU_ISSET(i, &all)) {
			CPU_ZERO(&one);
			CPU_SET(i, &one);
			sched_setaffinity(0, sizeof(one), &one);
			allocate();
			printf("%d\n", i);
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "exit";
	struct allocspan_guard guard;
	int status;

	token = allocspan_token_register(how, NULL, 0);
	if (strcmp(how, "last") != 0) {
		start_threads();
		end(how);
	}
	guard = allocspan_token_enter(token);
	status = allocate_everywhere();
	allocspan_guard_exit(&guard);
	return status;
}

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
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS 100

static struct allocspan_token *token;
static atomic_ulong rounds[THREADS];
/* Threads that have done so many rounds let the others go first; 0: none does. */
static atomic_ulong goal;

static void allocate(void)
{
	void *volatile block = malloc(100);

	free(block);
}

static void *allocate_for_ever(void *done)
{
	struct allocspan_guard guard = allocspan_token_enter(token);

	for (;;) {
		allocate();
		if (atomic_fetch_add((atomic_ulong *) done, 1) >= atomic_load(&goal) &&
		    atomic_load(&goal) > 0) {
			sched_yield();
		}
	}
	allocspan_guard_exit(&guard);
	return NULL;
}

/* Until each thread has done at least this many rounds more than the one that has done most. */
static void wait_for_rounds(unsigned long more)
{
	unsigned long most = 0;

	for (int i = 0; i < THREADS; i++) {
		most = atomic_load(&rounds[i]) > most ? atomic_load(&rounds[i]) : most;
	}
	atomic_store(&goal, most + more);
	for (int i = 0; i < THREADS; i++) {
		while (atomic_load(&rounds[i]) < most + more) {
			usleep(100);
		}
	}
	atomic_store(&goal, 0);
}

/* Until all are at work, and none lets others go first any more. */
static void wait_for_threads(void)
{
	unsigned long before[THREADS];

	wait_for_rounds(ROUNDS);
	for (int i = 0; i < THREADS; i++) {
		before[i] = atomic_load(&rounds[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		while (atomic_load(&rounds[i]) == before[i]) {
			usleep(100);
		}
	}
}

static void start_threads(void)
{
	pthread_t thread;

	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&thread, NULL, allocate_for_ever, &rounds[i]) != 0) {
			abort();
		}
	}
	wait_for_threads();
}

static void end(const char *how)
{
	if (strcmp(how, "failing") == 0) {
		execl("/nowhere", "nowhere", (char *) NULL);
		wait_for_threads();
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

/* SPDX-License-Identifier: MIT */
/*
 * record-churn COUNT THREADS: each thread allocates and frees COUNT blocks (-1: for ever), each in a span of its own, as fast as it can.
 *
 * Prints "running" when each has had 1000, or all of them.
 */
#include <allocspan/allocspan.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_THREADS 64
#define FIRST 1000

static pthread_barrier_t barrier;
static long count;

static void churn(long from, long to)
{
	for (long i = from; i != to; i++) {
		ALLOCSPAN_SPAN("churn", "kind", "test");
		void *volatile block = malloc(64);

		free(block);
	}
}

static void *run(void *unused)
{
	long first = count >= 0 && count < FIRST ? count : FIRST;

	churn(0, first);
	pthread_barrier_wait(&barrier);
	churn(first, count);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t threads[MAX_THREADS];
	int thread_count = argc == 3 ? atoi(argv[2]) : 0;

	if (thread_count < 1 || thread_count > MAX_THREADS) {
		return 2;
	}
	count = strtol(argv[1], NULL, 10);
	pthread_barrier_init(&barrier, NULL, (unsigned int) thread_count + 1);
	for (int i = 0; i < thread_count; i++) {
		pthread_create(&threads[i], NULL, run, NULL);
	}
	pthread_barrier_wait(&barrier);
	puts("running");
	fflush(stdout);
	for (int i = 0; i < thread_count; i++) {
		pthread_join(threads[i], NULL);
	}
	return 0;
}

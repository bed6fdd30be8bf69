/* SPDX-License-Identifier: MIT */
/*
 * Blocks that are freed by other threads than allocated them, after Larson and Krishnan's server benchmark.
 *
 * A thread replaces the blocks of a row in random order, then leaves the row in a mailbox and takes up what another thread left
 * there. Threads are started and ended in each round, so their own beginnings count. An operation is a free and a
 * malloc, by whichever thread; the time is that of all threads together.
 */
#include "bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define ROW_BLOCKS 512
/* Operations on a row before it is handed on. */
#define TURN_OPS 2000
#define MAX_THREADS 64

struct row {
	char *blocks[ROW_BLOCKS];
};

static struct row rows[MAX_THREADS + 1];
/* Exchanged with acquire and release: who takes a row sees its blocks as they were left. */
static _Atomic(struct row *) mailbox = &rows[MAX_THREADS];

struct worker {
	pthread_t thread;
	struct row *row;
	uint64_t random_state;
	uint64_t ops;
};

static struct worker workers[MAX_THREADS];

static void replace(struct worker *worker)
{
	uint64_t number = bench_random(&worker->random_state);
	char **block = &worker->row->blocks[(number >> 16) % ROW_BLOCKS];

	free(*block);
	*block = malloc(16 + number % 256);
	if (!*block) {
		perror("bench-larson: malloc");
		exit(1);
	}
	**block = 1;
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	bench_enter();
	for (uint64_t i = 1; i <= worker->ops; i++) {
		replace(worker);
		if (i % TURN_OPS == 0) {
			worker->row = atomic_exchange_explicit(&mailbox, worker->row,
							       memory_order_acq_rel);
		}
	}
	bench_exit();
	return NULL;
}

static void set_up(void)
{
	if (bench_options.threads < 1 || bench_options.threads > MAX_THREADS) {
		fprintf(stderr, "bench-larson: 1 to %d threads\n", MAX_THREADS);
		exit(2);
	}
	for (unsigned int i = 0; i < bench_options.threads; i++) {
		workers[i].row = &rows[i];
		workers[i].random_state = 88172645463325252ULL + i;
	}
}

static void run(uint64_t ops)
{
	unsigned int threads = bench_options.threads;

	for (unsigned int i = 0; i < threads; i++) {
		/* The first threads take what does not divide evenly. */
		workers[i].ops = ops / threads + (i < ops % threads);
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
			fprintf(stderr, "bench-larson: could not start thread %u\n", i);
			exit(1);
		}
	}
	for (unsigned int i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
	}
}

static const struct bench_case cases[] = {
	{ "larson", set_up, run },
	{ 0 },
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, cases);
}

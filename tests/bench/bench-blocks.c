/* SPDX-License-Identifier: MIT */
/*
 * One thread and plain C blocks: where an interposer's own cost is most of what is seen.
 *
 * small-ring: 64 live blocks of 16 to 143 bytes, replaced in turn: everything is in the first-level cache.
 * random-million: a million live blocks (--blocks) of 16 to 271 bytes, replaced at random: nothing is.
 * realloc-growth: buffers that grow by half, from 16 bytes to 4 KiB, eight at a time; an operation is one realloc. They stay so
 * small that no allocator asks the kernel for memory, which would be all that is seen.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define RING_BLOCKS 64
/* Odd, so that 128 steps give each of 128 sizes once, and neighbours are of different classes. */
#define SIZE_STEP 37

static char *ring[RING_BLOCKS];
static uint64_t ring_turn;

static char **million;
static uint64_t random_state = 88172645463325252ULL;

#define BUFFERS 8
#define SMALLEST_BUFFER 16
#define LARGEST_BUFFER 4096

static struct {
	char *bytes;
	size_t size;
} buffers[BUFFERS];
static uint64_t buffer_turn;

static char *allocate(size_t size)
{
	char *block = malloc(size);

	if (!block) {
		perror("bench-blocks: malloc");
		exit(1);
	}
	*block = 1;
	return block;
}

static void run_ring(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		uint64_t turn = ring_turn++;
		char **block = &ring[turn % RING_BLOCKS];

		free(*block);
		*block = allocate(16 + turn * SIZE_STEP % 128);
	}
}

static void set_up_million(void)
{
	million = malloc(bench_options.blocks * sizeof *million);
	if (!million) {
		perror("bench-blocks: malloc");
		exit(1);
	}
	for (uint64_t i = 0; i < bench_options.blocks; i++) {
		million[i] = allocate(16 + bench_random(&random_state) % 256);
		bench_pace(i);
	}
}

static void run_million(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		uint64_t number = bench_random(&random_state);
		char **block = &million[(number >> 16) % bench_options.blocks];

		free(*block);
		*block = allocate(16 + number % 256);
	}
}

static void run_growth(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		uint64_t turn = buffer_turn++ % BUFFERS;
		size_t size = buffers[turn].size + buffers[turn].size / 2;

		if (size < SMALLEST_BUFFER || size > LARGEST_BUFFER) {
			free(buffers[turn].bytes);
			buffers[turn].bytes = NULL;
			size = SMALLEST_BUFFER + turn;
		}
		buffers[turn].bytes = realloc(buffers[turn].bytes, size);
		buffers[turn].size = size;
		bench_use(buffers[turn].bytes);
	}
}

static const struct bench_case cases[] = {
	{ "small-ring", NULL, run_ring },
	{ "random-million", set_up_million, run_million },
	{ "realloc-growth", NULL, run_growth },
	{ 0 },
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, cases);
}

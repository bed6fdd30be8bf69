/* SPDX-License-Identifier: MIT */
/*
 * What live blocks cost in memory: bench-memory BLOCKS LARGEST [entered]
 *
 * Allocates BLOCKS blocks of 16 to LARGEST bytes, with the group entered or not, writes all of each, and prints how much the
 * process grew: resident anonymous memory, and page tables, which a sparse map needs as well. The driver subtracts
 * what the same blocks need with no interposer.
 */
#include "bench.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct footprint {
	uint64_t resident_kib;
	uint64_t page_tables_kib;
};

static uint64_t total_requested, total_usable;

static uint64_t read_status(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	if (!line) {
		fprintf(stderr, "bench-memory: no %s in /proc/self/status\n", name);
		exit(1);
	}
	return strtoull(line + strlen(name), NULL, 10);
}

static struct footprint measure(void)
{
	static char text[8192];
	FILE *file = fopen("/proc/self/status", "re");
	size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;

	if (length == 0) {
		perror("bench-memory: /proc/self/status");
		exit(1);
	}
	text[length] = '\0';
	fclose(file);
	return (struct footprint){ .resident_kib = read_status(text, "RssAnon:"),
				   .page_tables_kib = read_status(text, "VmPTE:") };
}

static void fill(char **blocks, uint64_t count, uint64_t largest)
{
	uint64_t random_state = 88172645463325252ULL;

	for (uint64_t i = 0; i < count; i++) {
		size_t size = 16 + bench_random(&random_state) % (largest - 15);

		blocks[i] = malloc(size);
		if (!blocks[i]) {
			perror("bench-memory: malloc");
			exit(1);
		}
		memset(blocks[i], 1, size);
		total_requested += size;
		total_usable += malloc_usable_size(blocks[i]);
	}
}

static char **blocks;
static uint64_t largest;

static void run(uint64_t ops)
{
	(void) ops;
	fill(blocks, bench_options.blocks, largest);
}

int main(int argc, char **argv)
{
	struct footprint before, after;

	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: bench-memory BLOCKS LARGEST [entered]\n");
		return 2;
	}
	bench_options.blocks = strtoull(argv[1], NULL, 10);
	largest = strtoull(argv[2], NULL, 10);
	if (bench_options.blocks == 0 || largest < 16) {
		fprintf(stderr, "bench-memory: at least one block, of at least 16 bytes\n");
		return 2;
	}
	blocks = malloc(bench_options.blocks * sizeof *blocks);
	if (!blocks) {
		perror("bench-memory: malloc");
		return 1;
	}
	/* Touched, so that it is in both measurements. */
	memset(blocks, 1, bench_options.blocks * sizeof *blocks);
	before = measure();
	bench_run_in_group(run, argc == 4);
	after = measure();
	printf("{\"case\": \"memory\", \"blocks\": %llu, \"requested_bytes\": %llu, "
	       "\"usable_bytes\": %llu, \"resident_kib\": %lld, \"page_tables_kib\": %lld}\n",
	       (unsigned long long) bench_options.blocks, (unsigned long long) total_requested,
	       (unsigned long long) total_usable,
	       (long long) (after.resident_kib - before.resident_kib),
	       (long long) (after.page_tables_kib - before.page_tables_kib));
	return 0;
}

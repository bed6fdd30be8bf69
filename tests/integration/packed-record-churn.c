/* SPDX-License-Identifier: MIT */
/*
 * Threads that register a group, allocate in it, free, and release it, for ever: so slots are used again while packed
 * records that mention them wait in the rings. The group's tag `n` tells the size of the block, and another thread frees every
 * second one. Ends with an error if its memory grows.
 *
 * Usage: packed-record-churn GROUPS, for each thread.
 */
#include <allocspan/allocspan.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 3, HANDED_OVER = 64, GROWTH_KIB = 4096 };

static long groups;
static _Atomic(void *) handed_over[HANDED_OVER];

static void *kept(void *pointer)
{
	__asm__ volatile("" : "+r"(pointer) : : "memory");
	return pointer;
}

static long resident_kib(void)
{
	long pages = -1;
	long file_pages = -1;
	FILE *statm = fopen("/proc/self/statm", "r");

	if (!statm || fscanf(statm, "%*d %ld %ld", &pages, &file_pages) != 2) {
		exit(EXIT_FAILURE);
	}
	fclose(statm);
	return (pages - file_pages) * (sysconf(_SC_PAGESIZE) / 1024);
}

static void live(long n)
{
	char text[24];
	const struct allocspan_tag tag = { "n", text };
	struct allocspan_token *token;
	struct allocspan_guard guard;
	void *block;

	snprintf(text, sizeof(text), "%ld", n);
	token = allocspan_token_register("churn", &tag, 1);
	guard = allocspan_token_enter(token);
	block = kept(malloc((size_t) n + 1));
	if (n % 2) {
		block = atomic_exchange(&handed_over[n % HANDED_OVER], block);
	}
	free(block);
	allocspan_guard_exit(&guard);
	allocspan_token_release(token);
}

static void *churn(void *first)
{
	for (long i = 0; i < groups; i++) {
		live((long) (intptr_t) first + i % 900 * THREADS);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	long before = 0;

	groups = argc > 1 ? strtol(argv[1], NULL, 10) : 10000;
	for (int round = 0; round < 4; round++) {
		pthread_t threads[THREADS];

		for (intptr_t i = 0; i < THREADS; i++) {
			pthread_create(&threads[i], NULL, churn, (void *) i);
		}
		for (int i = 0; i < THREADS; i++) {
			pthread_join(threads[i], NULL);
		}
		if (round == 0) {
			before = resident_kib();
		}
	}
	if (resident_kib() - before > GROWTH_KIB) {
		fprintf(stderr, "memory grew from %ld KiB to %ld KiB\n", before, resident_kib());
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

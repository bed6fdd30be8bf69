/* SPDX-License-Identifier: MIT */
/*
 * A program that works while the tracer around it lives and dies. It reads a word a line and answers each with a line:
 *
 *	work N	allocates, reallocates and frees N times in the group `busy`; answers `done`
 *	last N	leaves N blocks of 1000 bytes in the group `last`; answers `done`
 *	stats	answers with the counters: <alloc_count> <alloc_bytes> <free_count> <free_bytes> of `busy`
 *	end	ends
 *
 * It keeps its own account, and ends with an error if the counters were not exactly that at any time.
 */
#include <allocspan/allocspan.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct allocspan_token *busy, *last;
static struct allocspan_stats expected;

static void *kept(void *pointer)
{
	__asm__ volatile("" : "+r"(pointer) : : "memory");
	return pointer;
}

static void work(unsigned long count)
{
	struct allocspan_guard guard = allocspan_token_enter(busy);

	for (unsigned long i = 0; i < count; i++) {
		size_t first = 1 + i % 200;
		size_t second = 1 + i % 333;

		free(kept(realloc(kept(malloc(first)), second)));
		expected.alloc_count += 2;
		expected.free_count += 2;
		expected.alloc_bytes += first + second;
		expected.free_bytes += first + second;
	}
	allocspan_guard_exit(&guard);
}

static void leave(unsigned long count)
{
	struct allocspan_guard guard = allocspan_token_enter(last);

	while (count-- > 0) {
		kept(malloc(1000));
	}
	allocspan_guard_exit(&guard);
}

static void check(void)
{
	struct allocspan_stats now;

	allocspan_token_stats(busy, &now);
	if (memcmp(&now, &expected, sizeof(now)) != 0) {
		fprintf(stderr, "counted %lu blocks instead of %lu\n",
			(unsigned long) now.alloc_count, (unsigned long) expected.alloc_count);
		exit(EXIT_FAILURE);
	}
}

int main(void)
{
	char word[64];

	busy = allocspan_token_register("busy", NULL, 0);
	last = allocspan_token_register("last", NULL, 0);
	while (fgets(word, sizeof(word), stdin) && strcmp(word, "end\n") != 0) {
		if (strncmp(word, "work ", 5) == 0) {
			work(strtoul(word + 5, NULL, 10));
		} else if (strncmp(word, "last ", 5) == 0) {
			leave(strtoul(word + 5, NULL, 10));
		}
		check();
		if (strcmp(word, "stats\n") == 0) {
			printf("%lu %lu %lu %lu\n", (unsigned long) expected.alloc_count,
			       (unsigned long) expected.alloc_bytes,
			       (unsigned long) expected.free_count,
			       (unsigned long) expected.free_bytes);
		} else {
			puts("done");
		}
		fflush(stdout);
	}
	return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
/*
 * A C program of somebody else: exits with 0 if the interposer gave its one block to its group.
 */
#include <allocspan/allocspan.h>

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_BYTES 1000

int main(void)
{
	const struct allocspan_tag tags[] = { { "language", "c" } };
	struct allocspan_token *token = allocspan_token_register("consumer", tags, 1);
	struct allocspan_stats stats;
	void *volatile block;

	{
		ALLOCSPAN_SCOPE(token);
		block = malloc(BLOCK_BYTES);
	}
	if (allocspan_token_stats(token, &stats) < 0) {
		return EXIT_FAILURE;
	}
	free(block);
	allocspan_token_release(token);
	printf("consumer.c: %d live bytes\n", (int) stats.live_bytes);
	return stats.live_bytes == BLOCK_BYTES ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: MIT */
/*
 * A C program of somebody else: exits with 0 if the interposer gave its one block to its group.
 *
 * It names no function of the allocator itself, only the C library does, so that a linker that drops
 * libraries which seem unused would drop the interposer. Hence the block is left to the system.
 */
#include <allocspan/allocspan.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
	static const char text[] = "a block";
	const struct allocspan_tag tags[] = { { "language", "c" } };
	struct allocspan_token *token = allocspan_token_register("consumer", tags, 1);
	struct allocspan_stats stats;
	const char *volatile block;

	{
		ALLOCSPAN_SCOPE(token);
		block = strdup(text);
	}
	if (allocspan_token_stats(token, &stats) < 0) {
		return EXIT_FAILURE;
	}
	allocspan_token_release(token);
	printf("consumer.c: %s has %d live bytes\n", block, (int) stats.live_bytes);
	return stats.live_bytes == sizeof(text) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: MIT */
/*
 * A program that allocates; linked statically, so that nothing can be preloaded. Output cannot be elided.
 * With the argument `wait` it waits for a signal.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	void *volatile block = malloc(1);

	free(block);
	if (argc > 1 && strcmp(argv[1], "wait") == 0) {
		pause();
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * A program that allocates; linked statically, so that nothing can be preloaded. Output cannot be elided.
 * With an argument it waits for a signal.
 */
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	void *volatile block = malloc(1);

	(void) argv;
	free(block);
	if (argc > 1) {
		pause();
	}
	return 0;
}

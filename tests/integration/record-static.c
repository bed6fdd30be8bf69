/* SPDX-License-Identifier: MIT */
/* A program that allocates; linked statically, so that nothing can be preloaded. Output cannot be elided. */
#include <stdlib.h>

int main(void)
{
	void *volatile block = malloc(1);

	free(block);
	return 0;
}

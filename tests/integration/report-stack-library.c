/* SPDX-License-Identifier: MIT */
/*
 * A library for report-stack.c. It is built twice, with another name of its inner function, so that what is at an address
 * depends on which of them was loaded there.
 */
#include <stdlib.h>

__attribute__((visibility("default"))) void *make(size_t size_bytes);
void *INNER(size_t size_bytes);

__attribute__((noinline)) void *INNER(size_t size_bytes)
{
	void *volatile block = malloc(size_bytes); /* library */

	return block;
}

void *make(size_t size_bytes)
{
	void *volatile block = INNER(size_bytes + 1);

	return block;
}

/* SPDX-License-Identifier: MIT */
/*
 * Allocates once in a chain of three functions and prints the return addresses that its call stack must have, one a
 * line, the innermost first; the first is not known in C and left out.
 */
#include <allocspan/allocspan.h>

#include <stdio.h>
#include <stdlib.h>

static void *addresses[3];

static __attribute__((noinline)) void *inner(size_t size_bytes)
{
	void *block = malloc(size_bytes);

	addresses[0] = __builtin_return_address(0);
	return block;
}

static __attribute__((noinline)) void *middle(size_t size_bytes)
{
	void *block = inner(size_bytes + 1);

	addresses[1] = __builtin_return_address(0);
	return block;
}

static __attribute__((noinline)) void *outer(size_t size_bytes)
{
	void *block = middle(size_bytes + 1);

	addresses[2] = __builtin_return_address(0);
	return block;
}

int main(void)
{
	struct allocspan_token *token = allocspan_token_register("chain", NULL, 0);
	struct allocspan_guard guard = allocspan_token_enter(token);
	void *block = outer(100);

	allocspan_guard_exit(&guard);
	for (size_t i = 0; i < 3; i++) {
		printf("%p\n", addresses[i]);
	}
	free(block);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * What preload-behaviour.c opens and closes: allocates when it comes, when it is called and when it goes, and has
 * thread-local storage of its own, which the dynamic linker allocates late.
 */
#include <stdlib.h>

void *preload_module_allocate(size_t size);

static _Thread_local char local[5000];
static void *kept;

static void __attribute__((constructor)) come(void)
{
	kept = malloc(1000);
}

static void __attribute__((destructor)) go(void)
{
	free(kept);
	free(calloc(2, 20));
}

__attribute__((visibility("default"))) void *preload_module_allocate(size_t size)
{
	local[size % sizeof(local)]++;
	return malloc(size);
}

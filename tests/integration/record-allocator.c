/* SPDX-License-Identifier: MIT */
/* A program with an allocator of its own in place of malloc, as one that links jemalloc statically. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static _Alignas(max_align_t) char memory[1 << 20];
static size_t used;

__attribute__((visibility("default"))) void *malloc(size_t size)
{
	void *block = memory + used;

	size = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
	if (size > sizeof(memory) - used) {
		errno = ENOMEM;
		return NULL;
	}
	used += size;
	return block;
}

__attribute__((visibility("default"))) void free(void *block)
{
	(void) block;
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
	/* Fresh memory is zero. */
	return malloc(count * size);
}

__attribute__((visibility("default"))) void *realloc(void *old, size_t size)
{
	char *block = malloc(size);

	for (size_t i = 0; old && block && i < size && (char *) old + i < memory + used; i++) {
		block[i] = ((char *) old)[i];
	}
	return block;
}

int main(void)
{
	void *volatile block = malloc(1);

	free(block);
	return 0;
}

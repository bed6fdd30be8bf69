/* SPDX-License-Identifier: MIT */
/*
 * A program with an allocator of its own compiled in, in place of the C library's: malloc, calloc, realloc and free,
 * and nothing else, as many have it. It prints what it sees of it. Under the interposer every block must still come
 * from here and go back here, also through functions of the C library that call these (reallocarray, strdup, getline).
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As an allocator is built that serves the C library, too. */
#pragma GCC visibility push(default)
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);
#pragma GCC visibility pop

struct header {
	_Alignas(max_align_t) size_t size;
};

static _Alignas(max_align_t) char memory[16 << 20];
static size_t used;
static size_t foreign;

static bool is_own(const void *block)
{
	return (uintptr_t) block - (uintptr_t) memory < sizeof(memory);
}

void *malloc(size_t size)
{
	struct header *header = (struct header *) (memory + used);
	size_t room = (size + 2 * sizeof(*header) - 1) & ~(sizeof(*header) - 1);

	if (size > sizeof(memory) || room > sizeof(memory) - used) {
		errno = ENOMEM;
		return NULL;
	}
	used += room;
	header->size = size;
	return header + 1;
}

void free(void *block)
{
	foreign += block && !is_own(block);
}

void *calloc(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return malloc(bytes);
}

void *realloc(void *block, size_t size)
{
	void *grown = malloc(size);

	if (grown && block) {
		size_t old_size = is_own(block) ? ((struct header *) block)[-1].size : 0;

		foreign += !is_own(block);
		memcpy(grown, block, old_size < size ? old_size : size);
	}
	return grown;
}

static void *kept(void *pointer)
{
	__asm__ volatile("" : "+r"(pointer) : : "memory");
	return pointer;
}

static void show(const char *what, const void *block)
{
	printf("%s: %s\n", what, is_own(block) ? "from here" : block ? "from elsewhere" : "NULL");
}

int main(void)
{
	char *text = kept(malloc(8));
	char *copy = kept(strdup("a copy"));
	char *line = NULL;
	size_t room = 0;
	FILE *stream;

	strcpy(text, "content");
	show("malloc", text);
	text = kept(reallocarray(text, 100, 100));
	show("reallocarray", text);
	puts(text);
	show("reallocarray of NULL", kept(reallocarray(NULL, 3, 3)));
	errno = 0;
	show("reallocarray beyond all", kept(reallocarray(NULL, SIZE_MAX, 3)));
	printf("errno %d\n", errno);
	show("strdup", copy);
	stream = fmemopen(copy, strlen(copy), "r");
	printf("getline %zd\n", getline(&line, &room, stream));
	show("getline", line);
	fclose(stream);
	free(line);
	free(copy);
	free(text);
	printf("blocks of others: %zu\n", foreign);
	return 42;
}

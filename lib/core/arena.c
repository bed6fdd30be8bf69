/* SPDX-License-Identifier: MIT */
/*
 * See arena.h.
 */
#include "arena.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SMALLEST_SHIFT 5
#define LARGEST_SHIFT 16
#define REGION_BYTES ((size_t) 256 * 1024)

struct free_block {
	struct free_block *next;
};

/* Protected by the lock of lock.h. */
static struct free_block *free_blocks[LARGEST_SHIFT + 1];
static char *region;
static size_t region_left;

static unsigned int size_shift(size_t size_bytes)
{
	unsigned int shift = SMALLEST_SHIFT;

	while (((size_t) 1 << shift) < size_bytes) {
		shift++;
	}
	return shift;
}

static size_t page_bytes(void)
{
	return (size_t) getpagesize();
}

static size_t whole_pages(size_t size_bytes)
{
	return (size_bytes + page_bytes() - 1) & ~(page_bytes() - 1);
}

void *aspan_arena_map(size_t size_bytes)
{
	int saved_errno = errno;
	size_t mapped_bytes = whole_pages(size_bytes) + 2 * page_bytes();
	char *start = mmap(NULL, mapped_bytes, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	void *memory = NULL;

	if (start != MAP_FAILED) {
		memory = start + page_bytes();
		if (mprotect(memory, whole_pages(size_bytes), PROT_READ | PROT_WRITE) != 0) {
			munmap(start, mapped_bytes);
			memory = NULL;
		}
	}
	errno = saved_errno;
	return memory;
}

void aspan_arena_unmap(void *memory, size_t size_bytes)
{
	int saved_errno = errno;

	munmap((char *) memory - page_bytes(), whole_pages(size_bytes) + 2 * page_bytes());
	errno = saved_errno;
}

/* What is left of the old region becomes free blocks: powers of two, so that alignment holds. */
static void shelve_region(void)
{
	while (region_left >= ((size_t) 1 << SMALLEST_SHIFT)) {
		unsigned int shift = SMALLEST_SHIFT;
		struct free_block *block = (struct free_block *) region;

		while (shift < LARGEST_SHIFT && ((size_t) 1 << (shift + 1)) <= region_left &&
		       ((size_t) region & (((size_t) 1 << (shift + 1)) - 1)) == 0) {
			shift++;
		}
		block->next = free_blocks[shift];
		free_blocks[shift] = block;
		region += (size_t) 1 << shift;
		region_left -= (size_t) 1 << shift;
	}
}

static void *carve(size_t block_bytes)
{
	size_t padding;
	void *block;

	padding = -(size_t) region & (block_bytes - 1 < 63 ? block_bytes - 1 : 63);
	if (region_left < padding + block_bytes) {
		void *fresh = aspan_arena_map(REGION_BYTES);

		if (!fresh) {
			return NULL;
		}
		shelve_region();
		region = fresh;
		region_left = REGION_BYTES;
		padding = 0;
	}
	block = region + padding;
	region += padding + block_bytes;
	region_left -= padding + block_bytes;
	return block;
}

void *aspan_arena_alloc(size_t size_bytes)
{
	unsigned int shift = size_shift(size_bytes);
	struct free_block *block;

	if (shift > LARGEST_SHIFT) {
		return aspan_arena_map(size_bytes);
	}
	block = free_blocks[shift];
	if (!block) {
		return carve((size_t) 1 << shift);
	}
	free_blocks[shift] = block->next;
	return memset(block, 0, (size_t) 1 << shift);
}

void aspan_arena_free(void *memory, size_t size_bytes)
{
	unsigned int shift = size_shift(size_bytes);
	struct free_block *block = memory;

	if (!memory) {
		return;
	}
	if (shift > LARGEST_SHIFT) {
		aspan_arena_unmap(memory, size_bytes);
		return;
	}
	block->next = free_blocks[shift];
	free_blocks[shift] = block;
}

/* SPDX-License-Identifier: MIT */
/*
 * See arena.h.
 */
#include "arena.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pool.h"

/* Larger objects are mappings of their own. */
#define LARGEST_BYTES ((size_t) 64 * 1024)
#define REGION_BYTES ((size_t) 256 * 1024)

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

static bool grow(struct aspan_pool *pool, size_t least_bytes)
{
	size_t bytes = least_bytes > REGION_BYTES ? least_bytes : REGION_BYTES;
	char *region = aspan_arena_map(bytes);

	if (region) {
		pool->region = region;
		pool->region_left = bytes;
	}
	return region;
}

/* Protected by the lock of lock.h. */
static struct aspan_pool pool = { .grow = grow, .keeps_rests = true };

void *aspan_arena_alloc(size_t size_bytes)
{
	return aspan_pool_block_bytes(size_bytes) > LARGEST_BYTES ?
		       aspan_arena_map(size_bytes) :
		       aspan_pool_alloc(&pool, size_bytes);
}

void aspan_arena_free(void *memory, size_t size_bytes)
{
	if (!memory) {
		return;
	}
	if (aspan_pool_block_bytes(size_bytes) > LARGEST_BYTES) {
		aspan_arena_unmap(memory, size_bytes);
		return;
	}
	aspan_pool_free(&pool, memory, size_bytes);
}

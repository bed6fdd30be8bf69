/* SPDX-License-Identifier: MIT */
/*
 * See packed-slab.h.
 */
#include "packed-slab.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* Address space of a slab between two pages that cannot be accessed; NULL without any. */
static char *reserve(size_t page_bytes)
{
	size_t bytes = 2 * ASPAN_PACKED_SLAB_BYTES + 2 * page_bytes;
	char *start =
		mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *slab;
	char *end;

	if (start == MAP_FAILED) {
		return NULL;
	}
	slab = start + page_bytes;
	slab += -(uintptr_t) slab & (ASPAN_PACKED_SLAB_BYTES - 1);
	end = slab + ASPAN_PACKED_SLAB_BYTES + page_bytes;
	if (slab - page_bytes > start) {
		munmap(start, (size_t) (slab - page_bytes - start));
	}
	if (end < start + bytes) {
		munmap(end, (size_t) (start + bytes - end));
	}
	return slab;
}

/* Where the kernel cannot, fork()'s handlers do it; other ways to make a child are left alone. */
static void wipe_in_children(char *sources, size_t bytes)
{
	if (getpagesize() <= (int) ASPAN_PACKED_SLAB_LINKS_BYTES) {
		madvise(sources, bytes, MADV_WIPEONFORK);
	}
}

struct aspan_packed_source *aspan_packed_slab_map(size_t source_bytes, size_t *count)
{
	int saved_errno = errno;
	size_t page_bytes = (size_t) getpagesize();
	char *slab = reserve(page_bytes);
	char *sources = NULL;

	*count = (ASPAN_PACKED_SLAB_BYTES - ASPAN_PACKED_SLAB_LINKS_BYTES) / source_bytes;
	if (slab && mprotect(slab, ASPAN_PACKED_SLAB_BYTES, PROT_READ | PROT_WRITE) == 0) {
		sources = slab + ASPAN_PACKED_SLAB_LINKS_BYTES;
		wipe_in_children(sources, ASPAN_PACKED_SLAB_BYTES - ASPAN_PACKED_SLAB_LINKS_BYTES);
	} else if (slab) {
		munmap(slab - page_bytes, ASPAN_PACKED_SLAB_BYTES + 2 * page_bytes);
	}
	errno = saved_errno;
	return (struct aspan_packed_source *) sources;
}

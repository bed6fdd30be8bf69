/* SPDX-License-Identifier: MIT */
/*
 * See packed-slab.h.
 */
#include "packed-slab.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ledger-rings.h"

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

/* Private memory, if the sources cannot be in the ledger; false without memory. */
static bool map_sources(struct aspan_packed_slab *slab,
			const struct aspan_ledger_source_layout *layout, char *sources,
			size_t page_bytes)
{
	size_t bytes = ASPAN_PACKED_SLAB_BYTES - ASPAN_PACKED_SLAB_LINKS_BYTES;
	char *whole = sources - ASPAN_PACKED_SLAB_LINKS_BYTES - page_bytes;

	if (page_bytes <= ASPAN_PACKED_SLAB_LINKS_BYTES) {
		slab->in_ledger = aspan_ledger_rings_add_slab(
			layout, sources, bytes, whole, ASPAN_PACKED_SLAB_BYTES + 2 * page_bytes);
	}
	if (!slab->in_ledger) {
		if (mprotect(sources, bytes, PROT_READ | PROT_WRITE) != 0) {
			return false;
		}
		wipe_in_children(sources, bytes);
	}
	return true;
}

struct aspan_packed_slab aspan_packed_slab_map(const struct aspan_ledger_source_layout *layout)
{
	int saved_errno = errno;
	size_t page_bytes = (size_t) getpagesize();
	struct aspan_packed_slab slab = { 0 };
	char *start = reserve(page_bytes);
	char *sources = start ? start + ASPAN_PACKED_SLAB_LINKS_BYTES : NULL;

	if (start && mprotect(start, ASPAN_PACKED_SLAB_LINKS_BYTES, PROT_READ | PROT_WRITE) == 0 &&
	    map_sources(&slab, layout, sources, page_bytes)) {
		slab.sources = (struct aspan_packed_source *) sources;
		slab.count = (ASPAN_PACKED_SLAB_BYTES - ASPAN_PACKED_SLAB_LINKS_BYTES) /
			     layout->source_bytes;
	} else if (start) {
		munmap(start - page_bytes, ASPAN_PACKED_SLAB_BYTES + 2 * page_bytes);
	}
	errno = saved_errno;
	return slab;
}

/* SPDX-License-Identifier: MIT */
/*
 * Memory for packed sources, many in one mapping: with a mapping for each thread, a program with thousands of them would run into
 * the kernel's limit of mappings (vm.max_map_count).
 *
 *    guard | links: what must outlive a fork | source | source | source | ... | guard
 *          '- aligned                        '-------- wiped in children ----'
 *
 * So a source's link is found from its address alone.
 */
#ifndef ASPAN_CORE_PACKED_SLAB_H
#define ASPAN_CORE_PACKED_SLAB_H

#include <stddef.h>
#include <stdint.h>

struct aspan_packed_source;

#define ASPAN_PACKED_SLAB_BYTES ((size_t) 1024 * 1024)
/* The page, where that is not larger. */
#define ASPAN_PACKED_SLAB_LINKS_BYTES ((size_t) 4096)

/* What is kept of a source in a child, whose memory is wiped. */
struct aspan_packed_link {
	struct aspan_packed_source *next; /* of all that were ever made; never changes */
	/* Protected by the library's lock. */
	struct aspan_packed_source *next_unused; /* of those that nobody uses */
	struct aspan_packed_source *older; /* of the same thread, retired */
};

/* The sources of a new slab, and how many there are; NULL without memory. Each has `source_bytes`, a multiple of 64. */
struct aspan_packed_source *aspan_packed_slab_map(size_t source_bytes, size_t *count);

/* The link of a source. */
static inline struct aspan_packed_link *
aspan_packed_slab_link(const struct aspan_packed_source *source, size_t source_bytes)
{
	uintptr_t address = (uintptr_t) source;
	uintptr_t slab = address & ~(uintptr_t) (ASPAN_PACKED_SLAB_BYTES - 1);
	struct aspan_packed_link *links =
		(struct aspan_packed_link *) slab; /* NOLINT(performance-no-int-to-ptr) */

	return &links[(address - slab - ASPAN_PACKED_SLAB_LINKS_BYTES) / source_bytes];
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Memory for packed sources, many in one mapping: with a mapping for each thread, a program with thousands of them would run into
 * the kernel's limit of mappings (vm.max_map_count).
 *
 *    guard | links: what must outlive a fork | source | source | source | ... | guard
 *          '- aligned                        '-------- wiped in children ----'
 *
 * So a source's link is found from its address alone.
 *
 * Where the ledger is a file, the sources are a part of it, so that what waits there outlives the process. A child then finds zeros
 * there as soon as it is known as one, and forgets these sources.
 */
#ifndef ASPAN_CORE_PACKED_SLAB_H
#define ASPAN_CORE_PACKED_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout-rings.h"

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
	bool is_in_ledger; /* never changes */
};

struct aspan_packed_slab {
	struct aspan_packed_source *sources; /* NULL without memory */
	size_t count;
	struct aspan_ledger_slab *in_ledger; /* NULL: it is private memory */
};

/* A new slab. Each source has `layout->source_bytes`, a multiple of 64. Call with the lock held. */
struct aspan_packed_slab aspan_packed_slab_map(const struct aspan_ledger_source_layout *layout);

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

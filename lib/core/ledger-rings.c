/* SPDX-License-Identifier: MIT */
/*
 * See ledger-rings.h.
 */
#include "ledger-rings.h"

#include <stdatomic.h>

#include "ledger-memory.h"
#include "ledger.h"
#include "packed-clock.h"

static struct aspan_ledger_slab *find_unused(struct aspan_ledger_rings *rings)
{
	for (size_t i = 0; i < ASPAN_LEDGER_SLAB_COUNT; i++) {
		if (!atomic_load_explicit(&rings->slabs[i].address, memory_order_relaxed)) {
			return &rings->slabs[i];
		}
	}
	return NULL;
}

/* The layout, and what time stamps are, before a reader can find a slab. */
static void begin(struct aspan_ledger_image *image, const struct aspan_ledger_source_layout *layout)
{
	struct aspan_ledger_section *section = aspan_ledger_section(ASPAN_LEDGER_RINGS);

	if (!atomic_load_explicit(&section->address, memory_order_relaxed)) {
		image->rings.layout = *layout;
		aspan_packed_clock_share(&image->clock);
		atomic_store_explicit(&section->address, (uintptr_t) &image->rings,
				      memory_order_release);
	}
}

struct aspan_ledger_slab *
aspan_ledger_rings_add_slab(const struct aspan_ledger_source_layout *layout, char *sources,
			    size_t bytes, char *whole_start, size_t whole_bytes)
{
	struct aspan_ledger_image *image = aspan_ledger_memory_get();
	struct aspan_ledger_slab *slab = image ? find_unused(&image->rings) : NULL;

	if (!slab || !aspan_ledger_memory_add(sources, bytes, whole_start, whole_bytes)) {
		return NULL;
	}
	begin(image, layout);
	atomic_store_explicit(&slab->address, (uintptr_t) sources, memory_order_release);
	return slab;
}

void aspan_ledger_rings_add_source(struct aspan_ledger_slab *slab)
{
	uint64_t count = atomic_load_explicit(&slab->source_count, memory_order_relaxed);

	atomic_store_explicit(&slab->source_count, count + 1, memory_order_release);
}

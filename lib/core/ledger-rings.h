/* SPDX-License-Identifier: MIT */
/*
 * What waits to be recorded, as a part of the ledger (lib/ledger/layout-rings.h): so that another process can record it when this one
 * was killed. Packed sources are made in the ledger where it is a file, and in private memory elsewhere.
 *
 * Call all of it with the lock held.
 */
#ifndef ASPAN_CORE_LEDGER_RINGS_H
#define ASPAN_CORE_LEDGER_RINGS_H

#include <stddef.h>

#include "layout-rings.h"

/*
 * Makes a mapping of the caller's a slab of the ledger: zeros; each page must be reserved before it is used
 * (aspan_ledger_memory_reserve()). NULL, and nothing was done, if there is no file or no room. `whole_start` and `whole_bytes`: what
 * is unmapped when a child has forgotten it.
 */
struct aspan_ledger_slab *
aspan_ledger_rings_add_slab(const struct aspan_ledger_source_layout *layout, char *sources,
			    size_t bytes, char *whole_start, size_t whole_bytes);

/* One source more of the slab is there. */
void aspan_ledger_rings_add_source(struct aspan_ledger_slab *slab);

#endif

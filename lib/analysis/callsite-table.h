/* SPDX-License-Identifier: MIT */
/*
 * Code that called the allocator, by process and address, and its source where the reader knows it.
 *
 * Addresses of one source line (or, without lines, of one function) are one *site*: the first of them.
 */
#ifndef ASPAN_ANALYSIS_CALLSITE_TABLE_H
#define ASPAN_ANALYSIS_CALLSITE_TABLE_H

#include "events.h"
#include "id-map.h"
#include "names.h"

#include <stddef.h>
#include <stdint.h>

struct aspan_callsite_entry {
	uint64_t address;
	uint32_t process;
	uint32_t next_of_address; /* of another process, or NONE */
	uint32_t site; /* the first with the same source; itself without one */
	char *binary, *function, *file; /* NULL: not known */
	uint64_t line;
};

struct aspan_callsite_table {
	struct aspan_callsite_entry *entries;
	size_t entry_count, entry_capacity;
	struct aspan_id_map by_address;
	struct aspan_names sources;
	struct aspan_id_map site_of_source;
	uint32_t last; /* or NONE */
};

/* All zero but for `last`, which is NONE, is an empty table. */
void aspan_callsite_table_fini(struct aspan_callsite_table *table);

/* The call site of an event that has an ip. 0 or -ENOMEM. */
int aspan_callsite_table_find(struct aspan_callsite_table *table, uint32_t process,
			      const struct aspan_event *event, uint32_t *callsite);

#endif

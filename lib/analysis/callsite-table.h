/* SPDX-License-Identifier: MIT */
/*
 * Code that called the allocator, by process and address, and its source where the reader knows it.
 *
 * Addresses that events say are of one source line (or, without lines, of one function) are one *site*: the first of them.
 *
 * An address can be of one library first and of another later. Where it is known what is loaded, each is an entry of its own.
 */
#ifndef ASPAN_ANALYSIS_CALLSITE_TABLE_H
#define ASPAN_ANALYSIS_CALLSITE_TABLE_H

#include "events.h"
#include "id-map.h"
#include "loaded-objects.h"
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
	uint32_t object; /* in the table of objects; or OBJECT_NONE: not known */
	uint64_t object_base; /* where it was loaded */
	uint32_t generation; /* of the space, when the object was last looked for */
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

/* What is looked for: an address that a call returns to. */
struct aspan_callsite_query {
	uint64_t address;
	uint32_t process;
	const struct aspan_code *code; /* NULL: not told */
	const struct aspan_objects *objects;
	const struct aspan_object_space *space; /* of the process; NULL: nobody asks */
};

/* Its call site, which is added if it is new. 0 or -ENOMEM. */
int aspan_callsite_table_find(struct aspan_callsite_table *table,
			      const struct aspan_callsite_query *query, uint32_t *callsite);

#endif

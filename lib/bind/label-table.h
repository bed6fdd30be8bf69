/* SPDX-License-Identifier: MIT */
/*
 * The labels of a binding: names that some event gave to values of an argument, such as the symbol of a callback.
 *
 * Bounded like the groups; what comes later than that has no label. All with the lock GROUPS held.
 */
#ifndef ASPAN_BIND_LABEL_TABLE_H
#define ASPAN_BIND_LABEL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slots.h"

struct aspan_bind_store;

struct aspan_bind_label {
	uint64_t hash;
	bool is_used;
	bool is_string;
	uint64_t value; /* of a string, the address of a copy */
	char *text; /* of ASPAN_BIND_TEXT_BYTES */
};

struct aspan_bind_label_table {
	struct aspan_bind_slots slots; /* of struct aspan_bind_label */
	size_t count;
};

int aspan_bind_label_table_init(struct aspan_bind_label_table *table, size_t limit);
void aspan_bind_label_table_fini(struct aspan_bind_label_table *table);

/* The label of a value, or NULL. */
const char *aspan_bind_label_find(const struct aspan_bind_label_table *table, bool is_string,
				  uint64_t value);

/* Gives a value a label. True if it is another one than before. */
bool aspan_bind_label_set(struct aspan_bind_label_table *table, struct aspan_bind_store *store,
			  bool is_string, uint64_t value, const char *text);

#endif

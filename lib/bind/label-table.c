/* SPDX-License-Identifier: MIT */
/*
 * See label-table.h.
 */
#include "label-table.h"

#include <errno.h>
#include <string.h>

#include "value.h"

int aspan_bind_label_table_init(struct aspan_bind_label_table *table, size_t limit)
{
	size_t slot_count = 2;

	while (slot_count < 2 * limit) {
		slot_count *= 2;
	}
	table->slots = aspan_bind_map(slot_count * sizeof(*table->slots));
	if (!table->slots) {
		return -ENOMEM;
	}
	table->slot_count = slot_count;
	table->limit = limit;
	table->count = 0;
	return 0;
}

void aspan_bind_label_table_fini(struct aspan_bind_label_table *table)
{
	aspan_bind_unmap(table->slots, table->slot_count * sizeof(*table->slots));
	*table = (struct aspan_bind_label_table){ .slots = NULL };
}

/* The slot that has the value, or the free one where it belongs. The table is never full. */
static struct aspan_bind_label *find_slot(const struct aspan_bind_label_table *table,
					  bool is_string, uint64_t value)
{
	uint64_t hash = aspan_bind_hash_value(ASPAN_BIND_HASH_SEED, is_string, value);
	size_t index = hash & (table->slot_count - 1);

	while (table->slots[index].is_used) {
		struct aspan_bind_label *slot = &table->slots[index];

		if (slot->hash == hash && slot->is_string == is_string &&
		    aspan_bind_value_is_equal(is_string, slot->value, value)) {
			return slot;
		}
		index = (index + 1) & (table->slot_count - 1);
	}
	table->slots[index].hash = hash;
	return &table->slots[index];
}

const char *aspan_bind_label_find(const struct aspan_bind_label_table *table, bool is_string,
				  uint64_t value)
{
	const struct aspan_bind_label *slot;

	if (!table->slots) {
		return NULL;
	}
	slot = find_slot(table, is_string, value);
	return slot->is_used ? slot->text : NULL;
}

bool aspan_bind_label_set(struct aspan_bind_label_table *table, struct aspan_bind_store *store,
			  bool is_string, uint64_t value, const char *text)
{
	struct aspan_bind_label *slot = find_slot(table, is_string, value);

	if (!slot->is_used) {
		if (table->count == table->limit) {
			return false;
		}
		slot->text = aspan_bind_store_alloc(store, ASPAN_BIND_TEXT_BYTES);
		if (!slot->text || !aspan_bind_value_copy(store, is_string, &value)) {
			return false;
		}
		slot->value = value;
		slot->is_string = is_string;
		slot->is_used = true;
		table->count++;
	} else if (strcmp(slot->text, text) == 0) {
		return false;
	}
	memcpy(slot->text, text, strlen(text) + 1);
	return true;
}

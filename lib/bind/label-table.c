/* SPDX-License-Identifier: MIT */
/*
 * See label-table.h.
 */
#include "label-table.h"

#include <string.h>

#include "value.h"

int aspan_bind_label_table_init(struct aspan_bind_label_table *table, size_t limit)
{
	table->count = 0;
	return aspan_bind_slots_init(&table->slots, limit, sizeof(struct aspan_bind_label));
}

void aspan_bind_label_table_fini(struct aspan_bind_label_table *table)
{
	aspan_bind_slots_fini(&table->slots, sizeof(struct aspan_bind_label));
	table->count = 0;
}

/* The slot that has the value, or the free one where it belongs. */
static struct aspan_bind_label *find_slot(const struct aspan_bind_label_table *table,
					  bool is_string, uint64_t value)
{
	uint64_t hash = aspan_bind_hash_value(ASPAN_BIND_HASH_SEED, is_string, value);
	size_t index = aspan_bind_slots_first(&table->slots, hash);
	struct aspan_bind_label *slots = table->slots.memory;

	while (slots[index].is_used) {
		struct aspan_bind_label *slot = &slots[index];

		if (slot->hash == hash && slot->is_string == is_string &&
		    aspan_bind_value_is_equal(is_string, slot->value, value)) {
			return slot;
		}
		index = aspan_bind_slots_next(&table->slots, index);
	}
	slots[index].hash = hash;
	return &slots[index];
}

const char *aspan_bind_label_find(const struct aspan_bind_label_table *table, bool is_string,
				  uint64_t value)
{
	const struct aspan_bind_label *slot;

	if (!table->slots.memory) {
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
		if (table->count == table->slots.limit) {
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

/* SPDX-License-Identifier: MIT */
/*
 * See callsite-table.h.
 */
#include "callsite-table.h"

#include "array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_ID_MAP_NONE

static void fini_entry(struct aspan_callsite_entry *entry)
{
	free(entry->binary);
	free(entry->function);
	free(entry->file);
}

void aspan_callsite_table_fini(struct aspan_callsite_table *table)
{
	for (size_t i = 0; i < table->entry_count; i++) {
		fini_entry(&table->entries[i]);
	}
	free(table->entries);
	aspan_id_map_fini(&table->by_address);
	aspan_id_map_fini(&table->site_of_source);
	aspan_names_fini(&table->sources);
	*table = (struct aspan_callsite_table){ .last = NONE };
}

static int copy(char **copied, const char *text)
{
	*copied = text ? strdup(text) : NULL;
	return text && !*copied ? -ENOMEM : 0;
}

static int copy_code(struct aspan_callsite_entry *entry, const struct aspan_code *code)
{
	int result = copy(&entry->binary, code->binary);

	result = result ? result : copy(&entry->function, code->function);
	result = result ? result : copy(&entry->file, code->file);
	entry->line = code->line;
	return result;
}

/* What tells sources apart. A binary alone does not: its addresses are all it has. */
static int find_site(struct aspan_callsite_table *table, struct aspan_callsite_entry *entry,
		     uint32_t index)
{
	uint32_t source;
	char *text;
	int result;

	entry->site = index;
	if (!entry->function && !entry->line) {
		return 0;
	}
	if (asprintf(&text, "%s\n%s\n%s\n%" PRIu64, entry->binary ? entry->binary : "",
		     entry->function ? entry->function : "", entry->file ? entry->file : "",
		     entry->line) < 0) {
		return -ENOMEM;
	}
	result = aspan_names_intern(&table->sources, text, &source);
	free(text);
	if (result) {
		return result;
	}
	entry->site = aspan_id_map_find(&table->site_of_source, source);
	if (entry->site != NONE) {
		return 0;
	}
	entry->site = index;
	return aspan_id_map_set(&table->site_of_source, source, index);
}

/* What the address is in; the call is before the address that it returns to. */
static const struct aspan_object_range *find_range(const struct aspan_callsite_query *query)
{
	return query->space ? aspan_object_space_find(query->space, query->address - 1) : NULL;
}

static void set_object(struct aspan_callsite_entry *entry, const struct aspan_object_range *range)
{
	entry->object = range ? range->object : ASPAN_OBJECT_NONE;
	entry->object_base = range ? range->begin : 0;
}

static int add(struct aspan_callsite_table *table, const struct aspan_callsite_query *query,
	       uint32_t *callsite)
{
	struct aspan_callsite_entry *entry = ASPAN_ARRAY_APPEND(table, entries, entry);
	int result;

	if (!entry) {
		return -ENOMEM;
	}
	*callsite = (uint32_t) (table->entry_count - 1);
	entry->address = query->address;
	entry->process = query->process;
	entry->next_of_address = aspan_id_map_find(&table->by_address, query->address);
	entry->generation = query->space ? query->space->generation : 0;
	set_object(entry, find_range(query));
	result = query->code ? copy_code(entry, query->code) : 0;
	result = result ? result : find_site(table, entry, *callsite);
	result = result ? result : aspan_id_map_set(&table->by_address, query->address, *callsite);
	if (result) {
		fini_entry(entry);
		table->entry_count--;
	}
	return result;
}

/* The next entry of the process and the address in the list, or NONE. */
static uint32_t skip_others(const struct aspan_callsite_table *table,
			    const struct aspan_callsite_query *query, uint32_t i)
{
	while (i != NONE && table->entries[i].process != query->process) {
		i = table->entries[i].next_of_address;
	}
	return i;
}

/* Whether an entry is of what is now loaded there; of an object that was not fully known, it may turn out to be. */
static bool is_of_range(const struct aspan_callsite_query *query,
			const struct aspan_callsite_entry *entry,
			const struct aspan_object_range *range)
{
	const struct aspan_object *was, *is;

	if (entry->object == ASPAN_OBJECT_NONE || entry->object == range->object) {
		return entry->object == ASPAN_OBJECT_NONE || entry->object_base == range->begin;
	}
	was = &query->objects->objects[entry->object];
	is = &query->objects->objects[range->object];
	return entry->object_base == range->begin && was->has_build_id && !was->build_id_size &&
	       strcmp(was->path, is->path) == 0;
}

/* The entry, or another one if something else has been loaded there since; NONE: there is none yet. */
static uint32_t check_object(struct aspan_callsite_table *table,
			     const struct aspan_callsite_query *query, uint32_t i)
{
	const struct aspan_object_range *range;

	if (!query->space || table->entries[i].generation == query->space->generation) {
		return i;
	}
	range = find_range(query);
	while (range && i != NONE && !is_of_range(query, &table->entries[i], range)) {
		i = skip_others(table, query, table->entries[i].next_of_address);
	}
	if (i != NONE) {
		table->entries[i].generation = query->space->generation;
	}
	if (range && i != NONE) {
		set_object(&table->entries[i], range);
	}
	return i;
}

int aspan_callsite_table_find(struct aspan_callsite_table *table,
			      const struct aspan_callsite_query *query, uint32_t *callsite)
{
	uint32_t i = table->last;
	int result = 0;

	if (i == NONE || table->entries[i].address != query->address ||
	    table->entries[i].process != query->process) {
		i = skip_others(table, query,
				aspan_id_map_find(&table->by_address, query->address));
	}
	i = i == NONE ? NONE : check_object(table, query, i);
	if (i == NONE) {
		result = add(table, query, &i);
	}
	if (!result) {
		table->last = i;
		*callsite = i;
	}
	return result;
}

/* SPDX-License-Identifier: MIT */
/*
 * See callsite-table.h.
 */
#include "callsite-table.h"

#include "array.h"

#include <errno.h>
#include <inttypes.h>
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

static int add(struct aspan_callsite_table *table, uint32_t process,
	       const struct aspan_event *event, uint32_t *callsite)
{
	struct aspan_callsite_entry *entry = ASPAN_ARRAY_APPEND(table, entries, entry);
	int result;

	if (!entry) {
		return -ENOMEM;
	}
	*callsite = (uint32_t) (table->entry_count - 1);
	entry->address = event->ip;
	entry->process = process;
	entry->next_of_address = aspan_id_map_find(&table->by_address, event->ip);
	result = event->code ? copy_code(entry, event->code) : 0;
	result = result ? result : find_site(table, entry, *callsite);
	result = result ? result : aspan_id_map_set(&table->by_address, event->ip, *callsite);
	if (result) {
		fini_entry(entry);
		table->entry_count--;
	}
	return result;
}

int aspan_callsite_table_find(struct aspan_callsite_table *table, uint32_t process,
			      const struct aspan_event *event, uint32_t *callsite)
{
	uint32_t i = table->last;

	if (i == NONE || table->entries[i].address != event->ip ||
	    table->entries[i].process != process) {
		i = aspan_id_map_find(&table->by_address, event->ip);
		while (i != NONE && table->entries[i].process != process) {
			i = table->entries[i].next_of_address;
		}
	}
	if (i == NONE) {
		int result = add(table, process, event, &i);

		if (result) {
			return result;
		}
	}
	table->last = i;
	*callsite = i;
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * See span-totals.h.
 */
#include "span-totals.h"

#include "array.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int init_worst(struct aspan_worst_entries *worst, size_t capacity)
{
	*worst = (struct aspan_worst_entries){
		.entries = calloc(capacity + 1, sizeof(*worst->entries)),
		.capacity = capacity,
	};
	return worst->entries ? 0 : -ENOMEM;
}

int aspan_span_totals_init(struct aspan_span_totals *totals, size_t entry_capacity)
{
	int result;

	*totals = (struct aspan_span_totals){ 0 };
	result = init_worst(&totals->by_bytes, entry_capacity);
	return result ? result : init_worst(&totals->by_net, entry_capacity);
}

void aspan_span_totals_fini(struct aspan_span_totals *totals)
{
	free(totals->totals);
	free(totals->by_bytes.entries);
	free(totals->by_net.entries);
	*totals = (struct aspan_span_totals){ 0 };
}

void aspan_span_totals_clear(struct aspan_span_totals *totals)
{
	if (totals->totals) {
		memset(totals->totals, 0, totals->total_count * sizeof(*totals->totals));
	}
	totals->by_bytes.count = 0;
	totals->by_net.count = 0;
}

int64_t aspan_span_entry_get_net(const struct aspan_span_entry *entry)
{
	return (int64_t) (entry->counts.alloc_bytes - entry->counts.free_bytes);
}

static bool has_more_bytes(const struct aspan_span_entry *a, const struct aspan_span_entry *b)
{
	return a->counts.alloc_bytes > b->counts.alloc_bytes;
}

static bool has_more_net(const struct aspan_span_entry *a, const struct aspan_span_entry *b)
{
	return aspan_span_entry_get_net(a) > aspan_span_entry_get_net(b);
}

/* Of equal ones the earlier stays. */
static void note_worst(struct aspan_worst_entries *worst, const struct aspan_span_entry *entry,
		       bool (*is_worse)(const struct aspan_span_entry *,
					const struct aspan_span_entry *))
{
	if (worst->count < worst->capacity) {
		worst->entries[worst->count++] = *entry;
	} else if (worst->capacity == 0 || !is_worse(entry, &worst->entries[worst->least])) {
		return;
	} else {
		worst->entries[worst->least] = *entry;
	}
	if (worst->count < worst->capacity) {
		return;
	}
	worst->least = 0;
	for (size_t i = 1; i < worst->count; i++) {
		const struct aspan_span_entry *least = &worst->entries[worst->least];
		const struct aspan_span_entry *other = &worst->entries[i];

		if (is_worse(least, other) ||
		    (!is_worse(other, least) && other->exit_ns > least->exit_ns)) {
			worst->least = i;
		}
	}
}

static struct aspan_span_total *find_total(struct aspan_span_totals *totals, uint32_t name)
{
	while (totals->total_count <= name) {
		if (!ASPAN_ARRAY_APPEND(totals, totals, total)) {
			return NULL;
		}
	}
	return &totals->totals[name];
}

int aspan_span_totals_note(struct aspan_span_totals *totals, const struct aspan_span_entry *entry)
{
	struct aspan_span_total *total = find_total(totals, entry->name);

	if (!total) {
		return -ENOMEM;
	}
	total->entry_count++;
	total->counts.alloc_count += entry->counts.alloc_count;
	total->counts.alloc_bytes += entry->counts.alloc_bytes;
	total->counts.free_count += entry->counts.free_count;
	total->counts.free_bytes += entry->counts.free_bytes;
	if (entry->enter_ns) {
		uint64_t duration_ns = entry->exit_ns - entry->enter_ns;

		total->timed_count++;
		total->duration_ns += duration_ns;
		if (duration_ns > total->longest_ns) {
			total->longest_ns = duration_ns;
		}
	}
	note_worst(&totals->by_bytes, entry, has_more_bytes);
	note_worst(&totals->by_net, entry, has_more_net);
	return 0;
}

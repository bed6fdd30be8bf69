/* SPDX-License-Identifier: MIT */
/*
 * What happened inside spans, by the numbers of span_exit: sums by name, and the single entries that stand out.
 *
 * These are counted in the process and exact also where the events of blocks were lost. They include nested spans.
 */
#ifndef ASPAN_ANALYSIS_SPAN_TOTALS_H
#define ASPAN_ANALYSIS_SPAN_TOTALS_H

#include "events.h"

#include <stddef.h>
#include <stdint.h>

struct aspan_span_total {
	uint64_t entry_count, open_count;
	struct aspan_counts counts;
	uint64_t timed_count, duration_ns, longest_ns;
};

struct aspan_span_entry {
	uint32_t name;
	uint32_t thread;
	uint64_t enter_ns; /* 0: not known */
	uint64_t exit_ns;
	struct aspan_counts counts;
};

/* The entries with the highest scores, in no order. */
struct aspan_worst_entries {
	struct aspan_span_entry *entries; /* room for `capacity` */
	size_t count, capacity;
	size_t least; /* the one with the lowest score, once all room is used */
};

struct aspan_span_totals {
	struct aspan_span_total *totals; /* by name */
	size_t total_count, total_capacity;
	struct aspan_worst_entries by_bytes, by_net;
};

/* Keeps so many single entries. 0 or -ENOMEM. */
int aspan_span_totals_init(struct aspan_span_totals *totals, size_t entry_capacity);
void aspan_span_totals_fini(struct aspan_span_totals *totals);

/* An entry has ended. 0 or -ENOMEM. */
int aspan_span_totals_note(struct aspan_span_totals *totals, const struct aspan_span_entry *entry);

/* Counting begins anew. */
void aspan_span_totals_clear(struct aspan_span_totals *totals);

/* What the entry kept: allocated minus freed; below zero if it freed what others allocated. */
int64_t aspan_span_entry_get_net(const struct aspan_span_entry *entry);

#endif

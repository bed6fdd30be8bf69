/* SPDX-License-Identifier: MIT */
/*
 * What traces with packed events lack, and what of them was left out.
 */
#include "packed-losses.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void aspan_packed_losses_fini(struct aspan_packed_losses *losses)
{
	free(losses->traces);
	*losses = (struct aspan_packed_losses){ 0 };
}

static struct aspan_packed_trace_losses *get_trace(struct aspan_packed_losses *losses,
						   uint32_t trace)
{
	size_t count = (size_t) trace + 1;
	struct aspan_packed_trace_losses *moved;

	if (trace < losses->trace_count) {
		return &losses->traces[trace];
	}
	moved = reallocarray(losses->traces, count, sizeof(*moved));
	if (!moved) {
		return NULL;
	}
	memset(moved + losses->trace_count, 0, (count - losses->trace_count) * sizeof(*moved));
	losses->traces = moved;
	losses->trace_count = count;
	return &moved[trace];
}

int aspan_packed_losses_add_records(struct aspan_packed_losses *losses, struct aspan_model *model,
				    uint32_t trace, uint64_t count)
{
	struct aspan_packed_trace_losses *of_trace = get_trace(losses, trace);

	if (!of_trace) {
		return -ENOMEM;
	}
	of_trace->records += count;
	aspan_model_note_discarded_events(model, trace, &count);
	return 0;
}

int aspan_packed_losses_add_events(struct aspan_packed_losses *losses, struct aspan_model *model,
				   uint32_t trace, const uint64_t *count)
{
	struct aspan_packed_trace_losses *of_trace = get_trace(losses, trace);
	const uint64_t not_yet = 0;

	if (!of_trace) {
		return -ENOMEM;
	}
	of_trace->events += count ? *count : 0;
	/* That there are losses must be known from here on. */
	aspan_model_note_discarded_events(model, trace, count ? &not_yet : NULL);
	return 0;
}

void aspan_packed_losses_finish(const struct aspan_packed_losses *losses, struct aspan_model *model)
{
	for (size_t i = 0; i < losses->trace_count; i++) {
		const struct aspan_packed_trace_losses *trace = &losses->traces[i];

		if (trace->records == 0 && trace->events > 0) {
			aspan_model_note_discarded_events(model, (uint32_t) i, &trace->events);
		}
	}
}

static int note_lost(const struct aspan_packed_losses *losses, struct aspan_report *report)
{
	struct aspan_packed_trace_losses sum = { 0 };

	for (size_t i = 0; i < losses->trace_count; i++) {
		if (losses->traces[i].records > 0) {
			sum.records += losses->traces[i].records;
			sum.events += losses->traces[i].events;
		}
	}
	return sum.records == 0 ?
		       0 :
		       aspan_report_add_note(
			       report,
			       "%" PRIu64
			       " of the discarded events are allocations and frees that packed "
			       "events held, counted by their threads (the tracer counts the %" PRIu64
			       " events that it discarded there, packed or not)",
			       sum.records, sum.events);
}

static int note_late(const struct aspan_packed_merge_counts *counts, struct aspan_report *report)
{
	return counts->late_records == 0 ?
		       0 :
		       aspan_report_add_note(
			       report,
			       "%" PRIu64
			       " allocations and frees were written more than %u ms after they "
			       "happened, and are taken for later than they were: live and peak "
			       "bytes marked ~ are estimates",
			       counts->late_records,
			       (unsigned int) (ASPAN_PACKED_HOLD_NS / 1000000));
}

static int note_ignored(const struct aspan_packed_merge_counts *counts, struct aspan_report *report)
{
	return counts->ignored_items == 0 ?
		       0 :
		       aspan_report_add_note(
			       report,
			       "%" PRIu64
			       " events allocspan:alloc and allocspan:free were left out, because "
			       "their processes have packed events that say the same; record one "
			       "form only",
			       counts->ignored_items);
}

int aspan_packed_losses_add_notes(const struct aspan_packed_losses *losses,
				  const struct aspan_packed_merge_counts *counts,
				  struct aspan_report *report)
{
	int result = note_lost(losses, report);

	result = result ? result : note_late(counts, report);
	return result ? result : note_ignored(counts, report);
}

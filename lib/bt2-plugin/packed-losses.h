/* SPDX-License-Identifier: MIT */
/*
 * What traces with packed events lack, and what of them was left out: told to the model, and in notes of the report.
 *
 * The tracer counts packed events that it discarded, together with all others. The gaps between a thread's events tell how many
 * records these held. So for a trace with gaps the records are what the model gets to know, and not the events
 * as well; for any other the tracer's count.
 */
#ifndef ASPAN_BT2_PACKED_LOSSES_H
#define ASPAN_BT2_PACKED_LOSSES_H

#include "model.h"
#include "packed-merge.h"
#include "report.h"

#include <stddef.h>
#include <stdint.h>

struct aspan_packed_trace_losses {
	uint64_t records;
	uint64_t events;
};

/* An all-zero struct is empty. */
struct aspan_packed_losses {
	struct aspan_packed_trace_losses *traces; /* by their index in the model */
	size_t trace_count;
};

void aspan_packed_losses_fini(struct aspan_packed_losses *losses);

/* Records of a thread are missing. 0 or -ENOMEM. */
int aspan_packed_losses_add_records(struct aspan_packed_losses *losses, struct aspan_model *model,
				    uint32_t trace, uint64_t count);

/* The tracer discarded events; *count is NULL if unknown. 0 or -ENOMEM. */
int aspan_packed_losses_add_events(struct aspan_packed_losses *losses, struct aspan_model *model,
				   uint32_t trace, const uint64_t *count);

/* Tells the model what it does not know yet. */
void aspan_packed_losses_finish(const struct aspan_packed_losses *losses,
				struct aspan_model *model);

/* Adds what is to be said of packed events to the notes of a report. 0 or -ENOMEM. */
int aspan_packed_losses_add_notes(const struct aspan_packed_losses *losses,
				  const struct aspan_packed_merge_counts *counts,
				  struct aspan_report *report);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Writes a trace for ui.perfetto.dev, chrome://tracing and others that read Chrome's trace event format (JSON): spans as
 * slices of their threads, the live bytes of each group as counter tracks, exceeded budgets and misuse as instants.
 *
 * It is written while the trace is read, as what it shows is the trace itself and not a sum of it.
 */
#ifndef ASPAN_BT2_REPORT_PERFETTO_H
#define ASPAN_BT2_REPORT_PERFETTO_H

#include "model.h"
#include "questions.h"
#include "report.h"

#include <stdio.h>

struct aspan_perfetto;

/* Asks for what events tell of spans. */
void aspan_report_perfetto_ask(struct aspan_questions *questions);

/* Begins; NULL without memory. Errors of the stream are its own (ferror()). */
struct aspan_perfetto *aspan_perfetto_create(FILE *stream);

/* NULL is allowed. */
void aspan_perfetto_destroy(struct aspan_perfetto *perfetto);

/* An aspan_model_observer. */
int aspan_perfetto_observe(void *data, const struct aspan_model *model,
			   const struct aspan_event *event, uint32_t process, uint32_t group);

/* Ends what the model has been fed. 0 or -ENOMEM. */
int aspan_perfetto_finish(struct aspan_perfetto *perfetto, const struct aspan_report *report);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Events without the context `vpid`, in a trace whose allocations say themselves whose they are (packed records).
 *
 * Such a trace has processes by their pids, and they must not be there a second time as one without a pid. What tells its process
 * itself (`process_begin`, `process_end`) is that process's. All else is of the only process that has begun and not ended,
 * and where several have, nobody knows whose it is: it is counted, and changes no figure.
 */
#ifndef ASPAN_ANALYSIS_MODEL_UNNAMED_H
#define ASPAN_ANALYSIS_MODEL_UNNAMED_H

#include "model.h"

/* Whose the event is, in *origin. false: nobody knows, and the event is taken as far as it can be. */
bool aspan_model_name_origin(struct aspan_model *model, const struct aspan_event *event,
			     struct aspan_origin *origin);

/* Takes what nobody knows whose it is. 0 or -ENOMEM. */
int aspan_model_take_unnamed(struct aspan_model *model, const struct aspan_event *event);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What an event changes in the model. It is part of the model; readers use model.h.
 */
#ifndef ASPAN_ANALYSIS_MODEL_TAKE_H
#define ASPAN_ANALYSIS_MODEL_TAKE_H

#include "events.h"
#include "model.h"

#include <stdint.h>

/* Takes an event of a process of the model, which may move. 0 or -ENOMEM. */
int aspan_model_take(struct aspan_model *model, uint32_t process, const struct aspan_event *event);

#endif

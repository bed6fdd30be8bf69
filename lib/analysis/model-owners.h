/* SPDX-License-Identifier: MIT */
/*
 * The group of an event, which is made known where it is new. The process is in model-process.h.
 *
 * It is part of the model; readers use model.h.
 */
#ifndef ASPAN_ANALYSIS_MODEL_OWNERS_H
#define ASPAN_ANALYSIS_MODEL_OWNERS_H

#include "events.h"
#include "model.h"

#include <stdint.h>

/*
 * The group of an event that has tags. In one process an id has one set of tags for ever; where it
 * has two, events of several processes came together, and their groups are kept apart. Gives an index, 0 or -ENOMEM, and may
 * move the model's array.
 */
int aspan_model_find_group(struct aspan_model *model, uint32_t process,
			   const struct aspan_event *event, uint32_t *index);

#endif

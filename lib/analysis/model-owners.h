/* SPDX-License-Identifier: MIT */
/*
 * Whose an event is: finds its process and its group in the model, and makes them known where they are new.
 *
 * Each function gives an index, 0 or -ENOMEM, and may move the model's arrays. It is part of the model;
 * readers use model.h.
 */
#ifndef ASPAN_ANALYSIS_MODEL_OWNERS_H
#define ASPAN_ANALYSIS_MODEL_OWNERS_H

#include "events.h"
#include "model.h"

#include <stdint.h>

/* The process of an event; of a pid that was used again, the latest. */
int aspan_model_find_process(struct aspan_model *model, const struct aspan_origin *origin,
			     uint32_t *index);

/* A new process, also if there is one with this pid, which then gets no more events. */
int aspan_model_add_process(struct aspan_model *model, const struct aspan_origin *origin,
			    uint32_t *index);

/*
 * The context procname is the name of the thread. That of the main thread is the one people know, and its last
 * one, as a program that replaced a shell by exec began with the shell's.
 */
int aspan_model_note_procname(struct aspan_process *process, const struct aspan_origin *origin);

/*
 * The group of an event that has tags. In one process an id has one set of tags for ever; where it
 * has two, events of several processes came together, and their groups are kept apart.
 */
int aspan_model_find_group(struct aspan_model *model, uint32_t process,
			   const struct aspan_event *event, uint32_t *index);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * See model-unnamed.h.
 */
#include "model-unnamed.h"

#define NONE ASPAN_ID_MAP_NONE

void aspan_model_note_records(struct aspan_model *model, uint32_t trace)
{
	model->traces[trace].has_records = true;
}

static bool is_living(const struct aspan_process *process, uint32_t trace)
{
	return process->trace == trace && process->begin.time_ns && !process->end.is_told;
}

/* The only process of the trace that has begun and not ended, or NONE. It is most likely among the newest. */
static uint32_t find_only(const struct aspan_model *model, uint32_t trace)
{
	size_t i = model->traces[trace].living_count == 1 ? model->process_count : 0;

	while (i > 0 && !is_living(&model->processes[i - 1], trace)) {
		i--;
	}
	return i > 0 ? (uint32_t) (i - 1) : NONE;
}

static bool is_of_block(const struct aspan_event *event)
{
	return event->type == ASPAN_EVENT_ALLOC || event->type == ASPAN_EVENT_FREE;
}

bool aspan_model_name_origin(struct aspan_model *model, const struct aspan_event *event,
			     struct aspan_origin *origin)
{
	uint32_t only;

	*origin = event->origin;
	if (!model->traces[origin->trace].has_records || is_of_block(event)) {
		return true;
	}
	origin->has_vpid = true;
	if (event->process) {
		origin->vpid = event->process->vpid;
		return true;
	}
	only = find_only(model, origin->trace);
	if (only != NONE) {
		origin->vpid = model->processes[only].vpid;
		origin->pid_namespace = model->processes[only].pid_namespace;
	}
	return only != NONE;
}

int aspan_model_take_unnamed(struct aspan_model *model, const struct aspan_event *event)
{
	model->unnamed_event_count++;
	if (event->type != ASPAN_EVENT_MISUSE || !event->name) {
		return 0;
	}
	for (size_t i = 0; i < model->process_count; i++) {
		/* Any of them may be the one that did it. */
		if (is_living(&model->processes[i], event->origin.trace)) {
			aspan_process_note_misuse(&model->processes[i], event->name);
		}
	}
	return aspan_misuses_note(&model->misuses, event->name);
}

/* SPDX-License-Identifier: MIT */
/*
 * The model: what there is of it, the window, and what was lost. The rules are in model.h, what an event changes is in
 * model-take.h.
 */
#include "model.h"

#include "model-take.h"
#include "model-unnamed.h"
#include "tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_ID_MAP_NONE

struct aspan_model *aspan_model_create(void)
{
	struct aspan_model *model = calloc(1, sizeof(*model));

	if (model) {
		model->last_process = NONE;
		model->to_ns = UINT64_MAX;
		model->has_window_begun = true;
	}
	return model;
}

int aspan_model_ask(struct aspan_model *model, const struct aspan_questions *questions)
{
	model->questions = *questions;
	model->has_window_begun = !questions->has_from;
	if (questions->has_from && !questions->is_from_relative) {
		model->from_ns = questions->from_ns;
	}
	if (questions->has_to && !questions->is_to_relative) {
		model->to_ns = questions->to_ns;
	}
	if (aspan_tally_is_needed(questions)) {
		model->tally = aspan_tally_create(questions);
		return model->tally ? 0 : -ENOMEM;
	}
	return 0;
}

void aspan_model_set_observer(struct aspan_model *model, aspan_model_observer *observer, void *data)
{
	model->observer = observer;
	model->observer_data = data;
}

void aspan_model_set_namer(struct aspan_model *model, aspan_model_namer *namer, void *data)
{
	model->namer = namer;
	model->namer_data = data;
}

bool aspan_model_wants_objects(const struct aspan_model *model)
{
	return model->tally && model->tally->has_callsites;
}

int aspan_model_take_object(struct aspan_model *model, const struct aspan_origin *origin,
			    const struct aspan_object_event *event)
{
	return aspan_model_wants_objects(model) ?
		       aspan_objects_take(&model->tally->objects, origin, event) :
		       0;
}

static void fini_trace(struct aspan_trace *trace)
{
	free(trace->hostname);
	aspan_id_map_fini(&trace->processes);
}

static void fini_group(struct aspan_group *group)
{
	free(group->tags);
	free(group->name);
}

void aspan_model_destroy(struct aspan_model *model)
{
	if (!model) {
		return;
	}
	for (size_t i = 0; i < model->trace_count; i++) {
		fini_trace(&model->traces[i]);
	}
	for (size_t i = 0; i < model->process_count; i++) {
		aspan_process_fini(&model->processes[i]);
	}
	for (size_t i = 0; i < model->group_count; i++) {
		fini_group(&model->groups[i]);
	}
	aspan_tally_destroy(model->tally);
	aspan_misuses_fini(&model->misuses);
	free(model->traces);
	free(model->processes);
	free(model->groups);
	free(model);
}

static uint64_t add_time(uint64_t time_ns, uint64_t duration_ns)
{
	return time_ns + duration_ns < time_ns ? UINT64_MAX : time_ns + duration_ns;
}

static int note_first(struct aspan_model *model, uint64_t time_ns)
{
	const struct aspan_questions *questions = &model->questions;

	model->first_ns = time_ns;
	if (questions->has_from && questions->is_from_relative) {
		model->from_ns = add_time(time_ns, questions->from_ns);
	}
	if (questions->has_to && questions->is_to_relative) {
		model->to_ns = add_time(time_ns, questions->to_ns);
	}
	/* The timeline begins with the trace, though nothing may be allocated for a while. */
	return model->tally && model->has_window_begun ?
		       aspan_breakdown_advance(&model->tally->breakdowns, time_ns) :
		       0;
}

static int begin_window(struct aspan_model *model)
{
	model->has_window_begun = true;
	for (size_t i = 0; i < model->group_count; i++) {
		aspan_group_begin_window(&model->groups[i], model->from_ns);
	}
	return model->tally ? aspan_tally_begin_window(model->tally, model->from_ns) : 0;
}

/* Where the event is in the window: 0; 1 if it is behind; -ENOMEM. */
static int note_time(struct aspan_model *model, uint64_t time_ns)
{
	if (__builtin_expect(model->first_ns == 0, 0)) {
		int result = note_first(model, time_ns);

		if (result) {
			return result;
		}
	}
	if (__builtin_expect(time_ns > model->to_ns, 0)) {
		model->is_past_window = true;
		return 1;
	}
	model->last_ns = time_ns;
	return model->has_window_begun || time_ns < model->from_ns ? 0 : begin_window(model);
}

static int take(struct aspan_model *model, const struct aspan_event *event)
{
	uint32_t process;
	int result;

	if (__builtin_expect(event->type == ASPAN_EVENT_PROCESS_BEGIN, 0)) {
		result = aspan_model_begin_process(model, event, &process);
	} else {
		result = aspan_model_find_process(model, event, &process);
	}
	if (!result) {
		result = aspan_model_note_procname(&model->processes[process], &event->origin);
	}
	model->last_group = NONE;
	result = result ? result : aspan_model_take(model, process, event);
	if (__builtin_expect(model->observer != NULL, 0) && !result && model->has_window_begun) {
		result = model->observer(model->observer_data, model, event, model->last_process,
					 model->last_group);
	}
	return result;
}

/* An event without a pid may be of a process that is known. */
static int __attribute__((cold))
name_and_take(struct aspan_model *model, const struct aspan_event *event)
{
	struct aspan_event named = *event;

	return aspan_model_name_origin(model, event, &named.origin) ?
		       take(model, &named) :
		       aspan_model_take_unnamed(model, event);
}

int aspan_model_feed(struct aspan_model *model, const struct aspan_event *event)
{
	int result = note_time(model, event->time_ns);

	if (result) {
		return result > 0 ? 0 : result;
	}
	if (event->type == ASPAN_EVENT_OTHER) {
		model->other_event_count++;
		return 0;
	}
	model->event_counts[event->type]++;
	return __builtin_expect(event->origin.has_vpid, 1) ? take(model, event) :
							     name_and_take(model, event);
}

bool aspan_model_wants_prefetch(const struct aspan_model *model)
{
	return model->last_process != NONE &&
	       aspan_block_map_wants_prefetch(&model->processes[model->last_process].blocks);
}

void aspan_model_prefetch(const struct aspan_model *model, uint64_t address)
{
	aspan_block_map_prefetch(&model->processes[model->last_process].blocks, address);
}

static void note_losses(struct aspan_model *model, uint32_t trace)
{
	model->traces[trace].has_losses = true;
	if (model->tally) {
		aspan_tally_note_losses(model->tally);
	}
}

void aspan_model_note_discarded_events(struct aspan_model *model, uint32_t trace,
				       const uint64_t *count)
{
	note_losses(model, trace);
	model->has_unknown_discards |= !count;
	if (count) {
		model->traces[trace].discarded_events += *count;
		model->discarded_events += *count;
	}
}

void aspan_model_note_discarded_packets(struct aspan_model *model, uint32_t trace,
					const uint64_t *count)
{
	note_losses(model, trace);
	model->has_unknown_discards = true;
	model->discarded_packets += count ? *count : 0;
}

void aspan_model_note_begins_are_told(struct aspan_model *model, uint32_t trace)
{
	model->traces[trace].tells_begins = true;
}

void aspan_model_note_cut_short(struct aspan_model *model)
{
	model->is_cut_short = true;
}

uint64_t aspan_model_count_events(const struct aspan_model *model)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ASPAN_EVENT_TYPE_COUNT; i++) {
		sum += model->event_counts[i];
	}
	return sum;
}

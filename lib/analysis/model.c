/* SPDX-License-Identifier: MIT */
/*
 * The model: what an event changes. The rules are in model.h, whose an event is in model-owners.h, and the sums
 * in group.h.
 */
#include "model.h"

#include "model-owners.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_ID_MAP_NONE

struct aspan_model *aspan_model_create(void)
{
	struct aspan_model *model = calloc(1, sizeof(*model));

	if (model) {
		model->last_process = NONE;
	}
	return model;
}

static void fini_trace(struct aspan_trace *trace)
{
	free(trace->hostname);
	aspan_id_map_fini(&trace->processes);
}

static void fini_process(struct aspan_process *process)
{
	free(process->procname);
	aspan_id_map_fini(&process->groups);
	aspan_block_map_fini(&process->blocks);
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
		fini_process(&model->processes[i]);
	}
	for (size_t i = 0; i < model->group_count; i++) {
		fini_group(&model->groups[i]);
	}
	free(model->traces);
	free(model->processes);
	free(model->groups);
	free(model);
}

static bool has_losses(const struct aspan_model *model, const struct aspan_process *process)
{
	return process->has_gap || process->is_mixed || model->is_cut_short ||
	       model->traces[process->trace].has_losses;
}

static int take_alloc(struct aspan_model *model, uint32_t process_index,
		      const struct aspan_event *event)
{
	struct aspan_process *process = &model->processes[process_index];
	struct aspan_block block = { .address = event->address, .size_bytes = event->size_bytes };
	struct aspan_block replaced;
	int result = aspan_model_find_group(model, process_index, event, &block.group);

	if (result) {
		return result;
	}
	block.checkpoint_count = model->groups[block.group].checkpoint_count;
	result = aspan_block_map_add(&process->blocks, &block, &replaced);
	if (result < 0) {
		return result;
	}
	if (result > 0) {
		/* No address is given out twice, so the old block has been freed. */
		process->has_gap = true;
		aspan_group_infer_free(&model->groups[replaced.group], &replaced);
	}
	aspan_group_alloc(&model->groups[block.group], event->size_bytes, event->time_ns);
	return 0;
}

static int take_free(struct aspan_model *model, uint32_t process_index,
		     const struct aspan_event *event)
{
	struct aspan_process *process = &model->processes[process_index];
	struct aspan_block block;
	struct aspan_group *group;
	uint32_t index;
	bool is_known;
	int result = aspan_model_find_group(model, process_index, event, &index);

	if (result) {
		return result;
	}
	group = &model->groups[index];
	is_known = aspan_block_map_take(&process->blocks, event->address, &block);
	if (is_known && (block.group != index || block.size_bytes != event->size_bytes)) {
		/* What was known of this address is another block, which has been freed and this one allocated. */
		process->has_gap = true;
		aspan_group_infer_free(&model->groups[block.group], &block);
		is_known = false;
	}
	aspan_group_free(group, event->size_bytes, event->current_group_id != event->group_id);
	if (!is_known) {
		aspan_group_note_orphan(group, event->size_bytes, event->time_ns,
					has_losses(model, process));
	}
	return 0;
}

static bool is_registered_twice(const struct aspan_model *model, uint32_t process,
				const struct aspan_event *event)
{
	uint32_t i = aspan_id_map_find(&model->processes[process].groups, event->group_id);

	for (; i != NONE; i = model->groups[i].next_of_id) {
		if (model->groups[i].is_registered && !model->groups[i].is_released) {
			return true;
		}
	}
	return false;
}

static int take_group_register(struct aspan_model *model, uint32_t process,
			       const struct aspan_event *event)
{
	uint32_t index;
	int result;

	/* Without pids there is no telling a new process from another one. */
	if (event->origin.has_vpid && is_registered_twice(model, process, event)) {
		/* Nobody will free the blocks of a process that is gone. */
		aspan_block_map_fini(&model->processes[process].blocks);
		result = aspan_model_add_process(model, &event->origin, &process);
		if (!result) {
			result = aspan_model_note_procname(&model->processes[process],
							   &event->origin);
		}
		if (result) {
			return result;
		}
		model->last_process = process;
	}
	result = aspan_model_find_group(model, process, event, &index);
	if (result) {
		return result;
	}
	if (model->groups[index].is_registered && !model->groups[index].is_released) {
		model->processes[process].is_mixed = true;
	}
	model->groups[index].is_registered = true;
	model->groups[index].is_released = false;
	return 0;
}

static int take_group_release(struct aspan_model *model, uint32_t process,
			      const struct aspan_event *event)
{
	uint32_t index;
	int result = aspan_model_find_group(model, process, event, &index);

	if (!result) {
		model->groups[index].is_released = true;
	}
	return result;
}

static int take_group_stats(struct aspan_model *model, uint32_t process,
			    const struct aspan_event *event)
{
	uint32_t index;
	int result = aspan_model_find_group(model, process, event, &index);

	/* Absolute values of several processes say nothing of their sum. */
	if (!result && event->origin.has_vpid && !model->processes[process].is_mixed) {
		aspan_group_checkpoint(&model->groups[index], &event->counts, event->time_ns,
				       has_losses(model, &model->processes[process]));
	}
	return result;
}

/* Makes the group known, if the event is of one. */
static int take_group_event(struct aspan_model *model, uint32_t process,
			    const struct aspan_event *event)
{
	uint32_t index;

	return event->group_id ? aspan_model_find_group(model, process, event, &index) : 0;
}

static int take(struct aspan_model *model, uint32_t process, const struct aspan_event *event)
{
	switch (event->type) {
	case ASPAN_EVENT_ALLOC:
		return take_alloc(model, process, event);
	case ASPAN_EVENT_FREE:
		return take_free(model, process, event);
	case ASPAN_EVENT_GROUP_REGISTER:
		return take_group_register(model, process, event);
	case ASPAN_EVENT_GROUP_RELEASE:
		return take_group_release(model, process, event);
	case ASPAN_EVENT_GROUP_STATS:
		return take_group_stats(model, process, event);
	case ASPAN_EVENT_SPAN_ENTER:
	case ASPAN_EVENT_BUDGET_EXCEEDED:
		return take_group_event(model, process, event);
	default:
		return 0;
	}
}

static void note_time(struct aspan_model *model, uint64_t time_ns)
{
	if (model->first_ns == 0) {
		model->first_ns = time_ns;
	}
	model->last_ns = time_ns;
}

int aspan_model_feed(struct aspan_model *model, const struct aspan_event *event)
{
	uint32_t process;
	int result;

	note_time(model, event->time_ns);
	if (event->type == ASPAN_EVENT_OTHER) {
		model->other_event_count++;
		return 0;
	}
	model->event_counts[event->type]++;
	result = aspan_model_find_process(model, &event->origin, &process);
	if (!result) {
		result = aspan_model_note_procname(&model->processes[process], &event->origin);
	}
	return result ? result : take(model, process, event);
}

void aspan_model_note_discarded_events(struct aspan_model *model, uint32_t trace,
				       const uint64_t *count)
{
	model->traces[trace].has_losses = true;
	model->has_unknown_discards |= !count;
	if (count) {
		model->traces[trace].discarded_events += *count;
		model->discarded_events += *count;
	}
}

void aspan_model_note_discarded_packets(struct aspan_model *model, uint32_t trace,
					const uint64_t *count)
{
	model->traces[trace].has_losses = true;
	model->has_unknown_discards = true;
	model->discarded_packets += count ? *count : 0;
}

void aspan_model_note_cut_short(struct aspan_model *model)
{
	model->is_cut_short = true;
}

bool aspan_model_is_complete(const struct aspan_model *model)
{
	for (size_t i = 0; i < model->trace_count; i++) {
		if (model->traces[i].has_losses) {
			return false;
		}
	}
	for (size_t i = 0; i < model->process_count; i++) {
		if (model->processes[i].has_gap || model->processes[i].is_mixed) {
			return false;
		}
	}
	return !model->is_cut_short;
}

uint64_t aspan_model_count_events(const struct aspan_model *model)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ASPAN_EVENT_TYPE_COUNT; i++) {
		sum += model->event_counts[i];
	}
	return sum;
}

struct aspan_group_result aspan_model_get_result(const struct aspan_model *model,
						 const struct aspan_group *group)
{
	return aspan_group_get_result(group, has_losses(model, &model->processes[group->process]));
}

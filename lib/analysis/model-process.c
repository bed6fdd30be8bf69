/* SPDX-License-Identifier: MIT */
/*
 * Whose an event is: the processes of a trace by their pids. How they begin and end is in model-process-life.c.
 *
 * The latest process of a pid is at the head of its list in the trace's map, and gets its events. The lists keep the
 * older ones, so that whoever tells a start time is found.
 */
#include "model-process.h"

#include "array.h"
#include "model.h"
#include "tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_ID_MAP_NONE

void aspan_process_fini(struct aspan_process *process)
{
	free(process->procname);
	free(process->begin.exe);
	aspan_id_map_fini(&process->groups);
	aspan_block_map_fini(&process->blocks);
}

static bool is_of_process(const struct aspan_origin *origin, const struct aspan_process *process)
{
	return process->trace == origin->trace && process->has_vpid == origin->has_vpid &&
	       process->vpid == origin->vpid && process->pid_namespace == origin->pid_namespace;
}

/* Two processes may share a key; the list next_of_key tells them apart. */
static uint64_t get_process_key(const struct aspan_origin *origin)
{
	return origin->vpid ^ (origin->pid_namespace << 32) ^ ((uint64_t) !origin->has_vpid << 63);
}

int aspan_model_add_process(struct aspan_model *model, const struct aspan_origin *origin,
			    uint64_t time_ns, uint32_t *index)
{
	struct aspan_trace *trace = &model->traces[origin->trace];
	uint64_t key = get_process_key(origin);
	struct aspan_process *process = ASPAN_ARRAY_APPEND(model, processes, process);
	int result;

	if (!process) {
		return -ENOMEM;
	}
	*index = (uint32_t) (model->process_count - 1);
	process->blocks.has_notes = model->tally;
	process->trace = origin->trace;
	process->has_vpid = origin->has_vpid;
	process->vpid = origin->vpid;
	process->pid_namespace = origin->pid_namespace;
	process->first_ns = time_ns;
	process->first_group = NONE;
	process->begin.parent = NONE;
	process->next_of_key = aspan_id_map_find(&trace->processes, key);
	result = aspan_id_map_set(&trace->processes, key, *index);
	if (result) {
		model->process_count--;
		return result;
	}
	trace->lacks_vpid |= !origin->has_vpid;
	return 0;
}

/* The latest process of a pid before `index` in the list of its key, or NONE. */
static uint32_t skip_others(const struct aspan_model *model, uint32_t index,
			    const struct aspan_origin *origin)
{
	while (index != NONE && !is_of_process(origin, &model->processes[index])) {
		index = model->processes[index].next_of_key;
	}
	return index;
}

uint32_t aspan_model_find_latest(const struct aspan_model *model, const struct aspan_origin *origin)
{
	return skip_others(
		model,
		aspan_id_map_find(&model->traces[origin->trace].processes, get_process_key(origin)),
		origin);
}

uint32_t aspan_model_find_started(const struct aspan_model *model,
				  const struct aspan_origin *origin, uint64_t start_ns)
{
	uint32_t i = aspan_model_find_latest(model, origin);

	while (i != NONE && model->processes[i].begin.start_ns != start_ns) {
		i = skip_others(model, model->processes[i].next_of_key, origin);
	}
	return i;
}

static int find_or_add(struct aspan_model *model, const struct aspan_origin *origin,
		       uint64_t time_ns, uint32_t *index)
{
	*index = aspan_model_find_latest(model, origin);
	return *index == NONE ? aspan_model_add_process(model, origin, time_ns, index) : 0;
}

int aspan_model_find_process(struct aspan_model *model, const struct aspan_event *event,
			     uint32_t *index)
{
	uint32_t i = model->last_process;
	int result;

	if (i != NONE && is_of_process(&event->origin, &model->processes[i])) {
		*index = i;
		return 0;
	}
	result = find_or_add(model, &event->origin, event->time_ns, index);
	if (!result) {
		model->last_process = *index;
	}
	return result;
}

/* Nobody will free the blocks of a process that is gone. */
static void end_blocks(struct aspan_model *model, struct aspan_process *process)
{
	if (model->tally) {
		aspan_tally_note_gone(model->tally, &process->blocks);
	}
	aspan_block_map_fini(&process->blocks);
}

int aspan_model_supersede(struct aspan_model *model, const struct aspan_origin *origin,
			  uint64_t time_ns, uint32_t *index)
{
	uint32_t gone = aspan_model_find_latest(model, origin);
	int result = aspan_model_add_process(model, origin, time_ns, index);

	if (!result && gone != NONE) {
		end_blocks(model, &model->processes[gone]);
	}
	return result;
}

int aspan_model_replace_process(struct aspan_model *model, const struct aspan_event *event,
				uint32_t *index)
{
	int result = aspan_model_supersede(model, &event->origin, event->time_ns, index);

	if (!result) {
		model->last_process = *index;
		result = aspan_model_note_procname(&model->processes[*index], &event->origin);
	}
	return result;
}

struct aspan_counts aspan_model_count_seen(const struct aspan_model *model,
					   const struct aspan_process *process)
{
	struct aspan_counts sum = { 0 };

	for (uint32_t i = process->first_group; i != NONE; i = model->groups[i].next_of_process) {
		struct aspan_counts seen = aspan_group_count_seen(&model->groups[i]);

		sum.alloc_count += seen.alloc_count;
		sum.alloc_bytes += seen.alloc_bytes;
		sum.free_count += seen.free_count;
		sum.free_bytes += seen.free_bytes;
	}
	return sum;
}

int aspan_model_note_procname(struct aspan_process *process, const struct aspan_origin *origin)
{
	bool is_main = origin->has_vpid && origin->vtid == origin->vpid;
	char *copy;

	if (!origin->procname || (process->procname && !is_main) ||
	    (process->has_main_name && process->procname &&
	     strcmp(process->procname, origin->procname) == 0)) {
		return 0;
	}
	copy = strdup(origin->procname);
	if (!copy) {
		return -ENOMEM;
	}
	free(process->procname);
	process->procname = copy;
	process->has_main_name = is_main;
	return 0;
}

void aspan_process_note_misuse(struct aspan_process *process, const char *what)
{
	process->has_unseen_frees |= strcmp(what, "free_not_seen") == 0;
	process->has_no_memory |= strcmp(what, "enter_no_memory") == 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Whose an event is.
 *
 * Processes and groups live in arrays and refer to each other by index, because the arrays move when
 * they grow: a pointer into them is good until the next one is added.
 */
#include "model-owners.h"

#include "array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_ID_MAP_NONE

int aspan_model_add_trace(struct aspan_model *model, const char *hostname, uint32_t *trace)
{
	struct aspan_trace *added = ASPAN_ARRAY_APPEND(model, traces, trace);

	if (!added) {
		return -ENOMEM;
	}
	if (hostname) {
		added->hostname = strdup(hostname);
		if (!added->hostname) {
			model->trace_count--;
			return -ENOMEM;
		}
	}
	*trace = (uint32_t) (model->trace_count - 1);
	return 0;
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
			    uint32_t *index)
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
	process->next_of_key = aspan_id_map_find(&trace->processes, key);
	result = aspan_id_map_set(&trace->processes, key, *index);
	if (result) {
		model->process_count--;
		return result;
	}
	trace->lacks_vpid |= !origin->has_vpid;
	return 0;
}

int aspan_model_find_process(struct aspan_model *model, const struct aspan_origin *origin,
			     uint32_t *index)
{
	uint32_t i = model->last_process;

	if (i != NONE && is_of_process(origin, &model->processes[i])) {
		*index = i;
		return 0;
	}
	i = aspan_id_map_find(&model->traces[origin->trace].processes, get_process_key(origin));
	while (i != NONE && !is_of_process(origin, &model->processes[i])) {
		i = model->processes[i].next_of_key;
	}
	if (i == NONE) {
		int result = aspan_model_add_process(model, origin, &i);

		if (result) {
			return result;
		}
	}
	model->last_process = i;
	*index = i;
	return 0;
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

static void drop_group_strings(struct aspan_group *group)
{
	free(group->tags);
	free(group->name);
}

static int copy_group_strings(struct aspan_group *group, const struct aspan_event *event)
{
	group->tags = strdup(event->tags);
	group->name = event->name ? strdup(event->name) : NULL;
	if (!group->tags || (event->name && !group->name)) {
		drop_group_strings(group);
		return -ENOMEM;
	}
	return 0;
}

static int add_group(struct aspan_model *model, uint32_t process_index,
		     const struct aspan_event *event, uint32_t *index)
{
	struct aspan_process *process = &model->processes[process_index];
	struct aspan_group *group = ASPAN_ARRAY_APPEND(model, groups, group);
	int result;

	if (!group) {
		return -ENOMEM;
	}
	*index = (uint32_t) (model->group_count - 1);
	group->id = event->group_id;
	group->process = process_index;
	group->next_of_id = aspan_id_map_find(&process->groups, event->group_id);
	group->peak_above_base_ns = event->time_ns;
	process->is_mixed |= group->next_of_id != NONE;
	result = copy_group_strings(group, event);
	if (!result) {
		result = aspan_id_map_set(&process->groups, event->group_id, *index);
		if (result) {
			drop_group_strings(group);
		}
	}
	model->group_count -= result != 0;
	return result;
}

int aspan_model_find_group(struct aspan_model *model, uint32_t process,
			   const struct aspan_event *event, uint32_t *index)
{
	uint32_t i = aspan_id_map_find(&model->processes[process].groups, event->group_id);

	while (i != NONE && strcmp(model->groups[i].tags, event->tags) != 0) {
		i = model->groups[i].next_of_id;
	}
	if (i == NONE) {
		return add_group(model, process, event, index);
	}
	*index = i;
	return 0;
}

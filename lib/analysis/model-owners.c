/* SPDX-License-Identifier: MIT */
/*
 * Traces, and the groups of a process.
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
	group->next_of_process = process->first_group;
	group->is_whole = process->is_whole;
	process->is_mixed |= group->next_of_id != NONE;
	result = copy_group_strings(group, event);
	if (!result) {
		result = aspan_id_map_set(&process->groups, event->group_id, *index);
		if (result) {
			drop_group_strings(group);
		}
	}
	if (result) {
		model->group_count--;
		return result;
	}
	process->first_group = *index;
	return 0;
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

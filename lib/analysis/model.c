/* SPDX-License-Identifier: MIT */
/*
 * The model: who an event is of, and what it changes. The rules are in model.h, the sums in group.h.
 *
 * Processes and groups live in arrays and refer to each other by index, because the arrays move when
 * they grow: a pointer into them is good until the next one is added.
 */
#include "model.h"

#include "hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_ID_MAP_NONE
#define MIN_CAPACITY 16

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

/* Makes room for one more, zeroed; the indexes stay below NONE. Gives it, or NULL without memory. */
static void *append(void **array, size_t *count, size_t *capacity, size_t item_size)
{
	if (*count == *capacity) {
		size_t bigger = *capacity ? *capacity * 2 : MIN_CAPACITY;
		void *moved = bigger < NONE ? reallocarray(*array, bigger, item_size) : NULL;

		if (!moved) {
			return NULL;
		}
		*array = moved;
		*capacity = bigger;
	}
	return memset((char *) *array + (*count)++ * item_size, 0, item_size);
}

#define APPEND(model, items, item)                                                                 \
	append((void **) &(model)->items, &(model)->item##_count, &(model)->item##_capacity,       \
	       sizeof(*(model)->items))

int aspan_model_add_trace(struct aspan_model *model, const char *hostname, uint32_t *trace)
{
	struct aspan_trace *added = APPEND(model, traces, trace);

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

static int add_process(struct aspan_model *model, const struct aspan_origin *origin,
		       uint32_t *index)
{
	struct aspan_trace *trace = &model->traces[origin->trace];
	uint64_t key = get_process_key(origin);
	struct aspan_process *process = APPEND(model, processes, process);
	int result;

	if (!process) {
		return -ENOMEM;
	}
	*index = (uint32_t) (model->process_count - 1);
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

/* Gives the index of the process; of a pid used again, that of the latest. */
static int find_process(struct aspan_model *model, const struct aspan_origin *origin,
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
		int result = add_process(model, origin, &i);

		if (result) {
			return result;
		}
	}
	model->last_process = i;
	*index = i;
	return 0;
}

/*
 * The context is the name of the thread. That of the main thread is the one people know, and its last one,
 * as a program that replaced a shell by exec began with the shell's.
 */
static int note_procname(struct aspan_process *process, const struct aspan_origin *origin)
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

static int copy_group_strings(struct aspan_group *group, const struct aspan_event *event)
{
	group->tags = strdup(event->tags);
	group->name = event->name ? strdup(event->name) : NULL;
	if (!group->tags || (event->name && !group->name)) {
		fini_group(group);
		return -ENOMEM;
	}
	return 0;
}

static int add_group(struct aspan_model *model, uint32_t process_index,
		     const struct aspan_event *event, uint32_t *index)
{
	struct aspan_process *process = &model->processes[process_index];
	struct aspan_group *group = APPEND(model, groups, group);
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
			fini_group(group);
		}
	}
	model->group_count -= result != 0;
	return result;
}

/*
 * Gives the index of the event's group. In one process an id has one name and one set of tags for ever;
 * where it has two, events of several processes came together, and their groups are kept apart.
 */
static int find_group(struct aspan_model *model, uint32_t process, const struct aspan_event *event,
		      uint32_t *index)
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
	int result = find_group(model, process_index, event, &block.group);

	if (result) {
		return result;
	}
	result = aspan_block_map_add(&process->blocks, &block, &replaced);
	if (result < 0) {
		return result;
	}
	if (result > 0) {
		/* No address is given out twice, so the old block has been freed. */
		process->has_gap = true;
		aspan_group_infer_free(&model->groups[replaced.group], replaced.size_bytes);
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
	int result = find_group(model, process_index, event, &index);

	if (result) {
		return result;
	}
	group = &model->groups[index];
	is_known = aspan_block_map_take(&process->blocks, event->address, &block);
	if (is_known && (block.group != index || block.size_bytes != event->size_bytes)) {
		/* What was known of this address is another block, which has been freed and this one allocated. */
		process->has_gap = true;
		aspan_group_infer_free(&model->groups[block.group], block.size_bytes);
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
		if (model->groups[i].is_registered) {
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
		result = add_process(model, &event->origin, &process);
		if (!result) {
			result = note_procname(&model->processes[process], &event->origin);
		}
		if (result) {
			return result;
		}
		model->last_process = process;
	}
	result = find_group(model, process, event, &index);
	if (result) {
		return result;
	}
	if (model->groups[index].is_registered) {
		model->processes[process].is_mixed = true;
	}
	model->groups[index].is_registered = true;
	return 0;
}

static int take_group_stats(struct aspan_model *model, uint32_t process,
			    const struct aspan_event *event)
{
	uint32_t index;
	int result = find_group(model, process, event, &index);

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

	return event->group_id ? find_group(model, process, event, &index) : 0;
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
	case ASPAN_EVENT_GROUP_STATS:
		return take_group_stats(model, process, event);
	case ASPAN_EVENT_SPAN_ENTER:
	case ASPAN_EVENT_GROUP_RELEASE:
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
	result = find_process(model, &event->origin, &process);
	if (!result) {
		result = note_procname(&model->processes[process], &event->origin);
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

/* SPDX-License-Identifier: MIT */
/*
 * What an event changes in the model. Whose it is, is in model-process.h and model-owners.h; the sums are in group.h.
 */
#include "model-take.h"

#include "model-owners.h"
#include "tally.h"

#define MOST_BLOCK_BYTES (UINT64_C(1) << 57)

#define NONE ASPAN_ID_MAP_NONE

static int find_group(struct aspan_model *model, uint32_t process, const struct aspan_event *event,
		      uint32_t *index)
{
	int result = aspan_model_find_group(model, process, event, index);

	if (!result) {
		model->last_group = *index;
	}
	return result || !model->tally ?
		       result :
		       aspan_tally_take_groups(model->tally, model, event->time_ns);
}

/* The block is not there any more, and the event that said so is missing. */
static int infer_free(struct aspan_model *model, struct aspan_process *process,
		      const struct aspan_block *block, uint64_t time_ns)
{
	bool is_counted = aspan_group_infer_free(&model->groups[block->group], block);

	process->has_gap = true;
	return model->tally ? aspan_tally_infer_free(model->tally, block, is_counted, time_ns) : 0;
}

/* Events of blocks that bear this pid may be of a clone, whose context LTTng did not look up again. */
static void note_hidden(struct aspan_process *process, const struct aspan_event *event)
{
	process->is_mixed |= process->has_hidden_child && !event->origin.is_exact;
}

static int take_alloc(struct aspan_model *model, uint32_t process_index,
		      const struct aspan_event *event)
{
	struct aspan_process *process = &model->processes[process_index];
	struct aspan_block block = { .address = event->address, .size_bytes = event->size_bytes };
	struct aspan_block replaced;
	int result = find_group(model, process_index, event, &block.group);

	note_hidden(process, event);

	if (!result && model->tally) {
		result = aspan_tally_place_block(model->tally, model, process_index, event, &block);
	}
	if (result) {
		return result;
	}
	block.checkpoint_count = model->groups[block.group].checkpoint_count;
	result = aspan_block_map_add(&process->blocks, &block, &replaced);
	if (result > 0) {
		/* No address is given out twice, so the old block has been freed. */
		result = infer_free(model, process, &replaced, event->time_ns);
	}
	if (result) {
		return result;
	}
	aspan_group_alloc(&model->groups[block.group], event->size_bytes, event->time_ns);
	return model->tally ? aspan_tally_alloc(model->tally, event, &block) : 0;
}

static int take_orphan(struct aspan_model *model, uint32_t process_index,
		       const struct aspan_event *event, uint32_t index)
{
	struct aspan_group *group = &model->groups[index];
	struct aspan_live base = group->base;
	struct aspan_live step;

	aspan_group_note_orphan(group, event->size_bytes, event->time_ns,
				aspan_model_has_losses(model, &model->processes[process_index]));
	step = aspan_live_subtract(&group->base, &base);
	return model->tally ?
		       aspan_tally_free_orphan(model->tally, process_index, event, index, &step) :
		       0;
}

/* A block of the parent that this process was forked from. */
static int take_inherited(struct aspan_model *model, uint32_t process_index,
			  const struct aspan_event *event, uint32_t index)
{
	aspan_group_free_inherited(&model->groups[index], event->size_bytes,
				   event->current_group_id != event->group_id);
	return model->tally ?
		       aspan_tally_free_inherited(model->tally, process_index, event, index) :
		       0;
}

static int take_free(struct aspan_model *model, uint32_t process_index,
		     const struct aspan_event *event)
{
	struct aspan_process *process = &model->processes[process_index];
	struct aspan_block block;
	uint32_t index;
	bool is_known;
	int result = find_group(model, process_index, event, &index);

	note_hidden(process, event);
	if (result) {
		return result;
	}
	is_known = aspan_block_map_take(&process->blocks, event->address, &block);
	if (is_known && (block.group != index || block.size_bytes != event->size_bytes)) {
		/* What was known of this address is another block, which has been freed and this one allocated. */
		result = infer_free(model, process, &block, event->time_ns);
		is_known = false;
	}
	if (!is_known && !result && process->is_forked) {
		return take_inherited(model, process_index, event, index);
	}
	aspan_group_free(&model->groups[index], event->size_bytes,
			 event->current_group_id != event->group_id);
	if (result) {
		return result;
	}
	if (!is_known) {
		return take_orphan(model, process_index, event, index);
	}
	return model->tally ? aspan_tally_free(model->tally, process_index, event, &block) : 0;
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

/*
 * An id that is registered again is the sign of another process only where nothing else would tell: a process that told its beginning,
 * or whose trace has a place for that, takes a group up again whose release was lost. What comes after its end is another's.
 */
static bool is_of_next_process(const struct aspan_model *model, uint32_t process,
			       const struct aspan_event *event)
{
	const struct aspan_process *of = &model->processes[process];
	bool tells_life = of->begin.is_told || model->traces[of->trace].tells_begins;

	/* Without pids there is no telling a new process from another one. */
	return event->origin.has_vpid && (!tells_life || of->end.is_told) &&
	       is_registered_twice(model, process, event);
}

static int take_group_register(struct aspan_model *model, uint32_t process,
			       const struct aspan_event *event)
{
	uint32_t index;
	int result;

	if (is_of_next_process(model, process, event)) {
		result = aspan_model_replace_process(model, event, &process);
		if (result) {
			return result;
		}
	}
	result = find_group(model, process, event, &index);
	if (result) {
		return result;
	}
	if (!event->origin.has_vpid && model->groups[index].is_registered &&
	    !model->groups[index].is_released) {
		model->processes[process].is_mixed = true;
	}
	model->groups[index].is_registered = true;
	model->groups[index].is_whole = true;
	model->groups[index].is_released = false;
	return 0;
}

static int take_group_release(struct aspan_model *model, uint32_t process,
			      const struct aspan_event *event)
{
	uint32_t index;
	int result = find_group(model, process, event, &index);

	if (!result) {
		model->groups[index].is_released = true;
	}
	return result;
}

static int take_group_stats(struct aspan_model *model, uint32_t process,
			    const struct aspan_event *event)
{
	struct aspan_group *group;
	struct aspan_counts counts;
	struct aspan_live base, step;
	uint32_t index;
	int result = find_group(model, process, event, &index);

	/* Absolute values of several processes say nothing of their sum. */
	if (result || !event->origin.has_vpid || model->processes[process].is_mixed) {
		return result;
	}
	group = &model->groups[index];
	base = group->base;
	counts = event->counts;
	if (model->processes[process].is_forked) {
		/* Without the frees of inherited blocks, whether or not the process counts them here. */
		counts.free_count = counts.alloc_count - event->live_count;
		counts.free_bytes = counts.alloc_bytes - event->live_bytes;
	}
	aspan_group_checkpoint(group, &counts, event->time_ns,
			       aspan_model_has_losses(model, &model->processes[process]));
	step = aspan_live_subtract(&group->base, &base);
	/* Without losses the base is what was before the trace, and not something that happens now. */
	if (!model->tally || !aspan_model_has_losses(model, &model->processes[process]) ||
	    (step.count == 0 && step.bytes == 0)) {
		return 0;
	}
	return aspan_tally_step(model->tally, index, &step, event->time_ns);
}

static int take_misuse(struct aspan_model *model, uint32_t process, const struct aspan_event *event)
{
	struct aspan_process *of = &model->processes[process];

	of->misuse_count++;
	aspan_process_note_misuse(of, event->name);
	return aspan_misuses_note(&model->misuses, event->name);
}

/* Makes the group known, if the event is of one. */
static int take_group_event(struct aspan_model *model, uint32_t process,
			    const struct aspan_event *event)
{
	uint32_t index;

	return event->group_id ? find_group(model, process, event, &index) : 0;
}

static int take_span_enter(struct aspan_model *model, uint32_t process,
			   const struct aspan_event *event)
{
	int result = take_group_event(model, process, event);

	return result || !model->tally ? result :
					 aspan_tally_span_enter(model->tally, process, event);
}

/*
 * No address space is larger than 2^57 bytes: what says so was read from a damaged part of the trace that looked like an event. In sums,
 * it would overflow.
 */
static bool is_possible(const struct aspan_event *event)
{
	return (event->type != ASPAN_EVENT_ALLOC && event->type != ASPAN_EVENT_FREE) ||
	       event->size_bytes <= MOST_BLOCK_BYTES;
}

int aspan_model_take(struct aspan_model *model, uint32_t process, const struct aspan_event *event)
{
	if (!is_possible(event)) {
		aspan_model_note_cut_short(model);
		return 0;
	}
	switch (event->type) {
	case ASPAN_EVENT_ALLOC:
		return take_alloc(model, process, event);
	case ASPAN_EVENT_ALLOC_STACK:
		return model->tally ? aspan_tally_take_stack(model->tally, process, event) : 0;
	case ASPAN_EVENT_FREE:
		return take_free(model, process, event);
	case ASPAN_EVENT_GROUP_REGISTER:
		return take_group_register(model, process, event);
	case ASPAN_EVENT_GROUP_RELEASE:
		return take_group_release(model, process, event);
	case ASPAN_EVENT_GROUP_STATS:
		return take_group_stats(model, process, event);
	case ASPAN_EVENT_SPAN_ENTER:
		return take_span_enter(model, process, event);
	case ASPAN_EVENT_SPAN_EXIT:
		return model->tally ? aspan_tally_span_exit(model->tally, process, event) : 0;
	case ASPAN_EVENT_BUDGET_EXCEEDED:
		return take_group_event(model, process, event);
	case ASPAN_EVENT_MISUSE:
		return event->name ? take_misuse(model, process, event) : 0;
	case ASPAN_EVENT_PROCESS_END:
		aspan_model_end_process(model, event);
		return 0;
	default:
		return 0;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * How processes begin and end: the events process_begin and process_end.
 */
#include "model-process.h"

#include "model.h"

#include "trace-process.h"

#include <errno.h>
#include <string.h>

#define NONE ASPAN_ID_MAP_NONE

/*
 * The times of packed records are not quite those of events, and a record may seem to be made before its process began.
 * No pid is used again within that time.
 */
#define EARLY_NS UINT64_C(1000000)

/* The event's context may be the parent's of a clone. A trace without pids has one process. */
static struct aspan_origin get_own_origin(const struct aspan_event *event)
{
	struct aspan_origin origin = event->origin;

	if (origin.has_vpid) {
		origin.vpid = event->process->vpid;
	}
	return origin;
}

static bool begins_whole(uint64_t how)
{
	return how == ASPAN_BEGIN_LOAD || how == ASPAN_BEGIN_FORK || how == ASPAN_BEGIN_CLONE;
}

static bool is_fork(uint64_t how)
{
	return how == ASPAN_BEGIN_FORK || how == ASPAN_BEGIN_CLONE;
}

/* Whether the process that has the pid so far is the one that begins. */
static bool is_beginning(const struct aspan_process *process, const struct aspan_event *event)
{
	return !process->begin.is_told && (!begins_whole(event->process->how) ||
					   event->time_ns - process->first_ns <= EARLY_NS);
}

/*
 * Without the context pid_ns, two processes with one pid in two namespaces cannot be told apart while both live; that a
 * process did not say how it ended does not mean that it lives, but nobody knows.
 */
static void note_mixed(struct aspan_model *model, uint32_t older, uint32_t newer,
		       const struct aspan_process_facts *facts)
{
	struct aspan_process *before = &model->processes[older];
	bool is_other_namespace = before->begin.pid_namespace && facts->pid_namespace &&
				  before->begin.pid_namespace != facts->pid_namespace;

	if (before->pid_namespace == 0 && is_other_namespace && !before->end.is_told) {
		before->is_mixed = true;
		model->processes[newer].is_mixed = true;
	}
}

/* The process that begins with this event, which nobody has told of before. */
static int find_beginning(struct aspan_model *model, const struct aspan_event *event,
			  const struct aspan_origin *origin, uint32_t *index)
{
	uint32_t latest = aspan_model_find_latest(model, origin);
	int result;

	if (latest != NONE && is_beginning(&model->processes[latest], event)) {
		*index = latest;
		return 0;
	}
	if (latest != NONE && !origin->has_vpid) {
		model->processes[latest].is_mixed = true;
		*index = latest;
		return 0;
	}
	result = aspan_model_supersede(model, origin, event->time_ns, index);
	if (!result && latest != NONE) {
		note_mixed(model, latest, *index, event->process);
	}
	return result;
}

static struct aspan_live count_live(const struct aspan_model *model,
				    const struct aspan_process *process, bool *is_exact)
{
	struct aspan_live sum = process->begin.inherited;

	/* What one that is older than the recording had, only checkpoints tell, and while it goes on they are not exact. */
	*is_exact = process->is_whole && (!process->is_forked || process->begin.is_inherited_known);
	for (uint32_t i = process->first_group; i != NONE; i = model->groups[i].next_of_process) {
		const struct aspan_group *group = &model->groups[i];
		struct aspan_group_result result = aspan_model_get_result(model, group);

		sum.count += (int64_t) (result.live_count - group->inherited_frees.free_count);
		sum.bytes += (int64_t) (result.live_bytes - group->inherited_frees.free_bytes);
		*is_exact &= result.is_certain;
	}
	return sum;
}

/* What the child has of its parent, who told of it until now. */
static void inherit(struct aspan_model *model, struct aspan_process *child,
		    const struct aspan_process_facts *facts)
{
	struct aspan_process_begin *begin = &child->begin;

	if (facts->inherited_count != ASPAN_INHERITED_UNKNOWN &&
	    facts->inherited_bytes != ASPAN_INHERITED_UNKNOWN) {
		begin->is_inherited_known = true;
		begin->inherited.count = (int64_t) facts->inherited_count;
		begin->inherited.bytes = (int64_t) facts->inherited_bytes;
	} else if (begin->parent != NONE) {
		begin->inherited = count_live(model, &model->processes[begin->parent],
					      &begin->is_inherited_known);
	}
}

static void find_parent(const struct aspan_model *model, const struct aspan_event *event,
			struct aspan_process_begin *begin)
{
	struct aspan_origin origin = event->origin;
	bool is_forked = is_fork(begin->how) && begin->parent_start_ns;

	if (!origin.has_vpid || begin->parent_vpid == 0) {
		return;
	}
	origin.vpid = begin->parent_vpid;
	begin->parent =
		is_forked ? aspan_model_find_started(model, &origin, begin->parent_start_ns) : NONE;
	if (begin->parent == NONE) {
		uint32_t latest = aspan_model_find_latest(model, &origin);

		/* Another one that has the pid now is not the parent. */
		begin->parent = latest == NONE || !is_forked ||
						!model->processes[latest].begin.is_told ?
					latest :
					NONE;
	}
}

/* Groups that were there before the event, by the times of packed records, are of what begins. */
static void begin_groups(struct aspan_model *model, const struct aspan_process *process)
{
	for (uint32_t i = process->first_group; i != NONE; i = model->groups[i].next_of_process) {
		aspan_group_begin(&model->groups[i], process->is_forked);
	}
}

static int begin(struct aspan_model *model, const struct aspan_event *event, uint32_t index)
{
	const struct aspan_process_facts *facts = event->process;
	struct aspan_process *process = &model->processes[index];
	struct aspan_process_begin *told = &process->begin;

	model->traces[process->trace].living_count++;
	told->is_told = true;
	told->how = (uint32_t) facts->how;
	told->time_ns = event->time_ns;
	told->start_ns = facts->start_ns;
	told->pid_namespace = facts->pid_namespace;
	told->parent_vpid = facts->parent_vpid;
	told->parent_start_ns = facts->parent_start_ns;
	find_parent(model, event, told);
	process->is_whole = begins_whole(facts->how);
	process->is_forked = is_fork(facts->how);
	if (process->is_forked) {
		inherit(model, process, facts);
	}
	if (process->is_whole) {
		begin_groups(model, process);
	}
	if (event->origin.has_vpid && event->origin.vpid != facts->vpid) {
		uint32_t shown = aspan_model_find_latest(model, &event->origin);

		if (shown != NONE) {
			model->processes[shown].has_hidden_child = true;
		}
	}
	told->exe = facts->exe && *facts->exe ? strdup(facts->exe) : NULL;
	return told->exe || !facts->exe || !*facts->exe ? 0 : -ENOMEM;
}

/* The exec that it ended by failed. */
static void revoke_end(struct aspan_model *model, struct aspan_process *process)
{
	model->traces[process->trace].living_count += process->end.is_told;
	process->end.is_told = false;
}

int aspan_model_begin_process(struct aspan_model *model, const struct aspan_event *event,
			      uint32_t *index)
{
	struct aspan_origin origin = get_own_origin(event);
	int result = 0;

	*index = aspan_model_find_started(model, &origin, event->process->start_ns);
	if (*index == NONE) {
		result = find_beginning(model, event, &origin, index);
		if (!result && !model->processes[*index].begin.is_told) {
			result = begin(model, event, *index);
		}
	} else if (event->process->how == ASPAN_BEGIN_EXEC_FAILED) {
		revoke_end(model, &model->processes[*index]);
	} else if (event->process->how == ASPAN_BEGIN_SESSION_START) {
		aspan_process_note_restart(&model->processes[*index], event->time_ns);
	}
	if (!result) {
		model->last_process = *index;
	}
	return result;
}

/* Whose end an event tells, or NONE. */
static uint32_t find_ending(struct aspan_model *model, const struct aspan_event *event)
{
	struct aspan_origin origin = get_own_origin(event);
	uint32_t latest = aspan_model_find_latest(model, &origin);
	uint32_t found = aspan_model_find_started(model, &origin, event->process->start_ns);

	if (found == NONE && latest != NONE && model->processes[latest].begin.is_told) {
		/* Nothing told of the beginning of the process that ends. */
		model->processes[latest].is_mixed = true;
		return NONE;
	}
	if (found != NONE && found != latest) {
		model->processes[found].is_mixed = true;
		model->processes[latest].is_mixed = true;
	}
	return found == NONE ? latest : found;
}

void aspan_model_end_process(struct aspan_model *model, const struct aspan_event *event)
{
	const struct aspan_process_facts *facts = event->process;
	uint32_t index = find_ending(model, event);
	struct aspan_process *process;

	if (index == NONE) {
		return;
	}
	process = &model->processes[index];
	model->traces[process->trace].living_count -= process->begin.time_ns &&
						      !process->end.is_told;
	process->end = (struct aspan_process_end){
		.is_told = true,
		.how = (uint32_t) facts->how,
		.time_ns = event->time_ns,
		.start_ns = facts->start_ns,
		.counts = facts->counts,
		.seen = aspan_model_count_seen(model, process),
		.lost_count = facts->lost_count,
	};
}

const char *aspan_process_get_begin_word(const struct aspan_process *process)
{
	static const char *const words[] = {
#define BEGIN_WORD(symbol, word) [symbol] = #word,
		ASPAN_TRACE_BEGINS(BEGIN_WORD)
#undef BEGIN_WORD
	};

	return process->begin.is_told && process->begin.how < sizeof(words) / sizeof(words[0]) ?
		       words[process->begin.how] :
		       NULL;
}

static const char *get_end_word(uint32_t how)
{
	static const char *const words[] = {
#define END_WORD(symbol, word) [symbol] = #word,
		ASPAN_TRACE_ENDS(END_WORD)
#undef END_WORD
	};

	return how < sizeof(words) / sizeof(words[0]) ? words[how] : NULL;
}

const char *aspan_process_get_end_word(const struct aspan_process *process)
{
	if (process->end.is_told) {
		return get_end_word(process->end.how);
	}
	if (!process->ledger.is_there || process->ledger.is_running) {
		return NULL;
	}
	return process->ledger.is_closed ? get_end_word(process->ledger.end_how) :
					   ASPAN_PROCESS_KILLED;
}

/* SPDX-License-Identifier: MIT */
/*
 * See ledgers.h.
 *
 * A ledger and the trace are of one process if the event process_begin and the ledger tell the same start. Of a process whose
 * process_begin is not in the trace, the pid and the time of its first event must do; where several could be meant, none is.
 * Events that tell no pid, and may be of several processes, are not joined with a ledger, and then the ledger is left out: what it
 * counts is, or may be, in them.
 */
#include "ledgers.h"

#include "model-owners.h"
#include "tally.h"

#include "trace-process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_ID_MAP_NONE
/* Clocks of the trace and of the process may be set; a pid is not used again that fast. */
#define EARLY_NS UINT64_C(1000000000)

static bool is_same_namespace(const struct aspan_process *process,
			      const struct aspan_account *account)
{
	uint64_t namespace = aspan_process_get_namespace(process);

	return namespace == 0 || account->pid_ns == 0 || namespace == account->pid_ns;
}

static bool has_pid(const struct aspan_process *process, const struct aspan_account *account)
{
	return process->has_vpid && process->vpid == (uint64_t) (int64_t) account->vpid &&
	       is_same_namespace(process, account);
}

/* The only process that may be meant although nothing tells when it began, or NONE. */
static uint32_t find_untold(const struct aspan_model *model, const struct aspan_account *account)
{
	uint32_t found = NONE;

	for (uint32_t i = 0; i < model->process_count; i++) {
		const struct aspan_process *process = &model->processes[i];

		if (process->begin.is_told || process->ledger.is_there ||
		    !has_pid(process, account) ||
		    process->first_ns + EARLY_NS < account->start_realtime_ns) {
			continue;
		}
		if (found != NONE) {
			return NONE;
		}
		found = i;
	}
	return found;
}

/* A trace without pids has one process; that it has no other is known if nobody told of two. */
static bool is_unnamed(const struct aspan_process *process, const struct aspan_account *account)
{
	return !process->has_vpid && !process->is_mixed &&
	       process->begin.start_ns == account->start_ns;
}

/* Whether events that tell no pid may be of any process: then so may a ledger's be, and counting both is counting twice. */
static bool has_events_of_any(const struct aspan_model *model)
{
	for (size_t i = 0; i < model->process_count; i++) {
		const struct aspan_process *process = &model->processes[i];
		struct aspan_counts seen;

		if (process->has_vpid || (process->begin.is_told && !process->is_mixed)) {
			continue;
		}
		seen = aspan_model_count_seen(model, process);
		if (seen.alloc_count || seen.free_count) {
			return true;
		}
	}
	return false;
}

static uint32_t find(const struct aspan_model *model, const struct aspan_account *account)
{
	for (uint32_t i = 0; i < model->process_count; i++) {
		const struct aspan_process *process = &model->processes[i];

		if (process->begin.is_told &&
		    (is_unnamed(process, account) ||
		     (has_pid(process, account) && process->begin.start_ns == account->start_ns))) {
			return i;
		}
	}
	return find_untold(model, account);
}

/*
 * In the trace of its parent, or the first: ledgers do not say in which trace their processes would have been. Where nothing of any
 * trace could be read, it is one that nobody names.
 */
static int add(struct aspan_model *model, const struct aspan_account *account, uint32_t *index)
{
	struct aspan_origin origin = {
		.has_vpid = true,
		.vpid = (uint64_t) (int64_t) account->vpid,
		.pid_namespace = account->pid_ns,
	};
	int result = model->trace_count == 0 ? aspan_model_add_trace(model, NULL, &origin.trace) :
					       0;

	if (result) {
		return result;
	}
	for (size_t i = 0; i < model->process_count; i++) {
		if (account->parent_start_ns &&
		    model->processes[i].begin.start_ns == account->parent_start_ns) {
			origin.trace = model->processes[i].trace;
		}
	}
	return aspan_model_add_process(model, &origin, 0, index);
}

static const char *get_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What the trace did not tell of who it is. */
static int name(struct aspan_process *process, const struct aspan_account *account)
{
	struct aspan_process_begin *begin = &process->begin;
	bool has_exe = account->exe && *account->exe;

	if (!begin->is_told) {
		begin->start_ns = account->start_ns;
		begin->pid_namespace = account->pid_ns;
		begin->parent_vpid = account->parent_vpid > 0 ? (uint64_t) account->parent_vpid : 0;
		begin->parent_start_ns = account->parent_start_ns;
		begin->how = account->begin_how;
		begin->is_told = true;
	}
	if (has_exe && !begin->exe) {
		begin->exe = strdup(account->exe);
	}
	if (has_exe && !process->procname) {
		process->procname = strdup(get_base_name(account->exe));
	}
	return has_exe && (!begin->exe || !process->procname) ? -ENOMEM : 0;
}

static struct aspan_counts get_counts(const struct aspan_account_counts *counts)
{
	return (struct aspan_counts){
		.alloc_count = counts->alloc_count,
		.alloc_bytes = counts->alloc_bytes,
		.free_count = counts->free_count + counts->inherited_free_count,
		.free_bytes = counts->free_bytes + counts->inherited_free_bytes,
	};
}

static int64_t above_zero(uint64_t a, uint64_t b)
{
	return a > b ? (int64_t) (a - b) : 0;
}

static int take_group(struct aspan_model *model, uint32_t process,
		      const struct aspan_account_group *source)
{
	const struct aspan_event event = {
		.time_ns = model->last_ns,
		.group_id = source->id,
		.tags = source->tags,
	};
	struct aspan_group *group;
	uint32_t index;
	int result = aspan_model_find_group(model, process, &event, &index);

	if (result) {
		return result;
	}
	group = &model->groups[index];
	group->has_ledger = true;
	group->ledger = get_counts(&source->counts);
	group->ledger_live = (struct aspan_live){
		.count = above_zero(source->counts.alloc_count, source->counts.free_count),
		.bytes = above_zero(source->counts.alloc_bytes, source->counts.free_bytes),
	};
	return 0;
}

static bool tells_losses(const struct aspan_account_losses *losses)
{
	return losses->untracked_blocks || losses->unrecorded_allocs || losses->unrecorded_frees ||
	       losses->unseen_frees || losses->uncounted;
}

/* Where it ended by itself, one of its threads was at that. */
static uint64_t count_calls_in_flight(const struct aspan_account *account)
{
	return account->is_closed && account->thread_count ? account->thread_count - 1 :
							     account->thread_count;
}

static void take_process(struct aspan_process *process, const struct aspan_account *account)
{
	process->ledger = (struct aspan_process_ledger){
		.is_there = true,
		/* What could not be tracked is in no count. */
		.is_exact = account->is_exact && account->losses.untracked_blocks == 0,
		.is_live_known = !account->has_deep_fork && account->losses.unseen_frees == 0,
		.is_closed = account->is_closed,
		.is_running = account->is_running,
		.calls_in_flight = count_calls_in_flight(account),
		.forks = account->losses.forks,
		.end_how = account->end_how,
		.has_losses = tells_losses(&account->losses),
		.counts = get_counts(&account->total),
		.retired = get_counts(&account->retired),
	};
	process->has_unseen_frees |= account->losses.unseen_frees > 0;
}

int aspan_model_take_account(struct aspan_model *model, const struct aspan_account *account,
			     enum aspan_ledger_cover cover)
{
	uint32_t index = find(model, account);
	int result;

	if (index == NONE && has_events_of_any(model)) {
		model->unjoined_ledger_count++;
		return 0;
	}
	result = index == NONE ? add(model, account, &index) : 0;
	if (result) {
		return result;
	}
	take_process(&model->processes[index], account);
	model->processes[index].ledger.cover = cover;
	result = name(&model->processes[index], account);
	for (size_t i = 0; !result && i < account->group_count; i++) {
		result = take_group(model, index, &account->groups[i]);
	}
	return result || !model->tally ?
		       result :
		       aspan_tally_take_groups(model->tally, model, model->last_ns);
}

void aspan_model_note_unread_ledger(struct aspan_model *model)
{
	model->unread_ledger_count++;
}

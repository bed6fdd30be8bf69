/* SPDX-License-Identifier: MIT */
/*
 * Judges of each process whether the trace has all that it did. The words and rules are in completeness.h.
 *
 * "Equal" is equal in numbers of allocations and frees and in their bytes: two losses do not make up for each other.
 */
#include "completeness.h"

#include "model.h"

#include "trace-process.h"

#define NONE ASPAN_ID_MAP_NONE

/*
 * The first checkpoint says what a process had done before the recording. It is wrong by the calls that its threads were in the
 * middle of, as an allocation is counted before its event, and a free after it. No more threads than this are.
 */
#define IN_FLIGHT 64

const char *aspan_proof_get_word(enum aspan_proof_kind kind)
{
	static const char *const words[] = {
#define ASPAN_PROOF_WORD(symbol, word) [ASPAN_PROOF_##symbol] = #word,
		ASPAN_PROOFS(ASPAN_PROOF_WORD)
#undef ASPAN_PROOF_WORD
	};

	return words[kind];
}

static bool is_equal(const struct aspan_counts *a, const struct aspan_counts *b)
{
	return a->alloc_count == b->alloc_count && a->alloc_bytes == b->alloc_bytes &&
	       a->free_count == b->free_count && a->free_bytes == b->free_bytes;
}

static bool is_nothing(const struct aspan_counts *counts)
{
	return is_equal(counts, &(struct aspan_counts){ 0 });
}

/* In all four. */
static bool is_at_most(const struct aspan_counts *a, const struct aspan_counts *b)
{
	return a->alloc_count <= b->alloc_count && a->alloc_bytes <= b->alloc_bytes &&
	       a->free_count <= b->free_count && a->free_bytes <= b->free_bytes;
}

static uint64_t get_excess(uint64_t counted, uint64_t seen)
{
	return counted > seen ? counted - seen : 0;
}

static void set_least(struct aspan_proof *proof, const struct aspan_counts *counted,
		      const struct aspan_counts *seen)
{
	proof->allocs.least = get_excess(counted->alloc_count, seen->alloc_count);
	proof->frees.least = get_excess(counted->free_count, seen->free_count);
}

static void set_most(struct aspan_proof *proof, const struct aspan_counts *counted,
		     const struct aspan_counts *seen)
{
	proof->allocs.most = get_excess(counted->alloc_count, seen->alloc_count);
	proof->frees.most = get_excess(counted->free_count, seen->free_count);
}

/* The event of a free comes before it is counted, and a thread may have been between the two when the process ended. */
static void set_most_by_ledger(struct aspan_proof *proof, const struct aspan_process_ledger *ledger,
			       const struct aspan_counts *seen)
{
	set_most(proof, &ledger->counts, seen);
	proof->frees.most += ledger->calls_in_flight;
}

static bool can_explain(const struct aspan_process_ledger *ledger, const struct aspan_counts *seen)
{
	struct aspan_counts most = ledger->counts;

	if (ledger->calls_in_flight > 0) {
		most.free_count += ledger->calls_in_flight;
		most.free_bytes = UINT64_MAX;
	}
	return is_at_most(seen, &most);
}

static void set_complete(struct aspan_proof *proof)
{
	proof->is_complete = true;
	proof->allocs = (struct aspan_missing){ 0 };
	proof->frees = (struct aspan_missing){ 0 };
}

/* What is missing for sure, by checkpoints. */
static void set_least_by_checkpoints(const struct aspan_process *process,
				     const struct aspan_counts *missing, struct aspan_proof *proof)
{
	uint64_t unsure = process->is_whole ? 0 : IN_FLIGHT;

	proof->allocs.least = get_excess(missing->alloc_count, unsure);
	proof->frees.least = get_excess(missing->free_count, unsure);
}

/* What the last checkpoints of a process's groups say, together. */
struct checkpoints {
	bool are_there, cover_all; /* one; one of each group that had something before the trace */
	bool are_last; /* what was seen is just what they count */
	uint64_t last_ns;
	struct aspan_counts counted; /* since the process began */
	struct aspan_counts missing;
};

static void add_counts(struct aspan_counts *sum, const struct aspan_counts *part)
{
	sum->alloc_count += part->alloc_count;
	sum->alloc_bytes += part->alloc_bytes;
	sum->free_count += part->free_count;
	sum->free_bytes += part->free_bytes;
}

static void add_group(struct checkpoints *sum, const struct aspan_group *group)
{
	struct aspan_counts missing = aspan_group_count_missing(group);
	struct aspan_counts since = group->checkpoint;

	since.alloc_count -= group->first_offset.alloc_count;
	since.alloc_bytes -= group->first_offset.alloc_bytes;
	since.free_count -= group->first_offset.free_count;
	since.free_bytes -= group->first_offset.free_bytes;
	sum->are_there |= group->has_checkpoint;
	sum->cover_all &= group->has_checkpoint || group->is_whole;
	sum->are_last &= is_equal(&since, &group->seen);
	sum->last_ns = group->checkpoint_ns > sum->last_ns ? group->checkpoint_ns : sum->last_ns;
	add_counts(&sum->counted, &group->checkpoint);
	add_counts(&sum->missing, &missing);
}

static struct checkpoints sum_checkpoints(const struct aspan_model *model,
					  const struct aspan_process *process)
{
	struct checkpoints sum = { .cover_all = true, .are_last = true };

	for (uint32_t i = process->first_group; i != NONE; i = model->groups[i].next_of_process) {
		add_group(&sum, &model->groups[i]);
	}
	return sum;
}

/* Whether what agrees from the first checkpoints on is all that the trace has of it. */
static bool is_uncut(const struct aspan_process *process)
{
	return !process->cuts.overwritten_until_ns;
}

/*
 * Nothing but checkpoints. A process of a version that tells its end, and did not, runs or was killed; what it did since is not
 * known. One of an older version has told all if nothing came after the checkpoints that it ends with. Where --to ends what is read,
 * ends are not asked for. Where the beginning may be lost, checkpoints only tell what is missing since the first of them.
 */
static void judge_by_checkpoints(const struct aspan_model *model,
				 const struct aspan_process *process, struct aspan_proof *proof)
{
	struct checkpoints sum = sum_checkpoints(model, process);
	bool is_agreed = is_nothing(&sum.missing);
	bool knows_begin = process->begin.is_told ||
			   !(model->is_cut_short || model->traces[process->trace].tells_begins);

	if (!sum.are_there) {
		return;
	}
	proof->kind = ASPAN_PROOF_CHECKPOINT;
	set_least_by_checkpoints(process, &sum.missing, proof);
	proof->until_ns = is_agreed && knows_begin ? sum.last_ns : 0;
	if (is_agreed && sum.cover_all && knows_begin && is_uncut(process) &&
	    (model->is_past_window || (sum.are_last && !process->begin.is_told))) {
		set_complete(proof);
	}
}

/* Older than the recording: what it did before is in what it says of itself, and the first checkpoints tell how much that was. */
static void judge_end_of_older(const struct aspan_model *model, const struct aspan_process *process,
			       const struct aspan_counts *seen, struct aspan_proof *proof)
{
	struct checkpoints sum = sum_checkpoints(model, process);

	set_least_by_checkpoints(process, &sum.missing, proof);
	set_most(proof, &process->end.counts, seen);
	if (sum.cover_all && is_uncut(process) && is_nothing(&sum.missing) &&
	    is_equal(&sum.counted, &process->end.counts)) {
		set_complete(proof);
	}
}

static void judge_by_end(const struct aspan_model *model, const struct aspan_process *process,
			 const struct aspan_counts *seen, struct aspan_proof *proof)
{
	const struct aspan_process_end *end = &process->end;

	proof->kind = ASPAN_PROOF_PROCESS_END;
	if (is_equal(&end->counts, seen) ||
	    (process->is_whole && is_equal(&end->counts, &end->seen))) {
		set_complete(proof);
	} else if (!process->is_whole) {
		judge_end_of_older(model, process, seen, proof);
	} else {
		/* Other threads may have gone on while the process summed up. */
		set_least(proof, &end->counts, seen);
		if (is_at_most(&end->seen, &end->counts)) {
			set_most(proof, &end->counts, &end->seen);
		}
	}
}

/* The same of a process that is older than the recording, group by group. */
static void judge_ledger_of_older(const struct aspan_model *model,
				  const struct aspan_process *process,
				  const struct aspan_counts *seen, struct aspan_proof *proof)
{
	bool is_agreed = process->ledger.is_exact;

	for (uint32_t i = process->first_group; i != NONE; i = model->groups[i].next_of_process) {
		struct aspan_group group = model->groups[i];
		struct aspan_counts missing;

		is_agreed &= (group.has_checkpoint || group.is_whole) && group.has_ledger;
		group.has_checkpoint = true;
		group.checkpoint = group.ledger;
		missing = aspan_group_count_missing(&group);
		is_agreed &= is_nothing(&missing);
		proof->allocs.least += missing.alloc_count;
		proof->frees.least += missing.free_count;
	}
	if (process->ledger.is_exact) {
		set_most_by_ledger(proof, &process->ledger, seen);
	}
	if (is_agreed && is_uncut(process)) {
		set_complete(proof);
	} else {
		proof->allocs.least = proof->frees.least = 0;
	}
}

static void judge_by_ledger(const struct aspan_model *model, const struct aspan_process *process,
			    const struct aspan_counts *seen, struct aspan_proof *proof)
{
	const struct aspan_process_ledger *ledger = &process->ledger;
	/* What one that went on counts may be later than what was recorded. */
	bool is_covered = (process->is_whole || ledger->cover == ASPAN_LEDGER_COVER_WHOLE ||
			   is_nothing(seen)) &&
			  ledger->cover != ASPAN_LEDGER_COVER_PART && !ledger->is_running;

	proof->kind = ASPAN_PROOF_LEDGER;
	if (ledger->is_exact && is_equal(&ledger->counts, seen)) {
		set_complete(proof);
	} else if (ledger->is_exact && !can_explain(ledger, seen)) {
		proof->is_contradicted = true;
	} else if (ledger->is_running) {
		judge_by_checkpoints(model, process, proof);
	} else if (!is_covered) {
		judge_ledger_of_older(model, process, seen, proof);
	} else {
		set_least(proof, &ledger->counts, seen);
		if (ledger->is_exact) {
			set_most_by_ledger(proof, ledger, seen);
		}
	}
	proof->has_ledger_figures = ledger->is_exact && !proof->is_complete &&
				    !proof->is_contradicted && is_covered &&
				    !model->questions.has_from && !model->questions.has_to;
}

/* What no equality makes good: numbers that are of several processes, or of which the process says itself that they are wrong. */
static bool is_misleading(const struct aspan_process *process)
{
	return process->is_mixed || process->has_unseen_frees || process->has_no_memory ||
	       (process->end.is_told && process->end.lost_count) || process->ledger.has_losses;
}

static bool is_spoilt(const struct aspan_process *process)
{
	return process->has_gap || is_misleading(process);
}

/* What a process counted in all, if it says so and nothing came after it. */
static const struct aspan_counts *get_last_word(const struct aspan_process *process)
{
	if (process->ledger.is_there && process->ledger.is_exact && !process->ledger.is_running) {
		return &process->ledger.counts;
	}
	return process->end.is_told ? &process->end.counts : NULL;
}

/* The checkpoints of its groups count all that it did: none of them is of a time before the group's last change. */
static bool has_final_checkpoints(const struct aspan_model *model,
				  const struct aspan_process *process)
{
	const struct aspan_counts *last_word = get_last_word(process);
	struct checkpoints sum;

	if (!last_word || is_misleading(process) || process->is_forked ||
	    model->questions.has_from || model->questions.has_to) {
		return false;
	}
	sum = sum_checkpoints(model, process);
	return is_equal(&sum.counted, last_word);
}

static void judge(const struct aspan_model *model, struct aspan_process *process)
{
	struct aspan_counts seen = aspan_model_count_seen(model, process);
	struct aspan_proof proof = {
		.is_judged = true,
		.allocs.most = ASPAN_MISSING_UNKNOWN,
		.frees.most = ASPAN_MISSING_UNKNOWN,
	};

	/* Of a trace that is read only in part, ends are of more than was read. */
	if (process->ledger.is_there && !model->is_past_window) {
		judge_by_ledger(model, process, &seen, &proof);
	} else if (process->end.is_told) {
		judge_by_end(model, process, &seen, &proof);
	} else {
		judge_by_checkpoints(model, process, &proof);
	}
	if (proof.is_complete && is_spoilt(process)) {
		proof.is_complete = false;
		proof.allocs.most = proof.frees.most = ASPAN_MISSING_UNKNOWN;
	}
	proof.has_checkpoint_figures = !proof.is_complete && !proof.has_ledger_figures &&
				       has_final_checkpoints(model, process);
	process->proof = proof;
}

static bool is_child_of(const struct aspan_process *child, const struct aspan_process *parent)
{
	/* One that was made behind the library's back is not in its parent's number. */
	return child->begin.is_told && child->begin.how == ASPAN_BEGIN_FORK &&
	       child->begin.parent_start_ns == parent->begin.start_ns;
}

/* How many children a process made of which nothing else tells. What it made before a session that began later is not asked for. */
static uint64_t count_missing_children(const struct aspan_model *model,
				       const struct aspan_process *parent)
{
	bool has_begun = parent->begin.is_told && (parent->begin.how == ASPAN_BEGIN_LOAD ||
						   parent->begin.how == ASPAN_BEGIN_FORK);
	uint64_t known = 0;

	if (parent->ledger.forks == 0 || !has_begun || model->is_past_window) {
		return 0;
	}
	for (size_t i = 0; i < model->process_count; i++) {
		known += is_child_of(&model->processes[i], parent);
	}
	return get_excess(parent->ledger.forks, known);
}

void aspan_model_conclude(struct aspan_model *model)
{
	for (size_t i = 0; i < model->process_count; i++) {
		judge(model, &model->processes[i]);
		model->processes[i].missing_children =
			count_missing_children(model, &model->processes[i]);
	}
}

static bool shows_losses(const struct aspan_model *model, const struct aspan_process *process)
{
	return process->has_gap || aspan_process_cuts_are_there(&process->cuts) ||
	       process->is_mixed || process->has_unseen_frees || process->has_no_memory ||
	       process->proof.is_contradicted || process->proof.allocs.least > 0 ||
	       process->proof.frees.least > 0 || model->is_cut_short ||
	       model->traces[process->trace].has_losses;
}

bool aspan_model_has_losses(const struct aspan_model *model, const struct aspan_process *process)
{
	return !process->proof.is_complete && shows_losses(model, process);
}

bool aspan_model_is_complete(const struct aspan_model *model)
{
	for (size_t i = 0; i < model->trace_count; i++) {
		if (model->traces[i].has_losses || model->traces[i].overwritten_packets) {
			return false;
		}
	}
	for (size_t i = 0; i < model->process_count; i++) {
		if (!model->processes[i].proof.is_complete ||
		    model->processes[i].missing_children > 0) {
			return false;
		}
	}
	return !model->is_cut_short && model->unread_ledger_count == 0 &&
	       model->unjoined_ledger_count == 0;
}

bool aspan_model_is_doubtful(const struct aspan_model *model, const struct aspan_process *process)
{
	/* One that told its beginning would have told its end, too, had it ended as it should. */
	bool is_silent = process->proof.is_judged && process->begin.is_told;

	return !process->proof.is_complete && (is_silent || shows_losses(model, process));
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The ledger says what the group allocated, freed and holds; of what was there in between, events tell a part. */
static void take_ledger(const struct aspan_process *process, const struct aspan_group *group,
			struct aspan_group_result *result)
{
	/* Frees that were inferred are where they were seen: they are not lost, too. */
	struct aspan_counts seen = aspan_group_count_shown(group);
	const struct aspan_counts *told = &group->ledger;

	result->is_from_ledger = true;
	/* A group that is not there any more holds nothing; all of them together freed and allocated the same. */
	result->has_exact_counts = group->has_ledger;
	result->has_exact_live = process->ledger.is_live_known;
	result->has_exact_never_freed = process->ledger.is_live_known && process->is_whole;
	result->counts = group->has_ledger ? *told : seen;
	result->lost = (struct aspan_counts){
		.alloc_count = get_excess(told->alloc_count, seen.alloc_count),
		.alloc_bytes = get_excess(told->alloc_bytes, seen.alloc_bytes),
		.free_count = get_excess(told->free_count, seen.free_count),
		.free_bytes = get_excess(told->free_bytes, seen.free_bytes),
	};
	result->unsure_free_count = result->unsure_free_bytes = 0;
	result->live_count = (uint64_t) group->ledger_live.count;
	result->live_bytes = (uint64_t) group->ledger_live.bytes;
	result->peak_live_bytes = greater(result->peak_live_bytes, result->live_bytes);
	result->is_doubtful = !result->has_exact_counts;
	result->is_certain = false;
}

/* What the last checkpoint of a group says is what it did, and what it holds, however much of it events tell. */
static void take_checkpoint(const struct aspan_process *process, const struct aspan_group *group,
			    struct aspan_group_result *result)
{
	const struct aspan_counts *told = &group->checkpoint;

	/* Events after it would be of others. */
	if (!group->has_checkpoint || result->live_count != told->alloc_count - told->free_count ||
	    result->live_bytes != told->alloc_bytes - told->free_bytes) {
		return;
	}
	result->has_exact_live = true;
	if (process->is_whole && is_equal(told, &result->counts)) {
		result->has_exact_counts = true;
		result->is_doubtful = false;
	}
}

struct aspan_group_result aspan_model_get_result(const struct aspan_model *model,
						 const struct aspan_group *group)
{
	const struct aspan_process *process = &model->processes[group->process];
	bool has_losses = aspan_model_has_losses(model, process);
	struct aspan_group_result result = aspan_group_get_result(group, has_losses);

	result.is_doubtful = aspan_model_is_doubtful(model, process);
	result.is_certain &= !result.is_doubtful;
	result.has_exact_counts = process->proof.is_complete;
	result.has_exact_live = process->proof.is_complete && result.is_certain;
	result.has_exact_never_freed = result.has_exact_live;
	if (process->proof.has_ledger_figures) {
		take_ledger(process, group, &result);
	} else if (process->proof.has_checkpoint_figures) {
		take_checkpoint(process, group, &result);
	}
	return result;
}

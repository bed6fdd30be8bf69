/* SPDX-License-Identifier: MIT */
/*
 * From when on the trace has all that a process did. The big picture is in coverage.h.
 */
#include "coverage.h"

#include "model.h"
#include "tally.h"

#include "trace-process.h"

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

const char *aspan_coverage_get_word(enum aspan_coverage_reason reason)
{
	static const char *const words[] = {
#define ASPAN_COVERAGE_WORD(symbol, word) [ASPAN_COVERAGE_##symbol] = #word,
		ASPAN_COVERAGE_REASONS(ASPAN_COVERAGE_WORD)
#undef ASPAN_COVERAGE_WORD
	};

	return words[reason];
}

void aspan_model_note_overwritten(struct aspan_model *model, uint32_t trace, uint64_t time_ns,
				  uint64_t packets)
{
	struct aspan_trace *of = &model->traces[trace];

	of->overwritten_packets += packets;
	of->overwritten_until_ns = later(of->overwritten_until_ns, time_ns);
	for (size_t i = 0; i < model->process_count; i++) {
		struct aspan_process *process = &model->processes[i];

		if (process->trace == trace && process->first_ns && process->first_ns < time_ns) {
			process->cuts.overwritten_until_ns = time_ns;
		}
	}
	if (model->tally) {
		aspan_tally_note_losses(model->tally);
	}
}

void aspan_process_note_restart(struct aspan_process *process, uint64_t time_ns)
{
	process->cuts.restarted_ns = time_ns;
}

static bool has_begun(const struct aspan_process *process)
{
	return process->is_whole && process->begin.time_ns;
}

static uint64_t get_end(const struct aspan_process *process)
{
	if (process->end.is_told) {
		return process->end.time_ns;
	}
	return process->proof.until_ns;
}

static void begin_later(struct aspan_coverage *coverage, enum aspan_coverage_reason reason,
			uint64_t begin_ns)
{
	if (begin_ns > coverage->begin_ns) {
		coverage->begin_ns = begin_ns;
		coverage->reason = reason;
	}
}

struct aspan_coverage aspan_model_get_process_coverage(const struct aspan_model *model,
						       const struct aspan_process *process)
{
	const struct aspan_process_cuts *cuts = &process->cuts;
	struct aspan_coverage coverage = {
		.reason = has_begun(process) ? ASPAN_COVERAGE_PROCESS_BEGIN :
					       ASPAN_COVERAGE_RECORDING,
		.begin_ns = process->begin.time_ns ? process->begin.time_ns : process->first_ns,
		.end_ns = get_end(process),
	};

	/* Of one that is complete, nothing was cut off. */
	if (!process->proof.is_complete) {
		begin_later(&coverage, ASPAN_COVERAGE_RESTARTED, cuts->restarted_ns);
		begin_later(&coverage, ASPAN_COVERAGE_OVERWRITTEN, cuts->overwritten_until_ns);
	}
	/* Older than what is left, and nothing of it was before. */
	if (coverage.reason == ASPAN_COVERAGE_RECORDING &&
	    model->traces[process->trace].overwritten_packets) {
		coverage.reason = ASPAN_COVERAGE_OVERWRITTEN;
	}
	return coverage;
}

/* Where earlier packets are not there, nobody knows what was in them, though no event may be of before. */
static void begin_overwritten(struct aspan_coverage *coverage, const struct aspan_trace *trace)
{
	if (trace->overwritten_packets) {
		coverage->reason = ASPAN_COVERAGE_OVERWRITTEN;
		coverage->begin_ns = later(coverage->begin_ns, trace->overwritten_until_ns);
	}
}

struct aspan_coverage aspan_model_get_coverage(const struct aspan_model *model)
{
	struct aspan_coverage sum = {
		.reason = ASPAN_COVERAGE_RECORDING,
		.begin_ns = model->first_ns,
		.end_ns = model->last_ns,
	};

	for (size_t i = 0; i < model->trace_count; i++) {
		begin_overwritten(&sum, &model->traces[i]);
	}
	for (size_t i = 0; i < model->process_count; i++) {
		struct aspan_coverage of =
			aspan_model_get_process_coverage(model, &model->processes[i]);

		if (of.reason == ASPAN_COVERAGE_RESTARTED) {
			begin_later(&sum, of.reason, of.begin_ns);
		}
	}
	return sum;
}

uint64_t aspan_model_count_overwritten(const struct aspan_model *model)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < model->trace_count; i++) {
		sum += model->traces[i].overwritten_packets;
	}
	return sum;
}

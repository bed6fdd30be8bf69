/* SPDX-License-Identifier: MIT */
/*
 * Notes: what the trace lacks, and what to do about it, a line each. The gravest comes first.
 */
#include "report-build.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int aspan_report_add_note(struct aspan_report *report, const char *format, ...)
{
	char **moved = reallocarray(report->notes, report->note_count + 1, sizeof(*moved));
	va_list arguments;
	int length;

	if (!moved) {
		return -ENOMEM;
	}
	report->notes = moved;
	va_start(arguments, format);
	length = vasprintf(&moved[report->note_count], format, arguments);
	va_end(arguments);
	if (length < 0) {
		return -ENOMEM;
	}
	report->note_count++;
	return 0;
}

static int note_losses(struct aspan_report *report)
{
	const struct aspan_model *model = report->model;

	if (model->discarded_events || model->has_unknown_discards) {
		return aspan_report_add_note(
			report,
			"the tracer discarded %s%" PRIu64
			" events: live and peak bytes marked ~ are estimates; record "
			"with larger buffers (lttng enable-channel --subbuf-size)",
			model->has_unknown_discards ? "more than " : "", model->discarded_events);
	}
	return 0;
}

/* Snapshots overwrite, and a chunk of a rotated recording goes on from the one before it. */
static int note_overwritten(struct aspan_report *report)
{
	const struct aspan_model *model = report->model;
	uint64_t packets = aspan_model_count_overwritten(model);
	size_t cut = 0;

	for (size_t i = 0; i < model->process_count; i++) {
		cut += model->processes[i].cuts.overwritten_until_ns &&
		       !model->processes[i].proof.is_complete;
	}
	if (packets == 0) {
		return 0;
	}
	return aspan_report_add_note(
		report,
		"%" PRIu64
		" packets of events from before those in the trace were overwritten, or are in "
		"chunks that were not read: what is marked ~ of %zu processes that were there before is "
		"known in part; read all chunks, or record with larger buffers",
		packets, cut);
}

static int note_restarts(struct aspan_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->process_count; i++) {
		count += report->processes[i].coverage.reason == ASPAN_COVERAGE_RESTARTED;
	}
	return count == 0 ?
		       0 :
		       aspan_report_add_note(
			       report,
			       "a session was started again while %zu processes ran: what they did "
			       "while it was stopped is missing, or another session began",
			       count);
}

static int note_cut(struct aspan_report *report)
{
	return report->model->is_cut_short ?
		       aspan_report_add_note(
			       report, "a part of the trace could not be read: what was there "
				       "is missing") :
		       0;
}

static bool any_trace_lacks_vpid(const struct aspan_model *model)
{
	for (size_t i = 0; i < model->trace_count; i++) {
		if (model->traces[i].lacks_vpid) {
			return true;
		}
	}
	return false;
}

static int note_processes(struct aspan_report *report)
{
	return any_trace_lacks_vpid(report->model) ?
		       aspan_report_add_note(
			       report, "the trace has no context 'vpid', so all its processes are "
				       "taken for one; record with lttng add-context -u -t vpid -t "
				       "vtid -t procname") :
		       0;
}

static int note_unnamed(struct aspan_report *report)
{
	const struct aspan_model *model = report->model;
	int result = 0;

	if (model->unnamed_event_count) {
		result = aspan_report_add_note(
			report,
			"%" PRIu64
			" events of spans and groups do not say of which process they are, "
			"and are left out; record with lttng add-context -u -t vpid -t vtid",
			model->unnamed_event_count);
	}
	if (!result && model->unjoined_ledger_count) {
		result = aspan_report_add_note(
			report,
			"%" PRIu32 " ledgers are left out, as the events of their processes may be "
			"among those that do not say whose they are; record with lttng "
			"add-context -u -t vpid -t pid_ns",
			model->unjoined_ledger_count);
	}
	return result;
}

struct inconsistencies {
	uint64_t inferred_frees, orphans, mixed_processes;
};

static struct inconsistencies count_inconsistencies(const struct aspan_model *model)
{
	struct inconsistencies sum = { 0 };

	for (size_t i = 0; i < model->group_count; i++) {
		sum.inferred_frees += model->groups[i].inferred_free_count;
		sum.orphans += (uint64_t) model->groups[i].orphans.count;
	}
	for (size_t i = 0; i < model->process_count; i++) {
		sum.mixed_processes += model->processes[i].is_mixed;
	}
	return sum;
}

static int note_inconsistencies(struct aspan_report *report)
{
	struct inconsistencies sum = count_inconsistencies(report->model);
	int result = 0;

	if (sum.inferred_frees && report->model->event_counts[ASPAN_EVENT_FREE] == 0) {
		result = aspan_report_add_note(
			report, "the event allocspan:free was not recorded: live and peak "
				"bytes cannot be known; enable 'allocspan:*'");
	} else if (sum.inferred_frees) {
		result = aspan_report_add_note(report,
					       "%" PRIu64
					       " frees are not in the trace, as later blocks "
					       "have the same addresses",
					       sum.inferred_frees);
	}
	if (!result && sum.orphans) {
		result = aspan_report_add_note(
			report,
			"%" PRIu64 " blocks were freed whose allocation is not in "
			"the trace (it began later, or they are a parent process's)",
			sum.orphans);
	}
	if (!result && sum.mixed_processes) {
		result = aspan_report_add_note(report,
					       "different processes have the same pid in %" PRIu64
					       " cases and were taken for one; record with lttng "
					       "add-context -u -t vpid -t pid_ns",
					       sum.mixed_processes);
	}
	return result;
}

static int note_old_groups(struct aspan_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->group_count; i++) {
		count += !report->groups[i].result.is_certain;
	}
	if (count == 0 || report->is_doubtful) {
		return 0;
	}
	return aspan_report_add_note(
		report,
		"~ marks what is at least so: %zu groups may be older than the trace, and "
		"no allocspan:group_stats event says what they held before; enable "
		"'allocspan:group_*', too",
		count);
}

static bool asks_by(const struct aspan_questions *questions, enum aspan_dimension dimension)
{
	for (size_t i = 0; i < questions->breakdown_count; i++) {
		for (size_t k = 0; k < questions->breakdowns[i].key_count; k++) {
			if (questions->breakdowns[i].keys[k].dimension == dimension) {
				return true;
			}
		}
	}
	return false;
}

/* Formats that ask for everything do not mean that anybody misses this. */
static bool is_asked_for(const struct aspan_report *report, enum aspan_dimension dimension)
{
	return !report->questions->wants_found_tags && asks_by(report->questions, dimension);
}

static bool has_named_code(const struct aspan_report *report)
{
	for (size_t i = 0; i < report->callsite_count; i++) {
		if (report->callsites[i].function || report->callsites[i].binary) {
			return true;
		}
	}
	return false;
}

static int note_callsites(struct aspan_report *report)
{
	if (!is_asked_for(report, ASPAN_BY_CALLSITE) || has_named_code(report)) {
		return 0;
	}
	if (report->callsite_count > 0) {
		return aspan_report_add_note(
			report, "the trace does not say what was loaded, so call sites are "
				"addresses; record with 'allocspan record', or lttng enable-event "
				"-u 'lttng_ust_statedump:*'");
	}
	return aspan_report_add_note(
		report, "the trace has no context 'ip', so call sites are not known; record "
			"with 'allocspan record --callsite', or lttng add-context -u -t ip");
}

static int note_threads(struct aspan_report *report)
{
	bool is_asked = is_asked_for(report, ASPAN_BY_THREAD) ||
			is_asked_for(report, ASPAN_BY_SPAN);

	for (size_t i = 0; is_asked && i < report->thread_count; i++) {
		if (report->threads[i].vtid == 0) {
			return aspan_report_add_note(
				report, "the trace has no context 'vtid', so all threads of a "
					"process are taken for one; record with lttng add-context "
					"-u -t vpid -t vtid -t procname");
		}
	}
	return 0;
}

static bool has_ledger_figures(const struct aspan_report *report)
{
	for (size_t i = 0; i < report->process_count; i++) {
		if (report->processes[i].process->proof.has_ledger_figures) {
			return true;
		}
	}
	return false;
}

static int note_silence(struct aspan_report *report)
{
	if (report->model->event_counts[ASPAN_EVENT_ALLOC] || report->model->discarded_events ||
	    has_ledger_figures(report)) {
		return 0;
	}
	return aspan_report_add_note(report,
				     "no allocation was recorded: enable 'allocspan:*', preload "
				     "liballocspan-preload.so, and enter a token or a span (or "
				     "set ALLOCSPAN_ROOT=1)");
}

int aspan_report_add_notes(struct aspan_report *report)
{
	int (*const steps[])(struct aspan_report *) = { note_cut,
							note_losses,
							note_overwritten,
							note_restarts,
							note_processes,
							note_unnamed,
							note_inconsistencies,
							aspan_report_add_process_notes,
							note_old_groups,
							note_callsites,
							note_threads,
							note_silence };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int result = steps[i](report);

		if (result) {
			return result;
		}
	}
	return 0;
}

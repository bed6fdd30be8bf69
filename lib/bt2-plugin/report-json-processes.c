/* SPDX-License-Identifier: MIT */
/*
 * See report-json-processes.h.
 *
 * Words for how processes begin and end are those of the trace. A number that is not known is null.
 */
#include "report-json-processes.h"

void aspan_json_write_vpid(struct aspan_json *json, const struct aspan_process *process)
{
	if (process->has_vpid) {
		aspan_json_number(json, "vpid", process->vpid);
	} else {
		aspan_json_null(json, "vpid");
	}
}

static void write_known(struct aspan_json *json, const char *key, uint64_t number, uint64_t unknown)
{
	if (number == unknown) {
		aspan_json_null(json, key);
	} else {
		aspan_json_number(json, key, number);
	}
}

static void write_begin(struct aspan_json *json, const struct aspan_process *process)
{
	const struct aspan_process_begin *begin = &process->begin;

	write_known(json, "pid_ns", aspan_process_get_namespace(process), 0);
	write_known(json, "start_time", begin->start_ns, 0);
	aspan_json_text(json, "exe", begin->exe);
	aspan_json_index(json, "parent", begin->parent);
	write_known(json, "parent_vpid", begin->parent_vpid, 0);
	aspan_json_text(json, "begin", aspan_process_get_begin_word(process));
	write_known(json, "begin_ns", begin->time_ns, 0);
}

static void write_end(struct aspan_json *json, const struct aspan_process *process)
{
	aspan_json_text(json, "end", aspan_process_get_end_word(process));
	write_known(json, "end_ns", process->end.is_told ? process->end.time_ns : 0, 0);
}

static void write_missing(struct aspan_json *json, const char *key,
			  const struct aspan_missing *missing)
{
	aspan_json_open(json, key, '{');
	aspan_json_number(json, "least", missing->least);
	write_known(json, "most", missing->most, ASPAN_MISSING_UNKNOWN);
	aspan_json_close(json, '}');
}

static void write_proof(struct aspan_json *json, const struct aspan_proof *proof)
{
	aspan_json_bool(json, "complete", proof->is_complete);
	aspan_json_text(json, "proof", aspan_proof_get_word(proof->kind));
	write_known(json, "complete_until_ns", proof->until_ns, 0);
	aspan_json_open(json, "missing", '{');
	write_missing(json, "allocs", &proof->allocs);
	write_missing(json, "frees", &proof->frees);
	aspan_json_close(json, '}');
	aspan_json_text(json, "from", proof->has_ledger_figures ? "ledger" : "events");
}

void aspan_json_write_coverage(struct aspan_json *json, const struct aspan_coverage *coverage)
{
	aspan_json_open(json, "coverage", '{');
	write_known(json, "begin_ns", coverage->begin_ns, 0);
	write_known(json, "end_ns", coverage->end_ns, 0);
	aspan_json_text(json, "reason", aspan_coverage_get_word(coverage->reason));
	aspan_json_close(json, '}');
}

/* null of a process that was not forked. */
static void write_inherited(struct aspan_json *json, const struct aspan_process *process)
{
	if (!process->is_forked) {
		aspan_json_null(json, "inherited");
		return;
	}
	aspan_json_open(json, "inherited", '{');
	aspan_json_number(json, "live_count", (uint64_t) process->begin.inherited.count);
	aspan_json_number(json, "live_bytes", (uint64_t) process->begin.inherited.bytes);
	aspan_json_bool(json, "certain", process->begin.is_inherited_known);
	aspan_json_close(json, '}');
}

void aspan_json_write_process(struct aspan_json *json, const struct aspan_report_process *made)
{
	const struct aspan_process *process = made->process;

	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	aspan_json_text(json, "hostname", made->hostname);
	aspan_json_write_vpid(json, process);
	aspan_json_text(json, "procname", process->procname);
	aspan_json_text(json, "text", made->text);
	write_begin(json, process);
	write_end(json, process);
	write_proof(json, &process->proof);
	aspan_json_write_coverage(json, &made->coverage);
	write_inherited(json, process);
	aspan_json_number(json, "missing_children", process->missing_children);
	aspan_json_number(json, "misuse_count", process->misuse_count);
	aspan_json_close(json, '}');
}

static void write_unrecorded(struct aspan_json *json, const struct aspan_report_unrecorded *process)
{
	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	aspan_json_number(json, "pid", process->pid);
	aspan_json_number(json, "parent_pid", process->parent_pid);
	aspan_json_text(json, "name", process->name);
	aspan_json_text(json, "exe", process->exe);
	aspan_json_text(json, "command", process->command);
	aspan_json_text(json, "why", process->why);
	aspan_json_text(json, "text", process->text);
	aspan_json_close(json, '}');
}

void aspan_json_write_unrecorded(struct aspan_json *json, const struct aspan_report *report)
{
	aspan_json_break_line(json);
	aspan_json_open(json, "unrecorded", '[');
	for (size_t i = 0; i < report->unrecorded_count; i++) {
		write_unrecorded(json, &report->unrecorded[i]);
	}
	aspan_json_close(json, ']');
	aspan_json_number(json, "unrecorded_more", report->unrecorded_more);
}

void aspan_json_write_misuses(struct aspan_json *json, const struct aspan_misuses *misuses)
{
	aspan_json_open(json, "misuses", '{');
	for (size_t i = 0; i < misuses->kind_count; i++) {
		aspan_json_number_by_text(json, misuses->kinds[i].what, misuses->kinds[i].count);
	}
	if (misuses->other_count) {
		aspan_json_number(json, "(other)", misuses->other_count);
	}
	aspan_json_close(json, '}');
}

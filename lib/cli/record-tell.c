/* SPDX-License-Identifier: MIT */
/*
 * What a recording says at its end.
 *
 * All of it goes to stderr: stdout belongs to the command.
 */
#include "record-tell.h"
#include "record-buffers.h"
#include "record-count.h"
#include "record-diagnosis.h"
#include "record-losses.h"
#include "record-missing.h"
#include "terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MIB (1024.0 * 1024.0)

static const char *describe_packed(const struct aspan_record_counts *counts, char *text,
				   size_t size)
{
	text[0] = '\0';
	if (counts->packed_records > 0) {
		snprintf(text, size, " with %" PRIu64 " allocations and frees packed in them",
			 counts->packed_records);
	}
	return text;
}

static void tell_counts(const struct aspan_record_result *result, int status,
			const struct aspan_record_counts *counts)
{
	char packed[64];
	bool has_directory = access(result->absolute_directory, F_OK) == 0;

	if (!has_directory && aspan_record_fault_any(result->faults)) {
		return;
	}
	if (status < 0) {
		aspan_terminal_note("the trace is in %s; %" PRIu64 " events were lost",
				    result->directory, result->discarded_events);
	} else {
		aspan_terminal_note(
			"recorded %" PRIu64 " events%s, lost %s%" PRIu64 "%s%s", counts->events,
			describe_packed(counts, packed, sizeof(packed)),
			aspan_record_fault_any(result->faults) ? "at least " : "",
			result->discarded_events + aspan_record_losses_count(counts, result->ends),
			has_directory ? ", in " : "", has_directory ? result->directory : "");
	}
}

/* The sizes of traces of the same program in both forms are what is said of --packed (README.md). */
static const char *advise(const struct aspan_record_options *options)
{
	if (options->is_packed) {
		return "";
	}
	return options->filter || options->stack_depth ?
		       "record less, or " :
		       "record with --packed, which needs about a tenth of the room, or less with "
		       "--filter, or ";
}

static void tell_lost(const struct aspan_record_result *result)
{
	bool is_per_user = result->options->has_user_buffers;

	if (result->discarded_events > 0) {
		aspan_terminal_note("%" PRIu64 " events were lost because the buffers (%.3g MiB%s) "
				    "were full; %s%s",
				    result->discarded_events, (double) result->buffers_bytes / MIB,
				    is_per_user ? "" : " a process", advise(result->options),
				    is_per_user ? "give " ASPAN_BUFFERS_DIRECTORY " more room" :
						  "share larger ones with --buffers user");
	}
}

static void tell_missing(const struct aspan_record_counts *counts)
{
	if (counts->missing_records > 0) {
		aspan_terminal_note("%" PRIu64 " allocations and frees are missing between packed "
				    "events; the report says so where its numbers are unsure",
				    counts->missing_records);
	}
}

/* So that it can be copied into a shell. */
static void tell_next(const char *directory)
{
	const char *quote = strpbrk(directory, " \t\n\"\\$&;|<>()*?[]#~`!") ? "'" : "";

	aspan_terminal_note("next: allocspan report %s%s%s", quote, directory, quote);
}

static void tell_salvaged(const struct aspan_salvaged *salvaged)
{
	if (salvaged->record_count > 0) {
		aspan_terminal_note("%" PRIu64 " of them were salvaged from %" PRIu64
				    " process%s that ended before they were recorded",
				    salvaged->record_count, salvaged->process_count,
				    salvaged->process_count == 1 ? "" : "es");
	}
}

static void tell_processes(const struct aspan_record_result *result)
{
	aspan_record_ends_tell(result->ends, result->program, result->pid, result->status);
	aspan_record_watch_tell(result->watch);
}

static void tell_trace(const struct aspan_record_result *result, int status,
		       const struct aspan_record_counts *counts)
{
	tell_counts(result, status, counts);
	tell_salvaged(result->salvaged);
	tell_lost(result);
	tell_missing(counts);
	aspan_record_losses_tell(counts, result->ends);
	tell_processes(result);
	if (aspan_record_fault_any(result->faults)) {
		aspan_record_missing_tell(counts, result->ends);
	} else if (status == 0 && counts->allocations == 0) {
		aspan_record_diagnosis_print(&(struct aspan_record_question){
			.counts = counts,
			.options = result->options,
			.ends = result->ends,
			.program = result->program,
			.pid = result->pid,
			.status = result->status,
		});
	}
	aspan_record_fault_tell(result->faults);
	if (status < 0 || counts->events > 0) {
		tell_next(result->directory);
	}
}

/* The packets that are whole can be read, though not by babeltrace2 alone. */
static void tell_unreadable(const struct aspan_record_result *result)
{
	bool is_cut = aspan_record_fault_any(result->faults);

	if (is_cut) {
		aspan_terminal_note("the trace in %s is cut short; allocspan report reads what is "
				    "whole of it",
				    result->directory);
	} else {
		aspan_record_fault_note(
			result->faults, ASPAN_FAULT_TRACE,
			"the trace in %s cannot be read; see what babeltrace2 says of it",
			result->directory);
	}
	tell_processes(result);
	aspan_record_fault_tell(result->faults);
	if (is_cut) {
		tell_next(result->directory);
	}
}

void aspan_record_tell(const struct aspan_record_result *result)
{
	struct aspan_record_counts counts;
	int ret = aspan_record_count(result->absolute_directory, &counts);

	if (ret < 0 && ret != -EINTR && ret != -EMFILE) {
		tell_unreadable(result);
	} else {
		tell_trace(result, ret, &counts);
	}
	aspan_record_counts_fini(&counts);
}

/* SPDX-License-Identifier: MIT */
/*
 * Notes on processes: of which it is not proved that all they did is there, what they inherited, and what they did wrong.
 *
 * A trace may have thousands of processes: the first few are named, and the others counted.
 */
#include "report-build.h"

#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAMED 4

/* "902 allocations and 3 frees", "at least 5 allocations", "" */
static void describe_least(char *text, size_t size, const struct aspan_proof *proof)
{
	bool are_allocs_exact = proof->allocs.least == proof->allocs.most;
	char allocs[ASPAN_TEXT_NUMBER_SIZE], frees[2][ASPAN_TEXT_NUMBER_SIZE];

	aspan_text_format_count(allocs, proof->allocs.least);
	aspan_text_format_count(frees[0], proof->frees.least);
	aspan_text_format_count(frees[1], proof->frees.most);
	if (are_allocs_exact && proof->frees.least == proof->frees.most) {
		snprintf(text, size, "%s allocations and %s frees are missing", allocs, frees[0]);
	} else if (are_allocs_exact && proof->frees.most != ASPAN_MISSING_UNKNOWN) {
		snprintf(text, size, "%s allocations and %s to %s frees are missing", allocs,
			 frees[0], frees[1]);
	} else {
		snprintf(text, size, "at least %s allocations and %s frees are missing", allocs,
			 frees[0]);
	}
}

static void describe_missing(char *text, size_t size, const struct aspan_proof *proof)
{
	char allocs[ASPAN_TEXT_NUMBER_SIZE], frees[ASPAN_TEXT_NUMBER_SIZE];

	*text = '\0';
	if (proof->allocs.least || proof->frees.least) {
		describe_least(text, size, proof);
	} else if (proof->allocs.most != ASPAN_MISSING_UNKNOWN &&
		   proof->frees.most != ASPAN_MISSING_UNKNOWN) {
		snprintf(text, size, "at most %s allocations and %s frees are missing",
			 aspan_text_format_count(allocs, proof->allocs.most),
			 aspan_text_format_count(frees, proof->frees.most));
	}
}

/* What the process said of its end, and when. */
static const char *describe_end(const struct aspan_process *process)
{
	const char *end = aspan_process_get_end_word(process);

	if (!end) {
		if (process->ledger.is_running) {
			return "still ran when the recording ended";
		}
		return process->begin.is_told ? "ran on, or was killed" :
						"does not tell how it ended";
	}
	return strcmp(end, ASPAN_PROCESS_KILLED) == 0 ? "was killed" : "ended";
}

/* Why what is there is not all, or may not be. */
static void describe_reason(char *text, size_t size, const struct aspan_report *report,
			    const struct aspan_process *process)
{
	const struct aspan_proof *proof = &process->proof;
	char duration[ASPAN_TEXT_NUMBER_SIZE];

	describe_missing(text, size, proof);
	if (process->has_no_memory || process->ledger.has_losses ||
	    (process->end.is_told && process->end.lost_count)) {
		snprintf(text, size, "it could not keep track of everything");
	} else if (process->has_unseen_frees) {
		snprintf(text, size,
			 "it did not see all frees, so live and leaked blocks are at most so many");
	} else if (proof->is_contradicted) {
		snprintf(text, size, "more was read than it did, so events of others are in it");
	} else if (!*text && proof->until_ns) {
		snprintf(text, size, "what it did is complete until +%s",
			 aspan_text_format_duration(
				 duration, proof->until_ns > report->model->first_ns ?
						   proof->until_ns - report->model->first_ns :
						   0));
	} else if (!*text) {
		snprintf(text, size, "how much of what it did is missing is not known");
	}
}

static int note_process(struct aspan_report *report, size_t index)
{
	const struct aspan_report_process *made = &report->processes[index];
	char reason[256];

	describe_reason(reason, sizeof(reason), report, made->process);
	return aspan_report_add_note(
		report, "%s %s: %s%s", made->text, describe_end(made->process), reason,
		made->process->proof.has_ledger_figures ?
			"; what its groups allocated, freed and hold is from its ledger, and all "
			"else of what was read" :
			"");
}

/* One that nothing tells of was recorded by another version, or with a few events only. */
static bool is_silent(const struct aspan_process *process)
{
	return process->proof.kind == ASPAN_PROOF_NONE && !process->begin.is_told;
}

static int note_incomplete(struct aspan_report *report)
{
	size_t named = 0, others = 0, silent = 0;
	int result = 0;

	for (size_t i = 0; !result && i < report->process_count; i++) {
		const struct aspan_process *process = report->processes[i].process;

		if (process->proof.is_complete) {
			continue;
		}
		if (is_silent(process)) {
			silent++;
		} else if (named == MAX_NAMED) {
			others++;
		} else {
			named++;
			result = note_process(report, i);
		}
	}
	if (!result && others) {
		result = aspan_report_add_note(
			report, "of %zu other processes, too, something is or may be missing",
			others);
	}
	if (!result && silent) {
		result = aspan_report_add_note(
			report,
			"nothing proves that what %zu processes did is all there; enable "
			"'allocspan:process_*' and 'allocspan:group_stats', too",
			silent);
	}
	return result;
}

static int note_missing_children(struct aspan_report *report)
{
	const struct aspan_report_process *first = NULL;
	uint64_t count = 0;
	char text[ASPAN_TEXT_NUMBER_SIZE];

	for (size_t i = 0; i < report->process_count; i++) {
		const struct aspan_process *process = report->processes[i].process;

		if (process->missing_children > 0) {
			first = first ? first : &report->processes[i];
			count += process->missing_children;
		}
	}
	if (count == 0) {
		return 0;
	}
	return aspan_report_add_note(
		report,
		"%s process%s that %s forked %s not in the trace, and no ledger tells of %s: what "
		"was done there is not known",
		aspan_text_format_count(text, count), count == 1 ? "" : "es",
		count > first->process->missing_children ? "these programs" : first->text,
		count == 1 ? "is" : "are", count == 1 ? "it" : "them");
}

/* Complete as they are, they have no end: neither were they killed, nor do they hold what they hold for ever. */
static int note_running(struct aspan_report *report)
{
	const struct aspan_report_process *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < report->process_count; i++) {
		const struct aspan_process *process = report->processes[i].process;

		if (process->proof.is_complete && process->ledger.is_running) {
			first = first ? first : &report->processes[i];
			count++;
		}
	}
	if (count == 0) {
		return 0;
	}
	return aspan_report_add_note(report, "%s%s still ran when the recording ended", first->text,
				     count > 1 ? ", and others," : "");
}

/* The children of a fork have their parent's blocks; counting them again would be counting them twice. */
static int note_inherited(struct aspan_report *report)
{
	const struct aspan_report_process *first = NULL;
	char bytes[ASPAN_TEXT_NUMBER_SIZE], count[ASPAN_TEXT_NUMBER_SIZE];
	size_t forked = 0;

	for (size_t i = 0; i < report->process_count; i++) {
		const struct aspan_process *process = report->processes[i].process;

		if (process->is_forked && process->begin.inherited.count > 0) {
			first = first ? first : &report->processes[i];
			forked++;
		}
	}
	if (forked == 0) {
		return 0;
	}
	aspan_text_format_bytes(bytes, (uint64_t) first->process->begin.inherited.bytes);
	aspan_text_format_count(count, (uint64_t) first->process->begin.inherited.count);
	return aspan_report_add_note(
		report,
		"%s inherited %s%s in %s blocks from pid %" PRIu64 "%s; they are its "
		"parent's, and are not counted here",
		first->text, first->process->begin.is_inherited_known ? "" : "about ", bytes, count,
		first->process->begin.parent_vpid, forked > 1 ? ", and others likewise" : "");
}

static int note_misuses(struct aspan_report *report)
{
	const struct aspan_misuses *misuses = &report->model->misuses;
	char *text = NULL;
	size_t size;
	FILE *stream;
	int result;

	if (misuses->kind_count == 0) {
		return 0;
	}
	stream = open_memstream(&text, &size);
	if (!stream) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < misuses->kind_count; i++) {
		fprintf(stream, "%s%s %" PRIu64, i ? ", " : "", misuses->kinds[i].what,
			misuses->kinds[i].count);
	}
	if (misuses->other_count) {
		fprintf(stream, ", others %" PRIu64, misuses->other_count);
	}
	result = fclose(stream) ? -ENOMEM :
				  aspan_report_add_note(report, "misuse was seen: %s", text);
	free(text);
	return result;
}

int aspan_report_add_process_notes(struct aspan_report *report)
{
	int result = note_incomplete(report);

	result = result ? result : note_missing_children(report);
	result = result ? result : note_running(report);
	result = result ? result : note_inherited(report);
	return result ? result : note_misuses(report);
}

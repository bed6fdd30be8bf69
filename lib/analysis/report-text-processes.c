/* SPDX-License-Identifier: MIT */
/*
 * The lines of a report for people that say whether it is proved that nothing is missing, and by what; and from when on all is
 * there, if not from its beginning.
 */
#include "report-text-sections.h"
#include "text.h"

#include <inttypes.h>

struct proofs {
	size_t counts[ASPAN_PROOF_COUNT]; /* of the processes that are complete */
	size_t complete_count;
	uint64_t missing_children;
};

static struct proofs count_proofs(const struct aspan_report *report)
{
	struct proofs proofs = { .complete_count = 0 };

	for (size_t i = 0; i < report->process_count; i++) {
		const struct aspan_proof *proof = &report->processes[i].process->proof;

		proofs.counts[proof->kind] += proof->is_complete;
		proofs.complete_count += proof->is_complete;
		proofs.missing_children += report->processes[i].process->missing_children;
	}
	return proofs;
}

/* "process_end (3 processes), ledger (1)" */
static void write_kinds(const struct aspan_report_text *text, const struct proofs *proofs)
{
	bool is_first = true;

	for (int kind = ASPAN_PROOF_COUNT - 1; kind >= 0; kind--) {
		if (proofs->counts[kind] == 0) {
			continue;
		}
		fprintf(text->stream, "%s%s (%zu%s)", is_first ? "" : ", ",
			aspan_proof_get_word((enum aspan_proof_kind) kind), proofs->counts[kind],
			!is_first		  ? "" :
			proofs->counts[kind] == 1 ? " process" :
						    " processes");
		is_first = false;
	}
}

void aspan_report_text_write_proof(const struct aspan_report_text *text)
{
	const struct aspan_report *report = text->report;
	struct proofs proofs = count_proofs(report);

	if (report->is_complete) {
		fputs("complete   proved by ", text->stream);
		write_kinds(text, &proofs);
	} else {
		fputs(aspan_text_style_get(&text->style, ASPAN_TEXT_YELLOW), text->stream);
		fprintf(text->stream, "complete   proved for %zu of %" PRIu64 " processes",
			proofs.complete_count, report->process_count + proofs.missing_children);
		if (proofs.complete_count > 0) {
			fputs(", by ", text->stream);
			write_kinds(text, &proofs);
		}
		fputs(aspan_text_style_get(&text->style, ASPAN_TEXT_PLAIN), text->stream);
	}
	fputc('\n', text->stream);
}

/* Nothing where it is what everybody expects. */
void aspan_report_text_write_coverage(const struct aspan_report_text *text)
{
	const struct aspan_report *report = text->report;
	const struct aspan_coverage *coverage = &report->coverage;
	uint64_t first_ns = report->model->first_ns;
	char begin[ASPAN_TEXT_NUMBER_SIZE], count[ASPAN_TEXT_NUMBER_SIZE];

	if (coverage->reason != ASPAN_COVERAGE_OVERWRITTEN &&
	    coverage->reason != ASPAN_COVERAGE_RESTARTED) {
		return;
	}
	aspan_text_format_duration(
		begin, coverage->begin_ns > first_ns ? coverage->begin_ns - first_ns : 0);
	fprintf(text->stream,
		"%scoverage   from +%s on: ", aspan_text_style_get(&text->style, ASPAN_TEXT_YELLOW),
		begin);
	if (coverage->reason == ASPAN_COVERAGE_RESTARTED) {
		fputs("the session was started again then", text->stream);
	} else {
		fprintf(text->stream, "%s earlier packets of events are not in the trace",
			aspan_text_format_count(count,
						aspan_model_count_overwritten(report->model)));
	}
	fprintf(text->stream, "%s\n", aspan_text_style_get(&text->style, ASPAN_TEXT_PLAIN));
}

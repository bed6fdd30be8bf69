/* SPDX-License-Identifier: MIT */
/*
 * Writes a report for people: what was read, the table of rows, the sections that were asked for, and notes.
 *
 * Columns with numbers stand to the left; what a row is about, whose length nobody knows, comes last, and is cut where
 * the terminal ends.
 */
#include "report-text.h"

#include "report-text-sections.h"
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of a section, where --top does not say. */
#define DEFAULT_SECTION_LINES 10
#define MAX_NAMED_PROCESSES 4

static void write_time(FILE *stream, const struct aspan_model *model)
{
	time_t seconds = (time_t) (model->first_ns / 1000000000);
	char duration[ASPAN_TEXT_NUMBER_SIZE];
	char date[64] = "?";
	struct tm local;

	/* Nothing was read; ledgers tell the rest. */
	if (model->first_ns == 0) {
		return;
	}
	if (localtime_r(&seconds, &local)) {
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S %z", &local);
	}
	fprintf(stream, "time       %s, %s\n", date,
		aspan_text_format_duration(duration, model->last_ns - model->first_ns));
}

/* Which part of the trace the numbers are of, if not of all. */
static void write_window(const struct aspan_report_text *text)
{
	const struct aspan_report *report = text->report;
	uint64_t first_ns = report->model->first_ns;
	char begin[ASPAN_TEXT_NUMBER_SIZE], end[ASPAN_TEXT_NUMBER_SIZE];
	char duration[ASPAN_TEXT_NUMBER_SIZE];

	if (!report->questions->has_from && !report->questions->has_to) {
		return;
	}
	fprintf(text->stream, "window     +%s to +%s, %s\n",
		aspan_text_format_duration(begin, report->begin_ns - first_ns),
		aspan_text_format_duration(end, report->end_ns - first_ns),
		aspan_text_format_duration(duration, report->end_ns - report->begin_ns));
}

static int write_processes(FILE *stream, const struct aspan_report *report)
{
	fprintf(stream, "processes  %zu:", report->process_count);
	for (size_t i = 0; i < report->process_count; i++) {
		char *escaped;

		if (i == MAX_NAMED_PROCESSES) {
			fputs(" ...", stream);
			break;
		}
		escaped = aspan_text_escape(report->processes[i].text);
		if (!escaped) {
			return -ENOMEM;
		}
		fprintf(stream, " %s", escaped);
		free(escaped);
	}
	fputc('\n', stream);
	return 0;
}

static void write_events(FILE *stream, const struct aspan_model *model)
{
	uint64_t all = aspan_model_count_events(model) + model->other_event_count;
	uint64_t allocs = model->event_counts[ASPAN_EVENT_ALLOC];
	uint64_t frees = model->event_counts[ASPAN_EVENT_FREE];
	char counts[4][ASPAN_TEXT_NUMBER_SIZE];

	fprintf(stream, "events     %s: %s alloc, %s free, %s other\n",
		aspan_text_format_count(counts[0], all), aspan_text_format_count(counts[1], allocs),
		aspan_text_format_count(counts[2], frees),
		aspan_text_format_count(counts[3], all - allocs - frees));
}

static void write_discarded(const struct aspan_report_text *text)
{
	const struct aspan_model *model = text->report->model;
	char count[ASPAN_TEXT_NUMBER_SIZE];

	if (model->discarded_events == 0 && !model->has_unknown_discards) {
		fputs("discarded  none\n", text->stream);
		return;
	}
	fprintf(text->stream, "%sdiscarded  %s%s events%s\n",
		aspan_text_style_get(&text->style, ASPAN_TEXT_YELLOW),
		model->has_unknown_discards ? "more than " : "",
		aspan_text_format_count(count, model->discarded_events),
		aspan_text_style_get(&text->style, ASPAN_TEXT_PLAIN));
}

static bool wants(const struct aspan_report_text *text, enum aspan_extra extra)
{
	return aspan_questions_want(text->report->questions, extra);
}

/* Temporary blocks are only counted where more than groups is asked for. */
static bool has_temporary(const struct aspan_report_text *text)
{
	const struct aspan_questions *questions = text->report->questions;

	return questions->temporary_ns || questions->sort == ASPAN_SORT_TEMPORARY ||
	       wants(text, ASPAN_SHOW_LIFETIMES);
}

static void add_columns(const struct aspan_report_text *text, struct aspan_text_table *table)
{
	aspan_text_table_init(table, &text->style);
	aspan_text_table_add_numbers(table, "ALLOCS");
	aspan_text_table_add_numbers(table, "BYTES");
	if (wants(text, ASPAN_SHOW_RATES)) {
		aspan_text_table_add_numbers(table, "ALLOCS/s");
		aspan_text_table_add_numbers(table, "BYTES/s");
	}
	aspan_text_table_add_numbers(table, "FREES");
	aspan_text_table_add_numbers(table, "LIVE");
	aspan_text_table_add_numbers(table, "LIVE BYTES");
	aspan_text_table_add_numbers(table, "PEAK BYTES");
	aspan_text_table_add_numbers(table, "FOREIGN");
	if (has_temporary(text)) {
		aspan_text_table_add_numbers(table, "TEMPORARY");
	}
	aspan_report_text_add_key_columns(text, table);
}

static void add_rates(const struct aspan_report_text *text, struct aspan_text_table *table,
		      const struct aspan_counts *counts, bool is_sure)
{
	double seconds = (double) (text->report->end_ns - text->report->begin_ns) / 1e9;

	if (seconds <= 0) {
		aspan_text_table_format(table, "-");
		aspan_text_table_format(table, "-");
		return;
	}
	aspan_text_table_count(table, (uint64_t) ((double) counts->alloc_count / seconds + 0.5),
			       is_sure);
	aspan_text_table_bytes(table, (uint64_t) ((double) counts->alloc_bytes / seconds + 0.5),
			       is_sure);
}

static void add_row(const struct aspan_report_text *text, struct aspan_text_table *table,
		    const struct aspan_report_row *row)
{
	const struct aspan_numbers *numbers = &row->numbers;
	bool is_sure = !numbers->is_doubtful;
	/* Events alone tell it, whatever a ledger counts. */
	bool is_seen_sure = is_sure && !numbers->is_from_ledger;
	bool is_live_sure = numbers->is_certain || numbers->has_exact_live;

	aspan_text_table_count(table, numbers->counts.alloc_count, is_sure);
	aspan_text_table_bytes(table, numbers->counts.alloc_bytes, is_sure);
	if (wants(text, ASPAN_SHOW_RATES)) {
		add_rates(text, table, &numbers->counts, is_sure);
	}
	aspan_text_table_count(table, numbers->counts.free_count, is_sure);
	aspan_text_table_count(table, numbers->live.count, is_live_sure);
	aspan_text_table_bytes(table, numbers->live.bytes, is_live_sure);
	aspan_text_table_bytes(table, numbers->peak_live_bytes, numbers->is_certain);
	aspan_text_table_count(table, numbers->foreign_frees.count, is_seen_sure);
	if (has_temporary(text)) {
		aspan_text_table_count(table, numbers->temporary.count, is_seen_sure);
	}
	aspan_report_text_add_keys(text, table, row);
}

static int write_rows(const struct aspan_report_text *text)
{
	size_t row_count = text->breakdown->row_count;
	size_t top = text->report->questions->top;
	size_t shown = top && top < row_count ? top : row_count;
	struct aspan_text_table table;

	if (row_count == 0) {
		return 0;
	}
	add_columns(text, &table);
	for (size_t i = 0; i < shown; i++) {
		add_row(text, &table, &text->breakdown->rows[i]);
	}
	fputc('\n', text->stream);
	return aspan_report_text_end_table(text, &table, row_count - shown);
}

static int write_sections(const struct aspan_report_text *text)
{
	static const struct {
		enum aspan_extra extra;
		int (*write)(const struct aspan_report_text *text);
	} sections[] = {
		{ ASPAN_SHOW_TIMELINE, aspan_report_text_write_timeline },
		{ ASPAN_SHOW_PEAK, aspan_report_text_write_peak },
		{ ASPAN_SHOW_LEAKS, aspan_report_text_write_leaks },
		{ ASPAN_SHOW_SIZES, aspan_report_text_write_sizes },
		{ ASPAN_SHOW_LIFETIMES, aspan_report_text_write_lifetimes },
		{ ASPAN_SHOW_GROWTH, aspan_report_text_write_growth },
	};
	int result = 0;

	for (size_t i = 0; !result && i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (wants(text, sections[i].extra)) {
			result = sections[i].write(text);
		}
	}
	return result;
}

static void write_notes(const struct aspan_report_text *text)
{
	for (size_t i = 0; i < text->report->note_count; i++) {
		fprintf(text->stream, "%s%snote: %s%s\n", i == 0 ? "\n" : "",
			aspan_text_style_get(&text->style, ASPAN_TEXT_YELLOW),
			text->report->notes[i],
			aspan_text_style_get(&text->style, ASPAN_TEXT_PLAIN));
	}
}

/* What is the same whatever rows are about. */
static int write_activity(const struct aspan_report_text *text)
{
	int result = 0;

	if (wants(text, ASPAN_SHOW_HANDOVER)) {
		result = aspan_report_text_write_handover(text);
	}
	if (!result && wants(text, ASPAN_SHOW_SPANS)) {
		result = aspan_report_text_write_spans(text);
	}
	if (!result && wants(text, ASPAN_SHOW_STACKS)) {
		result = aspan_report_text_write_stacks(text);
	}
	return result;
}

/* Each breakdown that was asked for has a table, and sections of its own. */
static int write_breakdowns(struct aspan_report_text *text)
{
	const struct aspan_report *report = text->report;
	int result = 0;

	for (size_t i = 0; !result && i < report->breakdown_count; i++) {
		text->breakdown = &report->breakdowns[i];
		if (text->breakdown->question.key_count == 0) {
			continue;
		}
		result = write_rows(text);
		result = result ? result : write_sections(text);
	}
	return result;
}

int aspan_report_text_write(const struct aspan_report *report,
			    const struct aspan_report_text_options *options, FILE *stream)
{
	struct aspan_report_text text = {
		.report = report,
		.style = { .width = options->width, .has_colour = options->has_colour },
		.top = report->questions->top ? report->questions->top : DEFAULT_SECTION_LINES,
		.stream = stream,
	};
	int result;

	write_time(stream, report->model);
	write_window(&text);
	result = write_processes(stream, report);
	write_events(stream, report->model);
	write_discarded(&text);
	aspan_report_text_write_proof(&text);
	aspan_report_text_write_coverage(&text);
	if (!result) {
		result = write_breakdowns(&text);
	}
	if (!result) {
		result = write_activity(&text);
	}
	if (!result) {
		write_notes(&text);
	}
	return result;
}

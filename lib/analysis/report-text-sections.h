/* SPDX-License-Identifier: MIT */
/*
 * The sections of a report for people: what --show adds below the table of rows, each under a title.
 *
 * A section is left out where there is nothing to say but its title; then one line says so.
 */
#ifndef ASPAN_ANALYSIS_REPORT_TEXT_SECTIONS_H
#define ASPAN_ANALYSIS_REPORT_TEXT_SECTIONS_H

#include "report.h"
#include "text-table.h"

#include <stdio.h>

struct aspan_report_text {
	const struct aspan_report *report;
	const struct aspan_report_breakdown *breakdown; /* whose rows are shown */
	struct aspan_text_style style;
	size_t top; /* how many lines of each table */
	FILE *stream;
};

/* Columns for the keys of a row, and their cells. */
void aspan_report_text_add_key_columns(const struct aspan_report_text *text,
				       struct aspan_text_table *table);
void aspan_report_text_add_keys(const struct aspan_report_text *text,
				struct aspan_text_table *table, const struct aspan_report_row *row);

/* Where blocks of a place were allocated: group, spans, thread, call site, as far as asked for. */
void aspan_report_text_add_place(const struct aspan_report_text *text,
				 struct aspan_text_table *table,
				 const struct aspan_report_place *place);

/* When, counted from the first event: "+1.500 s". */
void aspan_report_text_add_time(const struct aspan_report_text *text,
				struct aspan_text_table *table, uint64_t time_ns);

/* Writes and ends a table, and says how many lines more there would be. 0 or -ENOMEM. */
int aspan_report_text_end_table(const struct aspan_report_text *text,
				struct aspan_text_table *table, size_t left_out);

/* A blank line and the title of a section. */
void aspan_report_text_begin_section(const struct aspan_report_text *text, const char *title);

/* report-text-processes.c: whether it is proved that nothing is missing. */
void aspan_report_text_write_proof(const struct aspan_report_text *text);

/* report-text-processes.c, too: from when on all is there. */
void aspan_report_text_write_coverage(const struct aspan_report_text *text);

/* report-text-shapes.c: --show sizes, lifetimes, growth, timeline. Each 0 or -ENOMEM. */
int aspan_report_text_write_sizes(const struct aspan_report_text *text);
int aspan_report_text_write_lifetimes(const struct aspan_report_text *text);
int aspan_report_text_write_growth(const struct aspan_report_text *text);
int aspan_report_text_write_timeline(const struct aspan_report_text *text);

/* report-text-owners.c: --show peak, leaks, handover. */
int aspan_report_text_write_peak(const struct aspan_report_text *text);
int aspan_report_text_write_leaks(const struct aspan_report_text *text);
int aspan_report_text_write_handover(const struct aspan_report_text *text);

/* report-text-spans.c: --show spans. */
int aspan_report_text_write_spans(const struct aspan_report_text *text);

/* report-text-stacks.c: --show stacks. */
int aspan_report_text_write_stacks(const struct aspan_report_text *text);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The section of a report for people about what happened inside spans.
 */
#include "report-text-sections.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

static int64_t get_net(const struct aspan_counts *counts)
{
	return (int64_t) (counts->alloc_bytes - counts->free_bytes);
}

static void add_mean(struct aspan_text_table *table, const struct aspan_report_span *span)
{
	if (span->timed_count == 0) {
		aspan_text_table_format(table, "?");
		aspan_text_table_format(table, "?");
		return;
	}
	aspan_text_table_duration(table, span->duration_ns / span->timed_count);
	aspan_text_table_duration(table, span->longest_ns);
}

static int write_sums(const struct aspan_report_text *text)
{
	const struct aspan_report *report = text->report;
	size_t shown = report->span_count < text->top ? report->span_count : text->top;
	struct aspan_text_table table;

	aspan_text_table_init(&table, &text->style);
	aspan_text_table_add_numbers(&table, "ENTRIES");
	aspan_text_table_add_numbers(&table, "STILL OPEN");
	aspan_text_table_add_numbers(&table, "ALLOCS");
	aspan_text_table_add_numbers(&table, "BYTES");
	aspan_text_table_add_numbers(&table, "NET");
	aspan_text_table_add_numbers(&table, "MEAN TIME");
	aspan_text_table_add_numbers(&table, "LONGEST");
	aspan_text_table_add_texts(&table, "SPAN");
	for (size_t i = 0; i < shown; i++) {
		const struct aspan_report_span *span = &report->spans[i];

		aspan_text_table_count(&table, span->entry_count, true);
		aspan_text_table_count(&table, span->open_count, true);
		aspan_text_table_count(&table, span->counts.alloc_count, true);
		aspan_text_table_bytes(&table, span->counts.alloc_bytes, true);
		aspan_text_table_signed_bytes(&table, get_net(&span->counts));
		add_mean(&table, span);
		aspan_text_table_text(&table, span->name, strlen(span->name));
	}
	return aspan_report_text_end_table(text, &table, report->span_count - shown);
}

static int write_entries(const struct aspan_report_text *text, const char *title,
			 const struct aspan_report_entry *entries, size_t count)
{
	size_t shown = count < text->top ? count : text->top;
	struct aspan_text_table table;

	aspan_report_text_begin_section(text, title);
	aspan_text_table_init(&table, &text->style);
	aspan_text_table_add_numbers(&table, "ALLOCS");
	aspan_text_table_add_numbers(&table, "BYTES");
	aspan_text_table_add_numbers(&table, "NET");
	aspan_text_table_add_numbers(&table, "ENDED AT");
	aspan_text_table_add_numbers(&table, "TOOK");
	aspan_text_table_add_texts(&table, "THREAD");
	aspan_text_table_add_texts(&table, "SPAN");
	for (size_t i = 0; i < shown; i++) {
		const struct aspan_report_entry *entry = &entries[i];

		aspan_text_table_count(&table, entry->counts.alloc_count, true);
		aspan_text_table_bytes(&table, entry->counts.alloc_bytes, true);
		aspan_text_table_signed_bytes(&table, get_net(&entry->counts));
		aspan_report_text_add_time(text, &table, entry->exit_ns);
		if (entry->enter_ns) {
			aspan_text_table_duration(&table, entry->exit_ns - entry->enter_ns);
		} else {
			aspan_text_table_format(&table, "?");
		}
		aspan_text_table_text(&table, text->report->threads[entry->thread].text, 0);
		aspan_text_table_text(&table, entry->name, strlen(entry->name));
	}
	return aspan_report_text_end_table(text, &table, 0);
}

int aspan_report_text_write_spans(const struct aspan_report_text *text)
{
	const struct aspan_report *report = text->report;
	int result;

	aspan_report_text_begin_section(text,
					"Inside spans, with what is nested in them (span_exit)");
	if (report->span_count == 0) {
		fputs("no span was entered\n", text->stream);
		return 0;
	}
	result = write_sums(text);
	if (!result && report->worst_by_bytes_count > 0) {
		result = write_entries(text, "The single entries that allocated most",
				       report->worst_by_bytes, report->worst_by_bytes_count);
	}
	if (!result && report->worst_by_net_count > 0) {
		result = write_entries(text, "The single entries that kept most",
				       report->worst_by_net, report->worst_by_net_count);
	}
	return result;
}

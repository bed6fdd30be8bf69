/* SPDX-License-Identifier: MIT */
/*
 * Sections of a report for people that tell who: who made up the peak, what was never freed, and who freed what others
 * allocated.
 */
#include "report-text-sections.h"

#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How many places are listed of each row. */
#define PLACES_OF_ROW 5

static void add_share(struct aspan_text_table *table, uint64_t part, uint64_t whole)
{
	aspan_text_table_format(table, "%.1f%%",
				whole ? 100.0 * (double) part / (double) whole : 0.0);
}

/* The rows that hold most at a moment come first, whatever the order of the table. */
static int compare_at_peak(const void *left, const void *right)
{
	const struct aspan_report_row *a = *(const struct aspan_report_row *const *) left;
	const struct aspan_report_row *b = *(const struct aspan_report_row *const *) right;

	if (a->numbers.bytes_at_total_peak != b->numbers.bytes_at_total_peak) {
		return a->numbers.bytes_at_total_peak < b->numbers.bytes_at_total_peak ? 1 : -1;
	}
	return (a > b) - (a < b);
}

static int compare_never_freed(const void *left, const void *right)
{
	const struct aspan_report_row *a = *(const struct aspan_report_row *const *) left;
	const struct aspan_report_row *b = *(const struct aspan_report_row *const *) right;

	if (a->numbers.never_freed.bytes != b->numbers.never_freed.bytes) {
		return a->numbers.never_freed.bytes < b->numbers.never_freed.bytes ? 1 : -1;
	}
	return (a > b) - (a < b);
}

/* The rows of the breakdown in another order; the caller frees it. NULL without memory. */
static const struct aspan_report_row **sort_rows(const struct aspan_report_text *text,
						 int (*compare)(const void *, const void *))
{
	size_t count = text->breakdown->row_count;
	const struct aspan_report_row **rows = calloc(count + 1, sizeof(void *));

	for (size_t i = 0; rows && i < count; i++) {
		rows[i] = &text->breakdown->rows[i];
	}
	if (rows) {
		qsort(rows, count, sizeof(void *), compare);
	}
	return rows;
}

static int write_rows_at_peak(const struct aspan_report_text *text, uint64_t peak_bytes,
			      bool is_certain)
{
	const struct aspan_report_row **rows = sort_rows(text, compare_at_peak);
	struct aspan_text_table table;
	size_t left_out = 0;

	aspan_text_table_init(&table, &text->style);
	aspan_text_table_add_numbers(&table, "BYTES");
	aspan_text_table_add_numbers(&table, "SHARE");
	aspan_report_text_add_key_columns(text, &table);
	for (size_t i = 0; rows && i < text->breakdown->row_count; i++) {
		uint64_t bytes = rows[i]->numbers.bytes_at_total_peak;

		if (bytes == 0 || i >= text->top) {
			left_out += bytes > 0;
			continue;
		}
		aspan_text_table_bytes(&table, bytes, is_certain);
		add_share(&table, bytes, peak_bytes);
		aspan_report_text_add_keys(text, &table, rows[i]);
	}
	table.result = rows ? table.result : -ENOMEM;
	free(rows);
	return aspan_report_text_end_table(text, &table, left_out);
}

static void write_peak_line(const struct aspan_report_text *text,
			    const struct aspan_numbers *numbers)
{
	uint64_t first_ns = text->report->model->first_ns;
	char bytes[ASPAN_TEXT_NUMBER_SIZE], time[ASPAN_TEXT_NUMBER_SIZE];

	fprintf(text->stream, "%s%s, at +%s\n", numbers->is_certain ? "" : "about ",
		aspan_text_format_bytes(bytes, numbers->peak_live_bytes),
		aspan_text_format_duration(time, numbers->peak_time_ns > first_ns ?
							 numbers->peak_time_ns - first_ns :
							 0));
}

static void add_peak_places(const struct aspan_report_text *text, struct aspan_text_table *table,
			    const struct aspan_report_row *row)
{
	for (size_t i = 0; i < row->peak_part_count && i < PLACES_OF_ROW; i++) {
		const struct aspan_report_part *part = &row->peak_parts[i];
		uint64_t bytes = part->bytes > 0 ? (uint64_t) part->bytes : 0;

		aspan_text_table_bytes(table, bytes, row->numbers.is_certain);
		add_share(table, bytes, row->numbers.peak_live_bytes);
		aspan_report_text_add_time(text, table, row->numbers.peak_time_ns);
		aspan_report_text_add_keys(text, table, row);
		aspan_report_text_add_place(text, table, &text->report->places[part->place]);
	}
}

/* Who made up the peak of each row. */
static int write_places_at_peaks(const struct aspan_report_text *text)
{
	struct aspan_text_table table;
	size_t shown = 0, left_out = 0;

	aspan_report_text_begin_section(text, "The peak of each, and where it was allocated");
	aspan_text_table_init(&table, &text->style);
	aspan_text_table_add_numbers(&table, "BYTES");
	aspan_text_table_add_numbers(&table, "SHARE");
	aspan_text_table_add_numbers(&table, "AT");
	aspan_report_text_add_key_columns(text, &table);
	aspan_text_table_add_texts(&table, "ALLOCATED BY");
	for (size_t i = 0; i < text->breakdown->row_count; i++) {
		const struct aspan_report_row *row = &text->breakdown->rows[i];

		if (row->peak_part_count == 0 || shown == text->top) {
			left_out += row->peak_part_count > 0;
			continue;
		}
		shown++;
		add_peak_places(text, &table, row);
	}
	return aspan_report_text_end_table(text, &table, left_out);
}

int aspan_report_text_write_peak(const struct aspan_report_text *text)
{
	const struct aspan_numbers *all = &text->report->breakdowns[0].rows[0].numbers;
	int result;

	aspan_report_text_begin_section(text, "When everything together was highest");
	write_peak_line(text, all);
	if (all->peak_live_bytes == 0) {
		return 0;
	}
	result = write_rows_at_peak(text, all->peak_live_bytes, all->is_certain);
	return result ? result : write_places_at_peaks(text);
}

static void add_leak(const struct aspan_report_text *text, struct aspan_text_table *table,
		     const struct aspan_blocks *blocks, uint64_t oldest_ns, bool is_certain)
{
	aspan_text_table_count(table, blocks->count, is_certain);
	aspan_text_table_bytes(table, blocks->bytes, is_certain);
	if (oldest_ns == 0) {
		aspan_text_table_format(table, "-");
		return;
	}
	aspan_text_table_duration(
		table, text->report->end_ns > oldest_ns ? text->report->end_ns - oldest_ns : 0);
}

static void add_leak_places(const struct aspan_report_text *text, struct aspan_text_table *table,
			    const struct aspan_report_row *row)
{
	for (size_t i = 0; i < row->never_freed_part_count && i < PLACES_OF_ROW; i++) {
		const struct aspan_report_place *place =
			&text->report->places[row->never_freed_parts[i].place];

		if (place->numbers.never_freed.count == 0) {
			continue;
		}
		add_leak(text, table, &place->numbers.never_freed,
			 place->numbers.oldest_never_freed_ns, place->numbers.is_certain);
		aspan_report_text_add_keys(text, table, row);
		aspan_report_text_add_place(text, table, place);
	}
}

static int write_leaks(const struct aspan_report_text *text)
{
	const struct aspan_report_row **rows = sort_rows(text, compare_never_freed);
	struct aspan_text_table table;
	size_t left_out = 0;

	aspan_text_table_init(&table, &text->style);
	aspan_text_table_add_numbers(&table, "BLOCKS");
	aspan_text_table_add_numbers(&table, "BYTES");
	aspan_text_table_add_numbers(&table, "OLDEST");
	aspan_report_text_add_key_columns(text, &table);
	aspan_text_table_add_texts(&table, "ALLOCATED BY");
	for (size_t i = 0; rows && i < text->breakdown->row_count; i++) {
		if (rows[i]->numbers.never_freed.count == 0 || i >= text->top) {
			left_out += rows[i]->numbers.never_freed.count > 0;
			continue;
		}
		add_leak_places(text, &table, rows[i]);
	}
	table.result = rows ? table.result : -ENOMEM;
	free(rows);
	return aspan_report_text_end_table(text, &table, left_out);
}

int aspan_report_text_write_leaks(const struct aspan_report_text *text)
{
	const struct aspan_numbers *all = &text->report->breakdowns[0].rows[0].numbers;
	bool is_unsure = text->report->is_doubtful && !all->has_exact_never_freed;
	char count[ASPAN_TEXT_NUMBER_SIZE], bytes[ASPAN_TEXT_NUMBER_SIZE];

	aspan_report_text_begin_section(text, "Allocated and not freed when the trace ended");
	if (all->never_freed.count == 0) {
		fputs(is_unsure ? "nothing, as far as events tell\n" : "nothing\n", text->stream);
		return 0;
	}
	fprintf(text->stream, "%s%s blocks, %s%s\n", is_unsure ? "~" : "",
		aspan_text_format_count(count, all->never_freed.count),
		aspan_text_format_bytes(bytes, all->never_freed.bytes),
		is_unsure ? ": which of them leaked cannot be told, as events may be missing" : "");
	return write_leaks(text);
}

static void add_owner(const struct aspan_report_text *text, struct aspan_text_table *table,
		      const struct aspan_report_handover *handover)
{
	const struct aspan_report *report = text->report;

	if (handover->current_group != ASPAN_REPORT_NONE) {
		const struct aspan_report_group *group = &report->groups[handover->current_group];

		aspan_text_table_text(table, group->text, strlen(group->name));
	} else if (handover->current_id == 0) {
		aspan_text_table_format(table, "(no group)");
	} else {
		aspan_text_table_format(table, "(group %" PRIu64 ")", handover->current_id);
	}
}

int aspan_report_text_write_handover(const struct aspan_report_text *text)
{
	const struct aspan_report *report = text->report;
	size_t shown = report->handover_count < text->top ? report->handover_count : text->top;
	struct aspan_text_table table;

	aspan_report_text_begin_section(text, "Freed while another group was active");
	if (report->handover_count == 0) {
		fputs("nothing\n", text->stream);
		return 0;
	}
	aspan_text_table_init(&table, &text->style);
	aspan_text_table_add_numbers(&table, "BLOCKS");
	aspan_text_table_add_numbers(&table, "BYTES");
	aspan_text_table_add_texts(&table, "ALLOCATED BY");
	if (report->process_count > 1) {
		aspan_text_table_add_texts(&table, "PROCESS");
	}
	aspan_text_table_add_texts(&table, "FREED UNDER");
	for (size_t i = 0; i < shown; i++) {
		const struct aspan_report_handover *handover = &report->handovers[i];
		const struct aspan_report_group *source = &report->groups[handover->source_group];

		aspan_text_table_count(&table, handover->freed.count, true);
		aspan_text_table_bytes(&table, handover->freed.bytes, true);
		aspan_text_table_text(&table, source->text, strlen(source->name));
		if (report->process_count > 1) {
			aspan_text_table_text(&table, report->processes[source->process_index].text,
					      0);
		}
		add_owner(text, &table, handover);
	}
	return aspan_report_text_end_table(text, &table, report->handover_count - shown);
}

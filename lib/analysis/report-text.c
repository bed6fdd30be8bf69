/* SPDX-License-Identifier: MIT */
/*
 * Writes a report for people.
 *
 * The columns with numbers are as wide as their widest number and stand to the left; the group, whose
 * length nobody knows, is last, and is cut where the terminal ends.
 */
#include "report-text.h"

#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CELL_SIZE ASPAN_TEXT_NUMBER_SIZE
#define GAP "  "
/* A group's column is never cut shorter than this: better a long line than no name. */
#define MIN_GROUP_WIDTH 16

enum column {
	COLUMN_ALLOCS,
	COLUMN_ALLOC_BYTES,
	COLUMN_FREES,
	COLUMN_LIVE,
	COLUMN_LIVE_BYTES,
	COLUMN_PEAK_BYTES,
	COLUMN_FOREIGN,
	COLUMN_COUNT,
};

static const char *const titles[COLUMN_COUNT] = {
	[COLUMN_ALLOCS] = "ALLOCS",	    [COLUMN_ALLOC_BYTES] = "BYTES",
	[COLUMN_FREES] = "FREES",	    [COLUMN_LIVE] = "LIVE",
	[COLUMN_LIVE_BYTES] = "LIVE BYTES", [COLUMN_PEAK_BYTES] = "PEAK BYTES",
	[COLUMN_FOREIGN] = "FOREIGN",
};

struct cells {
	char text[COLUMN_COUNT][CELL_SIZE];
};

struct writer {
	FILE *stream;
	const struct aspan_report_text_options *options;
	int widths[COLUMN_COUNT];
};

static const char *style(const struct writer *writer, const char *sequence)
{
	return writer->options->has_colour ? sequence : "";
}

#define BOLD "\033[1m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* 1234567 is "1,234,567". */
static const char *format_count(char text[CELL_SIZE], uint64_t count)
{
	char digits[CELL_SIZE];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);
	char *out = text;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0) {
			*out++ = ',';
		}
		*out++ = digits[i];
	}
	*out = '\0';
	return text;
}

static void format_estimate(char text[CELL_SIZE], bool is_certain)
{
	if (!is_certain) {
		memmove(text + 1, text, CELL_SIZE - 1);
		text[0] = '~';
		text[CELL_SIZE - 1] = '\0';
	}
}

static void fill_cells(struct cells *cells, const struct aspan_report_group *row)
{
	const struct aspan_group_result *result = &row->result;

	format_count(cells->text[COLUMN_ALLOCS], result->counts.alloc_count);
	aspan_text_format_bytes(cells->text[COLUMN_ALLOC_BYTES], result->counts.alloc_bytes);
	format_count(cells->text[COLUMN_FREES], result->counts.free_count);
	format_count(cells->text[COLUMN_LIVE], result->live_count);
	aspan_text_format_bytes(cells->text[COLUMN_LIVE_BYTES], result->live_bytes);
	aspan_text_format_bytes(cells->text[COLUMN_PEAK_BYTES], result->peak_live_bytes);
	format_count(cells->text[COLUMN_FOREIGN], row->group->foreign_free_count);
	format_estimate(cells->text[COLUMN_LIVE], result->is_certain);
	format_estimate(cells->text[COLUMN_LIVE_BYTES], result->is_certain);
	format_estimate(cells->text[COLUMN_PEAK_BYTES], result->is_certain);
}

static void widen(struct writer *writer, enum column column, const char *text)
{
	int width = (int) strlen(text);

	if (width > writer->widths[column]) {
		writer->widths[column] = width;
	}
}

/* Escapes a string of the trace and writes it; a NULL string writes nothing. */
static int write_escaped(FILE *stream, const char *before, const char *string, const char *after)
{
	char *text;

	if (!string) {
		return 0;
	}
	text = aspan_text_escape(string);
	if (!text) {
		return -ENOMEM;
	}
	fprintf(stream, "%s%s%s", before, text, after);
	free(text);
	return 0;
}

static bool has_many_hosts(const struct aspan_model *model)
{
	const char *first = NULL;

	for (size_t i = 0; i < model->trace_count; i++) {
		const char *hostname = model->traces[i].hostname;

		if (hostname && first && strcmp(hostname, first) != 0) {
			return true;
		}
		first = first ? first : hostname;
	}
	return false;
}

static int write_process(FILE *stream, const struct aspan_model *model,
			 const struct aspan_process *process)
{
	const char *hostname = model->traces[process->trace].hostname;
	int result = 0;

	if (has_many_hosts(model)) {
		result = write_escaped(stream, "", hostname, ":");
	}
	if (!result) {
		result = write_escaped(stream, "", process->procname ? process->procname : "?", "");
	}
	if (process->has_vpid) {
		fprintf(stream, "(%" PRIu64 ")", process->vpid);
	}
	return result;
}

/* "parser tenant=42 [server(1234)]", escaped; the caller frees *text. */
static int describe_group(const struct aspan_report *report, const struct aspan_report_group *row,
			  char **text, size_t *name_length)
{
	size_t length;
	FILE *stream = open_memstream(text, &length);
	int result;

	if (!stream) {
		return -ENOMEM;
	}
	result = write_escaped(stream, "", row->name, "");
	fflush(stream);
	*name_length = length;
	for (size_t i = 0; !result && i < row->tags.tag_count; i++) {
		result = write_escaped(stream, " ", row->tags.tags[i].key, "=");
		if (!result) {
			result = write_escaped(stream, "", row->tags.tags[i].value, "");
		}
	}
	if (!result && report->model->process_count > 1) {
		fputs(" [", stream);
		result = write_process(stream, report->model, row->process);
		fputs("]", stream);
	}
	if (fclose(stream) && !result) {
		result = -ENOMEM;
	}
	return result;
}

/* How many columns are left for the group; 0: as many as it wants. */
static size_t get_group_width(const struct writer *writer)
{
	size_t used = 0;

	if (writer->options->width == 0) {
		return 0;
	}
	for (int i = 0; i < COLUMN_COUNT; i++) {
		used += (size_t) writer->widths[i] + strlen(GAP);
	}
	return writer->options->width > used + MIN_GROUP_WIDTH ? writer->options->width - used :
								 MIN_GROUP_WIDTH;
}

static void write_group(const struct writer *writer, const char *text, size_t name_length)
{
	size_t width = get_group_width(writer);
	size_t length = strlen(text);
	const char *end = "";

	if (width > 0 && aspan_text_fit(text, width) < length) {
		length = aspan_text_fit(text, width - strlen("..."));
		name_length = name_length < length ? name_length : length;
		end = "...";
	}
	fprintf(writer->stream, "%s%.*s%s%.*s%s\n", style(writer, BOLD), (int) name_length, text,
		style(writer, PLAIN), (int) (length - name_length), text + name_length, end);
}

static int write_row(const struct writer *writer, const struct aspan_report *report,
		     const struct aspan_report_group *row, const struct cells *cells)
{
	char *text = NULL;
	size_t name_length;
	int result = describe_group(report, row, &text, &name_length);

	if (!result) {
		for (int i = 0; i < COLUMN_COUNT; i++) {
			fprintf(writer->stream, "%*s%s", writer->widths[i], cells->text[i], GAP);
		}
		write_group(writer, text, name_length);
	}
	free(text);
	return result;
}

static void write_titles(const struct writer *writer)
{
	fputs(style(writer, BOLD), writer->stream);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		fprintf(writer->stream, "%*s%s", writer->widths[i], titles[i], GAP);
	}
	fprintf(writer->stream, "GROUP%s\n", style(writer, PLAIN));
}

static int write_table(struct writer *writer, const struct aspan_report *report)
{
	struct cells *cells = calloc(report->group_count + 1, sizeof(*cells));
	int result = 0;

	if (!cells) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < report->group_count; i++) {
		fill_cells(&cells[i], &report->groups[i]);
		for (int column = 0; column < COLUMN_COUNT; column++) {
			widen(writer, column, titles[column]);
			widen(writer, column, cells[i].text[column]);
		}
	}
	write_titles(writer);
	for (size_t i = 0; !result && i < report->group_count; i++) {
		result = write_row(writer, report, &report->groups[i], &cells[i]);
	}
	free(cells);
	return result;
}

static void write_time(FILE *stream, const struct aspan_model *model)
{
	time_t seconds = (time_t) (model->first_ns / 1000000000);
	char duration[CELL_SIZE];
	char date[64] = "?";
	struct tm local;

	if (localtime_r(&seconds, &local)) {
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S %z", &local);
	}
	fprintf(stream, "time       %s, %s\n", date,
		aspan_text_format_duration(duration, model->last_ns - model->first_ns));
}

#define MAX_NAMED_PROCESSES 4

static int write_processes(FILE *stream, const struct aspan_model *model)
{
	fprintf(stream, "processes  %zu:", model->process_count);
	for (size_t i = 0; i < model->process_count; i++) {
		int result;

		if (i == MAX_NAMED_PROCESSES) {
			fputs(" ...", stream);
			break;
		}
		fputc(' ', stream);
		result = write_process(stream, model, &model->processes[i]);
		if (result) {
			return result;
		}
	}
	fputc('\n', stream);
	return 0;
}

static void write_events(FILE *stream, const struct aspan_model *model)
{
	char counts[4][CELL_SIZE];

	fprintf(stream, "events     %s: %s alloc, %s free, %s other\n",
		format_count(counts[0], aspan_model_count_events(model) + model->other_event_count),
		format_count(counts[1], model->event_counts[ASPAN_EVENT_ALLOC]),
		format_count(counts[2], model->event_counts[ASPAN_EVENT_FREE]),
		format_count(counts[3], aspan_model_count_events(model) -
						model->event_counts[ASPAN_EVENT_ALLOC] -
						model->event_counts[ASPAN_EVENT_FREE] +
						model->other_event_count));
}

static void write_discarded(const struct writer *writer, const struct aspan_model *model)
{
	char count[CELL_SIZE];

	if (model->discarded_events == 0 && !model->has_unknown_discards) {
		fputs("discarded  none\n", writer->stream);
		return;
	}
	fprintf(writer->stream, "%sdiscarded  %s%s events%s\n", style(writer, YELLOW),
		model->has_unknown_discards ? "more than " : "",
		format_count(count, model->discarded_events), style(writer, PLAIN));
}

static void write_notes(const struct writer *writer, const struct aspan_report *report)
{
	for (size_t i = 0; i < report->note_count; i++) {
		fprintf(writer->stream, "%s%snote: %s%s\n", i == 0 ? "\n" : "",
			style(writer, YELLOW), report->notes[i], style(writer, PLAIN));
	}
}

int aspan_report_text_write(const struct aspan_report *report,
			    const struct aspan_report_text_options *options, FILE *stream)
{
	struct writer writer = { .stream = stream, .options = options };
	int result;

	write_time(stream, report->model);
	result = write_processes(stream, report->model);
	write_events(stream, report->model);
	write_discarded(&writer, report->model);
	if (!result && report->group_count > 0) {
		fputc('\n', stream);
		result = write_table(&writer, report);
	}
	if (!result) {
		write_notes(&writer, report);
	}
	return result;
}

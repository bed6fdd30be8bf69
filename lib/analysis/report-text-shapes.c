/* SPDX-License-Identifier: MIT */
/*
 * Sections of a report for people that show shapes: sizes and lifetimes, growth, the timeline.
 *
 * A histogram knows orders of magnitude, so what is said of a row (half of its blocks, nine of ten, all) is the upper end of
 * the bucket where that is reached: "less than".
 */
#include "report-text-sections.h"

#include "text.h"

#include <inttypes.h>
#include <string.h>

#define BAR_COLUMNS 32

/* Formats a value of a histogram, of bytes or of ns. */
typedef char *format_value(char text[ASPAN_TEXT_NUMBER_SIZE], uint64_t value);

static uint64_t count_all(const struct aspan_histogram *histogram)
{
	uint64_t count = 0;

	for (unsigned int order = histogram->first; order < histogram->end; order++) {
		count += aspan_histogram_get(histogram, order).count;
	}
	return count;
}

static uint64_t find_most(const struct aspan_histogram *histogram)
{
	uint64_t most = 0;

	for (unsigned int order = histogram->first; order < histogram->end; order++) {
		uint64_t count = aspan_histogram_get(histogram, order).count;

		most = count > most ? count : most;
	}
	return most;
}

/* The bucket in which so many of a hundred are reached. */
static unsigned int find_order(const struct aspan_histogram *histogram, unsigned int percent)
{
	uint64_t all = count_all(histogram);
	double wanted = (double) all * percent / 100;
	uint64_t sum = 0;

	for (unsigned int order = histogram->first; order < histogram->end; order++) {
		sum += aspan_histogram_get(histogram, order).count;
		if (sum > 0 && (double) sum >= wanted) {
			return order;
		}
	}
	return 0;
}

static void add_bar(struct aspan_text_table *table, uint64_t value, uint64_t most)
{
	/* Eighths of a column, of which the last is one character of its own. */
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	size_t length = (size_t) ((double) value / (double) most * BAR_COLUMNS * 8 + 0.5);
	char bar[BAR_COLUMNS * sizeof("█") + 1] = "";
	char *out = bar;

	length = length == 0 && value ? 1 : length;
	for (size_t i = 0; i < length / 8; i++) {
		out = stpcpy(out, "█");
	}
	stpcpy(out, eighths[length % 8]);
	aspan_text_table_format(table, "%s", bar);
}

/* Where the next bucket begins. */
static uint64_t get_end(unsigned int order)
{
	uint64_t greatest = aspan_histogram_get_greatest(order);

	return greatest == UINT64_MAX ? greatest : greatest + 1;
}

static int write_buckets(const struct aspan_report_text *text,
			 const struct aspan_histogram *histogram, const char *title,
			 format_value *format)
{
	uint64_t most = find_most(histogram);
	struct aspan_text_table table;

	aspan_text_table_init(&table, &text->style);
	aspan_text_table_add_numbers(&table, "FROM");
	aspan_text_table_add_numbers(&table, "BELOW");
	aspan_text_table_add_numbers(&table, "BLOCKS");
	aspan_text_table_add_numbers(&table, "BYTES");
	aspan_text_table_add_texts(&table, title);
	for (unsigned int order = histogram->first; order < histogram->end; order++) {
		struct aspan_histogram_bucket bucket = aspan_histogram_get(histogram, order);
		char from[ASPAN_TEXT_NUMBER_SIZE], below[ASPAN_TEXT_NUMBER_SIZE];

		aspan_text_table_format(&table, "%s",
					format(from, aspan_histogram_get_least(order)));
		aspan_text_table_format(&table, "%s", format(below, get_end(order)));
		aspan_text_table_count(&table, bucket.count, true);
		aspan_text_table_bytes(&table, bucket.bytes, true);
		add_bar(&table, bucket.count, most);
	}
	return aspan_report_text_end_table(text, &table, 0);
}

static void add_quantile(struct aspan_text_table *table, const struct aspan_histogram *histogram,
			 unsigned int percent, format_value *format)
{
	unsigned int order = find_order(histogram, percent);
	char below[ASPAN_TEXT_NUMBER_SIZE];

	if (order == 0) {
		aspan_text_table_format(table, "0");
		return;
	}
	aspan_text_table_format(table, "<%s", format(below, get_end(order)));
}

/* Which histogram of a row a section is about. */
typedef const struct aspan_histogram *get_histogram(const struct aspan_numbers *numbers);

static const struct aspan_histogram *get_sizes(const struct aspan_numbers *numbers)
{
	return &numbers->sizes;
}

static const struct aspan_histogram *get_lifetimes(const struct aspan_numbers *numbers)
{
	return &numbers->lifetimes;
}

static void begin_rows(const struct aspan_report_text *text, struct aspan_text_table *table,
		       bool has_temporary)
{
	aspan_text_table_init(table, &text->style);
	aspan_text_table_add_numbers(table, "BLOCKS");
	aspan_text_table_add_numbers(table, "HALF");
	aspan_text_table_add_numbers(table, "90%");
	aspan_text_table_add_numbers(table, "99%");
	aspan_text_table_add_numbers(table, "ALL");
	if (has_temporary) {
		aspan_text_table_add_numbers(table, "TEMPORARY");
		aspan_text_table_add_numbers(table, "OTHER THREAD");
	}
	aspan_report_text_add_key_columns(text, table);
}

/* A row in a line: its quantiles. */
static int write_rows(const struct aspan_report_text *text, get_histogram *get,
		      format_value *format, bool has_temporary)
{
	struct aspan_text_table table;
	size_t shown = 0, left_out = 0;

	begin_rows(text, &table, has_temporary);
	for (size_t i = 0; i < text->breakdown->row_count; i++) {
		const struct aspan_report_row *row = &text->breakdown->rows[i];
		const struct aspan_histogram *histogram = get(&row->numbers);
		uint64_t count = count_all(histogram);

		if (count == 0 || shown == text->top) {
			left_out += count > 0;
			continue;
		}
		shown++;
		aspan_text_table_count(&table, count, true);
		add_quantile(&table, histogram, 50, format);
		add_quantile(&table, histogram, 90, format);
		add_quantile(&table, histogram, 99, format);
		add_quantile(&table, histogram, 100, format);
		if (has_temporary) {
			aspan_text_table_count(&table, row->numbers.temporary.count, true);
			aspan_text_table_count(&table, row->numbers.other_thread_frees.count, true);
		}
		aspan_report_text_add_keys(text, &table, row);
	}
	fputc('\n', text->stream);
	return aspan_report_text_end_table(text, &table, left_out);
}

static int write_histogram(const struct aspan_report_text *text, const char *title,
			   const char *none, get_histogram *get, format_value *format)
{
	const struct aspan_histogram *all = get(&text->report->breakdowns[0].rows[0].numbers);
	int result;

	aspan_report_text_begin_section(text, title);
	if (count_all(all) == 0) {
		fputs(none, text->stream);
		return 0;
	}
	result = write_buckets(text, all, "", format);
	return result ? result : write_rows(text, get, format, get == get_lifetimes);
}

int aspan_report_text_write_sizes(const struct aspan_report_text *text)
{
	return write_histogram(text, "Sizes of what was allocated", "nothing was allocated\n",
			       get_sizes, aspan_text_format_bytes);
}

int aspan_report_text_write_lifetimes(const struct aspan_report_text *text)
{
	return write_histogram(text, "How long blocks lived that were freed",
			       "nothing was freed whose allocation is in the trace\n",
			       get_lifetimes, aspan_text_format_duration);
}

int aspan_report_text_write_growth(const struct aspan_report_text *text)
{
	struct aspan_text_table table;
	size_t shown = 0, left_out = 0;

	aspan_report_text_begin_section(text, "Blocks that realloc() changed");
	if (text->report->breakdowns[0].rows[0].numbers.growth.step_count == 0) {
		fputs("none\n", text->stream);
		return 0;
	}
	aspan_text_table_init(&table, &text->style);
	aspan_text_table_add_numbers(&table, "STEPS");
	aspan_text_table_add_numbers(&table, "LARGER");
	aspan_text_table_add_numbers(&table, "MOVED");
	aspan_text_table_add_numbers(&table, "COPIED");
	aspan_text_table_add_numbers(&table, "MOST STEPS");
	aspan_text_table_add_numbers(&table, "FROM");
	aspan_text_table_add_numbers(&table, "TO");
	aspan_report_text_add_key_columns(text, &table);
	for (size_t i = 0; i < text->breakdown->row_count; i++) {
		const struct aspan_report_row *row = &text->breakdown->rows[i];
		const struct aspan_growth *growth = &row->numbers.growth;

		if (growth->step_count == 0 || shown == text->top) {
			left_out += growth->step_count > 0;
			continue;
		}
		shown++;
		aspan_text_table_count(&table, growth->step_count, true);
		aspan_text_table_count(&table, growth->grow_count, true);
		aspan_text_table_count(&table, growth->moved_count, true);
		aspan_text_table_bytes(&table, growth->copied_bytes, true);
		aspan_text_table_count(&table, growth->longest_step_count, true);
		aspan_text_table_bytes(&table, growth->longest_first_bytes, true);
		aspan_text_table_bytes(&table, growth->longest_last_bytes, true);
		aspan_report_text_add_keys(text, &table, row);
	}
	return aspan_report_text_end_table(text, &table, left_out);
}

/* The most that a row held in a part of the timeline. */
static uint64_t find_height(const struct aspan_report_row *row, size_t from, size_t to)
{
	uint64_t height = 0, held = 0;

	for (size_t i = 0; i < row->point_count && row->points[i].bucket < to; i++) {
		if (row->points[i].bucket < from) {
			held = row->points[i].bytes;
			continue;
		}
		if (row->points[i].bucket > from) {
			height = held > height ? held : height;
		}
		height = row->points[i].max_bytes > height ? row->points[i].max_bytes : height;
		held = row->points[i].bytes;
	}
	return held > height ? held : height;
}

#define CURVE_COLUMNS 40

static void add_curve(const struct aspan_report_text *text, struct aspan_text_table *table,
		      const struct aspan_report_row *row)
{
	static const char *const heights[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	size_t buckets = text->report->timeline.bucket_count;
	uint64_t highest = row->numbers.peak_live_bytes;
	char curve[CURVE_COLUMNS * sizeof("█") + 1] = "";
	char *out = curve;

	for (size_t i = 0; i < CURVE_COLUMNS; i++) {
		size_t from = i * buckets / CURVE_COLUMNS;
		size_t to = (i + 1) * buckets / CURVE_COLUMNS;
		uint64_t height = find_height(row, from, to > from ? to : from + 1);
		size_t step = highest ? (size_t) ((double) height / (double) highest * 8 + 0.5) : 0;

		out = stpcpy(out, heights[step > 8 ? 8 : step == 0 && height ? 1 : step]);
	}
	aspan_text_table_format(table, "%s", curve);
}

int aspan_report_text_write_timeline(const struct aspan_report_text *text)
{
	struct aspan_text_table table;
	size_t row_count = text->breakdown->row_count;
	size_t shown = row_count < text->top ? row_count : text->top;

	aspan_report_text_begin_section(text, "Live bytes over time, each line up to its own peak");
	if (text->report->timeline.bucket_count == 0 || row_count == 0) {
		fputs("nothing was allocated\n", text->stream);
		return 0;
	}
	if (!text->breakdown->rows[0].points) {
		fputs("not by call site, as there can be too many of them\n", text->stream);
		return 0;
	}
	aspan_text_table_init(&table, &text->style);
	aspan_text_table_add_texts(&table, "");
	aspan_text_table_add_numbers(&table, "PEAK BYTES");
	aspan_text_table_add_numbers(&table, "AT");
	aspan_report_text_add_key_columns(text, &table);
	for (size_t i = 0; i < shown; i++) {
		const struct aspan_report_row *row = &text->breakdown->rows[i];

		add_curve(text, &table, row);
		aspan_text_table_bytes(&table, row->numbers.peak_live_bytes,
				       row->numbers.is_certain);
		aspan_report_text_add_time(text, &table, row->numbers.peak_time_ns);
		aspan_report_text_add_keys(text, &table, row);
	}
	return aspan_report_text_end_table(text, &table, row_count - shown);
}

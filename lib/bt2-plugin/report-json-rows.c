/* SPDX-License-Identifier: MIT */
/*
 * See report-json-rows.h.
 *
 * A report of many rows stays small: parts beyond the largest are left out, and so are the points of rows with lower
 * peaks. What a picture of the rest needs is the difference to the timeline's own.
 */
#include "report-json-rows.h"

#include <stdlib.h>

#define MAX_PARTS 20
#define MAX_ROWS_WITH_POINTS 64

static void write_numbers(struct aspan_json *json, const struct aspan_numbers *numbers)
{
	aspan_json_number(json, "alloc_count", numbers->counts.alloc_count);
	aspan_json_number(json, "alloc_bytes", numbers->counts.alloc_bytes);
	aspan_json_number(json, "free_count", numbers->counts.free_count);
	aspan_json_number(json, "free_bytes", numbers->counts.free_bytes);
	aspan_json_number(json, "live_count", numbers->live.count);
	aspan_json_number(json, "live_bytes", numbers->live.bytes);
	aspan_json_number(json, "lost_alloc_count", numbers->lost.alloc_count);
	aspan_json_number(json, "lost_free_count", numbers->lost.free_count);
	aspan_json_number(json, "unsure_free_count", numbers->unsure_frees.count);
	aspan_json_number(json, "unsure_free_bytes", numbers->unsure_frees.bytes);
	aspan_json_number(json, "foreign_free_count", numbers->foreign_frees.count);
	aspan_json_number(json, "foreign_free_bytes", numbers->foreign_frees.bytes);
	aspan_json_bool(json, "certain", numbers->is_certain);
	aspan_json_bool(json, "exact_counts", numbers->has_exact_counts);
	aspan_json_bool(json, "exact_live", numbers->has_exact_live);
	aspan_json_bool(json, "exact_never_freed", numbers->has_exact_never_freed);
	aspan_json_bool(json, "doubtful", numbers->is_doubtful);
	aspan_json_text(json, "from", numbers->is_from_ledger ? "ledger" : "events");
	aspan_json_number(json, "peak_live_bytes", numbers->peak_live_bytes);
	aspan_json_number(json, "peak_time_ns", numbers->peak_time_ns);
	aspan_json_number(json, "bytes_at_total_peak", numbers->bytes_at_total_peak);
	aspan_json_number(json, "other_thread_free_count", numbers->other_thread_frees.count);
	aspan_json_number(json, "other_thread_free_bytes", numbers->other_thread_frees.bytes);
	aspan_json_number(json, "temporary_count", numbers->temporary.count);
	aspan_json_number(json, "temporary_bytes", numbers->temporary.bytes);
	aspan_json_number(json, "never_freed_count", numbers->never_freed.count);
	aspan_json_number(json, "never_freed_bytes", numbers->never_freed.bytes);
	if (numbers->oldest_never_freed_ns) {
		aspan_json_number(json, "oldest_never_freed_ns", numbers->oldest_never_freed_ns);
	} else {
		aspan_json_null(json, "oldest_never_freed_ns");
	}
}

static void write_histogram(struct aspan_json *json, const char *key,
			    const struct aspan_histogram *histogram)
{
	aspan_json_open(json, key, '[');
	for (unsigned int order = histogram->first; order < histogram->end; order++) {
		struct aspan_histogram_bucket bucket = aspan_histogram_get(histogram, order);

		if (bucket.count == 0) {
			continue;
		}
		aspan_json_open(json, NULL, '{');
		aspan_json_number(json, "from", aspan_histogram_get_least(order));
		aspan_json_number(json, "to", aspan_histogram_get_greatest(order));
		aspan_json_number(json, "count", bucket.count);
		aspan_json_number(json, "bytes", bucket.bytes);
		aspan_json_close(json, '}');
	}
	aspan_json_close(json, ']');
}

static void write_growth(struct aspan_json *json, const struct aspan_growth *growth)
{
	aspan_json_open(json, "growth", '{');
	aspan_json_number(json, "step_count", growth->step_count);
	aspan_json_number(json, "grow_count", growth->grow_count);
	aspan_json_number(json, "moved_count", growth->moved_count);
	aspan_json_number(json, "copied_bytes", growth->copied_bytes);
	aspan_json_number(json, "longest_step_count", growth->longest_step_count);
	aspan_json_number(json, "longest_first_bytes", growth->longest_first_bytes);
	aspan_json_number(json, "longest_last_bytes", growth->longest_last_bytes);
	aspan_json_close(json, '}');
}

static void write_parts(struct aspan_json *json, const char *key,
			const struct aspan_report_part *parts, size_t count)
{
	aspan_json_open(json, key, '[');
	for (size_t i = 0; i < count && i < MAX_PARTS; i++) {
		aspan_json_open(json, NULL, '[');
		aspan_json_number(json, NULL, parts[i].place);
		aspan_json_signed(json, NULL, parts[i].bytes);
		aspan_json_close(json, ']');
	}
	aspan_json_close(json, ']');
}

static void write_points(struct aspan_json *json, const struct aspan_report_row *row)
{
	aspan_json_open(json, "points", '[');
	for (size_t i = 0; i < row->point_count; i++) {
		aspan_json_open(json, NULL, '[');
		aspan_json_number(json, NULL, row->points[i].bucket);
		aspan_json_number(json, NULL, row->points[i].bytes);
		aspan_json_number(json, NULL, row->points[i].max_bytes);
		aspan_json_close(json, ']');
	}
	aspan_json_close(json, ']');
}

static const char *get_state(enum aspan_key_state state)
{
	return state == ASPAN_KEY_VALUE ? "value" : state == ASPAN_KEY_NONE ? "none" : "unseen";
}

static void write_keys(struct aspan_json *json, const struct aspan_report_row *row, size_t count)
{
	aspan_json_open(json, "keys", '[');
	for (size_t i = 0; i < count; i++) {
		aspan_json_open(json, NULL, '{');
		aspan_json_text(json, "text", row->keys[i].text);
		aspan_json_text(json, "state", get_state(row->keys[i].state));
		aspan_json_index(json, "index", row->keys[i].index);
		aspan_json_close(json, '}');
	}
	aspan_json_close(json, ']');
}

static void write_row(struct aspan_json *json, const char *key, const struct aspan_report_row *row,
		      size_t key_count, bool has_points)
{
	aspan_json_break_line(json);
	aspan_json_open(json, key, '{');
	write_keys(json, row, key_count);
	write_numbers(json, &row->numbers);
	write_histogram(json, "sizes", &row->numbers.sizes);
	write_histogram(json, "lifetimes", &row->numbers.lifetimes);
	write_growth(json, &row->numbers.growth);
	write_parts(json, "peak_parts", row->peak_parts, row->peak_part_count);
	write_parts(json, "never_freed_parts", row->never_freed_parts, row->never_freed_part_count);
	if (has_points) {
		write_points(json, row);
	}
	aspan_json_close(json, '}');
}

void aspan_json_write_place(struct aspan_json *json, const struct aspan_report_place *place)
{
	const struct aspan_numbers *numbers = &place->numbers;

	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	aspan_json_number(json, "group", place->group);
	aspan_json_index(json, "node", place->node);
	aspan_json_index(json, "thread", place->thread);
	aspan_json_index(json, "callsite", place->callsite);
	aspan_json_index(json, "stack", place->stack ? place->stack : ASPAN_REPORT_NONE);
	aspan_json_bool(json, "unseen", place->is_unseen);
	aspan_json_number(json, "alloc_count", numbers->counts.alloc_count);
	aspan_json_number(json, "alloc_bytes", numbers->counts.alloc_bytes);
	aspan_json_number(json, "free_count", numbers->counts.free_count);
	aspan_json_number(json, "free_bytes", numbers->counts.free_bytes);
	aspan_json_signed(json, "live_count", place->live.count);
	aspan_json_signed(json, "live_bytes", place->live.bytes);
	aspan_json_number(json, "never_freed_count", numbers->never_freed.count);
	aspan_json_number(json, "never_freed_bytes", numbers->never_freed.bytes);
	aspan_json_signed(json, "bytes_at_total_peak", place->bytes_at_total_peak);
	aspan_json_close(json, '}');
}

static void write_timeline(struct aspan_json *json, const struct aspan_report_timeline *timeline)
{
	aspan_json_break_line(json);
	aspan_json_open(json, "timeline", '{');
	aspan_json_number(json, "begin_ns", timeline->begin_ns);
	aspan_json_number(json, "bucket_ns", timeline->bucket_ns);
	aspan_json_open(json, "moments", '[');
	for (size_t i = 0; i < timeline->bucket_count; i++) {
		aspan_json_open(json, NULL, '[');
		aspan_json_number(json, NULL, timeline->moments[i].time_ns);
		aspan_json_number(json, NULL, timeline->moments[i].bytes);
		aspan_json_close(json, ']');
	}
	aspan_json_close(json, ']');
	aspan_json_close(json, '}');
}

static void write_question(struct aspan_json *json, const struct aspan_breakdown_question *question)
{
	char text[ASPAN_BREAKDOWN_TEXT_SIZE];

	aspan_json_text(json, "by", aspan_breakdown_get_text(question, text));
	aspan_json_open(json, "keys", '[');
	for (size_t i = 0; i < question->key_count; i++) {
		const struct aspan_breakdown_key *key = &question->keys[i];

		aspan_json_open(json, NULL, '{');
		aspan_json_text(json, "dimension", aspan_dimension_get_word(key->dimension));
		aspan_json_text(json, "tag", key->dimension == ASPAN_BY_TAG ? key->tag_key : NULL);
		aspan_json_close(json, '}');
	}
	aspan_json_close(json, ']');
}

static int compare_peaks(const void *left, const void *right)
{
	const struct aspan_report_row *a = *(const struct aspan_report_row *const *) left;
	const struct aspan_report_row *b = *(const struct aspan_report_row *const *) right;

	if (a->numbers.peak_live_bytes != b->numbers.peak_live_bytes) {
		return a->numbers.peak_live_bytes < b->numbers.peak_live_bytes ? 1 : -1;
	}
	return (a > b) - (a < b);
}

/* Which rows have points: those with the highest peaks, whatever order they are written in. */
static bool *choose_rows(const struct aspan_report_breakdown *breakdown)
{
	const struct aspan_report_row **rows = calloc(breakdown->row_count + 1, sizeof(void *));
	bool *is_chosen = calloc(breakdown->row_count + 1, sizeof(*is_chosen));

	for (size_t i = 0; rows && i < breakdown->row_count; i++) {
		rows[i] = &breakdown->rows[i];
	}
	if (rows) {
		qsort(rows, breakdown->row_count, sizeof(void *), compare_peaks);
	}
	for (size_t i = 0;
	     rows && is_chosen && i < breakdown->row_count && i < MAX_ROWS_WITH_POINTS; i++) {
		is_chosen[rows[i] - breakdown->rows] = true;
	}
	free(rows);
	return is_chosen;
}

static void write_breakdown(struct aspan_json *json, const struct aspan_report_breakdown *breakdown)
{
	bool *has_points = choose_rows(breakdown);

	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	write_question(json, &breakdown->question);
	aspan_json_open(json, "rows", '[');
	for (size_t i = 0; i < breakdown->row_count; i++) {
		const struct aspan_report_row *row = &breakdown->rows[i];

		write_row(json, NULL, row, breakdown->question.key_count,
			  row->points && has_points && has_points[i]);
	}
	aspan_json_close(json, ']');
	aspan_json_close(json, '}');
	free(has_points);
}

void aspan_report_json_write_breakdowns(struct aspan_json *json, const struct aspan_report *report)
{
	write_timeline(json, &report->timeline);
	write_row(json, "total", &report->breakdowns[0].rows[0], 0, true);
	aspan_json_break_line(json);
	aspan_json_open(json, "breakdowns", '[');
	for (size_t i = 1; i < report->breakdown_count; i++) {
		write_breakdown(json, &report->breakdowns[i]);
	}
	aspan_json_close(json, ']');
}

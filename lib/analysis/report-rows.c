/* SPDX-License-Identifier: MIT */
/*
 * The rows of each breakdown: sums of places, peaks and who made them up, in the order asked for.
 *
 * Where only groups are asked for, there are no places, and the rows are the groups.
 */
#include "report-build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t above_zero(int64_t value)
{
	return value > 0 ? (uint64_t) value : 0;
}

static int64_t add(int64_t a, int64_t b)
{
	return (int64_t) ((uint64_t) a + (uint64_t) b);
}

/* What is gathered for a row besides its numbers. */
struct sums {
	struct aspan_live live, never_freed;
	int64_t bytes_at_total_peak;
	int64_t shift_bytes;
	size_t peak_part_count, never_freed_part_count;
};

static bool asks_for_group(const struct aspan_breakdown_question *question)
{
	return question->key_count == 1 && question->keys[0].dimension == ASPAN_BY_GROUP;
}

/* The group's own numbers: where events were lost it knows more than sums. */
static void take_group_peak(struct aspan_report_row *row, const struct aspan_report *report)
{
	const struct aspan_group_result *result = &report->groups[row->keys[0].index].result;

	row->numbers.peak_live_bytes = result->peak_live_bytes;
	row->numbers.peak_time_ns = result->peak_time_ns;
}

static void fill_group_row(struct aspan_report_row *row, const struct aspan_report *report,
			   size_t index)
{
	const struct aspan_report_group *group = &report->groups[index];
	const struct aspan_group_result *result = &group->result;

	row->keys[0] = (struct aspan_report_key){ .state = ASPAN_KEY_VALUE,
						  .text = group->text,
						  .index = (uint32_t) index };
	row->numbers = (struct aspan_numbers){
		.counts = result->counts,
		.lost = result->lost,
		.unsure_frees = { .count = result->unsure_free_count,
				  .bytes = result->unsure_free_bytes },
		.live = { .count = result->live_count, .bytes = result->live_bytes },
		.foreign_frees = { .count = group->group->foreign_free_count },
		.is_certain = result->is_certain,
		.has_exact_counts = result->has_exact_counts,
		.has_exact_live = result->has_exact_live,
		.has_exact_never_freed = result->has_exact_never_freed,
		.is_doubtful = result->is_doubtful,
		.is_from_ledger = result->is_from_ledger,
	};
	take_group_peak(row, report);
}

static int add_group_rows(struct aspan_report *report)
{
	struct aspan_report_breakdown *breakdown = calloc(1, sizeof(*breakdown));

	if (!breakdown) {
		return -ENOMEM;
	}
	report->breakdowns = breakdown;
	report->breakdown_count = 1;
	breakdown->question = (struct aspan_breakdown_question){
		.keys = { { .dimension = ASPAN_BY_GROUP } },
		.key_count = 1,
	};
	breakdown->rows = calloc(report->group_count + 1, sizeof(*breakdown->rows));
	if (!breakdown->rows) {
		return -ENOMEM;
	}
	breakdown->row_count = report->group_count;
	for (size_t i = 0; i < report->group_count; i++) {
		fill_group_row(&breakdown->rows[i], report, i);
	}
	return 0;
}

static int64_t get_bytes_at_peak(const struct aspan_report_build *build, size_t breakdown,
				 uint32_t place)
{
	const struct aspan_place *source = &build->tally->places.places[place];
	int64_t bytes = aspan_breakdown_get_bytes_at_peak(&build->tally->breakdowns, breakdown,
							  place, source->live.bytes);

	return source->key.is_unseen ? add(bytes, build->group_shift[source->key.group].bytes) :
				       bytes;
}

/* Whether the places of a group may be in several rows. */
static bool divides_groups(const struct aspan_breakdown_question *question)
{
	for (size_t i = 0; i < question->key_count; i++) {
		enum aspan_dimension dimension = question->keys[i].dimension;

		if (dimension == ASPAN_BY_SPAN || dimension == ASPAN_BY_THREAD ||
		    dimension == ASPAN_BY_CALLSITE) {
			return true;
		}
	}
	return false;
}

/* A ledger knows groups, and not which of their places the events were of that are missing. */
static void note_division(const struct aspan_report_build *build, size_t breakdown,
			  const struct aspan_report_place *place, struct aspan_numbers *numbers)
{
	const struct aspan_process *process = build->report->groups[place->group].process;

	if (divides_groups(&build->tally->breakdowns.breakdowns[breakdown].question)) {
		numbers->has_exact_counts &= process->proof.is_complete;
		numbers->has_exact_live &= process->proof.is_complete;
		numbers->has_exact_never_freed &= process->proof.is_complete;
		numbers->is_doubtful |= aspan_model_is_doubtful(build->model, process);
	}
}

static int add_place(const struct aspan_report_build *build, size_t breakdown, uint32_t index,
		     struct aspan_report_row *row, struct sums *sums)
{
	const struct aspan_report_place *place = &build->report->places[index];

	sums->live.count = add(sums->live.count, place->live.count);
	sums->live.bytes = add(sums->live.bytes, place->live.bytes);
	sums->never_freed.count = add(sums->never_freed.count, place->never_freed.count);
	sums->never_freed.bytes = add(sums->never_freed.bytes, place->never_freed.bytes);
	sums->bytes_at_total_peak = add(sums->bytes_at_total_peak, place->bytes_at_total_peak);
	if (place->is_unseen) {
		uint32_t group = build->tally->places.places[index].key.group;

		sums->shift_bytes = add(sums->shift_bytes, build->group_shift[group].bytes);
	}
	sums->peak_part_count += get_bytes_at_peak(build, breakdown, index) != 0;
	sums->never_freed_part_count += place->never_freed.bytes != 0;
	note_division(build, breakdown, place, &row->numbers);
	return aspan_numbers_add(&row->numbers, &place->numbers);
}

static bool wants(const struct aspan_report_build *build, enum aspan_extra extra)
{
	return aspan_questions_want(build->report->questions, extra);
}

static int make_parts(const struct aspan_report_build *build, struct aspan_report_row *row,
		      const struct sums *sums)
{
	if (wants(build, ASPAN_SHOW_PEAK)) {
		row->peak_parts = calloc(sums->peak_part_count + 1, sizeof(*row->peak_parts));
		if (!row->peak_parts) {
			return -ENOMEM;
		}
	}
	if (wants(build, ASPAN_SHOW_LEAKS)) {
		row->never_freed_parts =
			calloc(sums->never_freed_part_count + 1, sizeof(*row->never_freed_parts));
		if (!row->never_freed_parts) {
			return -ENOMEM;
		}
	}
	return 0;
}

static void add_parts(const struct aspan_report_build *build, size_t breakdown, uint32_t place,
		      struct aspan_report_row *row)
{
	int64_t at_peak = get_bytes_at_peak(build, breakdown, place);
	int64_t never_freed = build->report->places[place].never_freed.bytes;

	if (row->peak_parts && at_peak != 0) {
		row->peak_parts[row->peak_part_count++] =
			(struct aspan_report_part){ .place = place, .bytes = at_peak };
	}
	if (row->never_freed_parts && never_freed != 0) {
		row->never_freed_parts[row->never_freed_part_count++] =
			(struct aspan_report_part){ .place = place, .bytes = never_freed };
	}
}

static int compare_parts(const void *left, const void *right)
{
	const struct aspan_report_part *a = left;
	const struct aspan_report_part *b = right;

	if (a->bytes != b->bytes) {
		return a->bytes < b->bytes ? 1 : -1;
	}
	return (a->place > b->place) - (a->place < b->place);
}

static int finish_row(const struct aspan_report_build *build,
		      const struct aspan_breakdown *breakdown, struct aspan_report_row *row,
		      const struct aspan_row *source, const struct sums *sums)
{
	int result = 0;

	row->numbers.live = (struct aspan_blocks){ .count = above_zero(sums->live.count),
						   .bytes = above_zero(sums->live.bytes) };
	row->numbers.never_freed =
		(struct aspan_blocks){ .count = above_zero(sums->never_freed.count),
				       .bytes = above_zero(sums->never_freed.bytes) };
	if (row->numbers.never_freed.count == 0) {
		row->numbers.oldest_never_freed_ns = 0;
	}
	row->numbers.bytes_at_total_peak = above_zero(sums->bytes_at_total_peak);
	row->numbers.peak_live_bytes = above_zero(add(source->peak_bytes, sums->shift_bytes));
	row->numbers.peak_time_ns = source->peak_ns ? source->peak_ns : build->report->begin_ns;
	for (size_t i = 0; !result && i < breakdown->question.key_count; i++) {
		result = aspan_report_describe_key(build, &breakdown->question.keys[i],
						   source->keys[i], &row->keys[i]);
	}
	if (asks_for_group(&breakdown->question)) {
		take_group_peak(row, build->report);
	}
	if (row->peak_part_count > 1) {
		qsort(row->peak_parts, row->peak_part_count, sizeof(*row->peak_parts),
		      compare_parts);
	}
	if (row->never_freed_part_count > 1) {
		qsort(row->never_freed_parts, row->never_freed_part_count,
		      sizeof(*row->never_freed_parts), compare_parts);
	}
	if (!result && breakdown->has_curves) {
		result = aspan_report_add_points(build, row, source, sums->shift_bytes);
	}
	return result;
}

/* Each group has an unseen place; where it holds nothing, and never did, there is nothing to say of it. */
static bool is_empty(const struct aspan_report_row *row)
{
	const struct aspan_numbers *numbers = &row->numbers;
	bool is_unseen = row->keys[0].state == ASPAN_KEY_UNSEEN ||
			 row->keys[1].state == ASPAN_KEY_UNSEEN;

	return is_unseen && !numbers->counts.alloc_count && !numbers->counts.free_count &&
	       !numbers->live.count && !numbers->peak_live_bytes && !numbers->unsure_frees.count;
}

static void remove_empty(struct aspan_report_breakdown *made)
{
	size_t kept = 0;

	for (size_t i = 0; i < made->row_count; i++) {
		if (is_empty(&made->rows[i])) {
			free(made->rows[i].peak_parts);
			free(made->rows[i].never_freed_parts);
			free(made->rows[i].points);
			aspan_numbers_fini(&made->rows[i].numbers);
		} else {
			made->rows[kept++] = made->rows[i];
		}
	}
	made->row_count = kept;
}

static uint64_t get_order(const struct aspan_numbers *numbers, enum aspan_sort sort)
{
	switch (sort) {
	case ASPAN_SORT_ALLOCS:
		return numbers->counts.alloc_count;
	case ASPAN_SORT_BYTES:
		return numbers->counts.alloc_bytes;
	case ASPAN_SORT_FREES:
		return numbers->counts.free_count;
	case ASPAN_SORT_LIVE:
		return numbers->live.bytes;
	case ASPAN_SORT_FOREIGN:
		return numbers->foreign_frees.count;
	case ASPAN_SORT_TEMPORARY:
		return numbers->temporary.count;
	case ASPAN_SORT_LEAKED:
		return numbers->never_freed.bytes;
	case ASPAN_SORT_NAME:
		return 0;
	default:
		return numbers->peak_live_bytes;
	}
}

static int compare_texts(const struct aspan_report_row *a, const struct aspan_report_row *b)
{
	int order = 0;

	for (size_t i = 0; !order && i < ASPAN_BREAKDOWN_KEYS_MAX; i++) {
		order = a->keys[i].text && b->keys[i].text ?
				strcmp(a->keys[i].text, b->keys[i].text) :
				0;
	}
	for (size_t i = 0; !order && i < ASPAN_BREAKDOWN_KEYS_MAX; i++) {
		order = (a->keys[i].index > b->keys[i].index) -
			(a->keys[i].index < b->keys[i].index);
	}
	return order;
}

static int compare_rows(const void *left, const void *right, void *sort)
{
	const struct aspan_report_row *a = left;
	const struct aspan_report_row *b = right;
	uint64_t a_order = get_order(&a->numbers, *(enum aspan_sort *) sort);
	uint64_t b_order = get_order(&b->numbers, *(enum aspan_sort *) sort);

	if (a_order == b_order && *(enum aspan_sort *) sort != ASPAN_SORT_NAME) {
		a_order = a->numbers.counts.alloc_bytes;
		b_order = b->numbers.counts.alloc_bytes;
	}
	if (a_order != b_order) {
		return a_order < b_order ? 1 : -1;
	}
	return compare_texts(a, b);
}

static int sum_places(const struct aspan_report_build *build, size_t index,
		      struct aspan_report_breakdown *made, struct sums *sums)
{
	const struct aspan_breakdown_table *table = &build->tally->breakdowns;
	int result = 0;

	for (uint32_t place = 0; !result && place < build->report->place_count; place++) {
		uint32_t row = aspan_breakdown_get_cells(table, place)[index].row;

		result = add_place(build, index, place, &made->rows[row], &sums[row]);
	}
	for (size_t row = 0; !result && row < made->row_count; row++) {
		result = make_parts(build, &made->rows[row], &sums[row]);
	}
	for (uint32_t place = 0; !result && place < build->report->place_count; place++) {
		uint32_t row = aspan_breakdown_get_cells(table, place)[index].row;

		add_parts(build, index, place, &made->rows[row]);
	}
	return result;
}

static int fill_breakdown(const struct aspan_report_build *build, size_t index,
			  struct aspan_report_breakdown *made)
{
	const struct aspan_breakdown *source = &build->tally->breakdowns.breakdowns[index];
	struct sums *sums = calloc(source->row_count + 1, sizeof(*sums));
	int result = -ENOMEM;

	made->question = source->question;
	made->rows = calloc(source->row_count + 1, sizeof(*made->rows));
	if (sums && made->rows) {
		made->row_count = source->row_count;
		for (size_t row = 0; row < made->row_count; row++) {
			made->rows[row].numbers.is_certain = true;
			made->rows[row].numbers.has_exact_counts = true;
			made->rows[row].numbers.has_exact_live = true;
			made->rows[row].numbers.has_exact_never_freed = true;
		}
		result = sum_places(build, index, made, sums);
	}
	for (size_t row = 0; !result && row < made->row_count; row++) {
		result =
			finish_row(build, source, &made->rows[row], &source->rows[row], &sums[row]);
	}
	free(sums);
	if (!result) {
		remove_empty(made);
	}
	return result;
}

static int add_breakdowns(const struct aspan_report_build *build)
{
	struct aspan_report *report = build->report;
	size_t count = build->tally->breakdowns.count;
	int result = 0;

	report->breakdowns = calloc(count, sizeof(*report->breakdowns));
	if (!report->breakdowns) {
		return -ENOMEM;
	}
	for (size_t i = 0; !result && i < count; i++) {
		result = fill_breakdown(build, i, &report->breakdowns[report->breakdown_count++]);
	}
	return result;
}

int aspan_report_add_rows(struct aspan_report_build *build)
{
	enum aspan_sort sort = build->model->questions.sort;
	int result = build->tally ? add_breakdowns(build) : add_group_rows(build->report);

	for (size_t i = 0; !result && i < build->report->breakdown_count; i++) {
		struct aspan_report_breakdown *breakdown = &build->report->breakdowns[i];

		qsort_r(breakdown->rows, breakdown->row_count, sizeof(*breakdown->rows),
			compare_rows, &sort);
	}
	return result;
}

/* SPDX-License-Identifier: MIT */
/*
 * See breakdown.h.
 */
#include "breakdown.h"

#include "array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* There is a curve for each value, and of call sites there can be too many for pictures. */
static bool has_curves(const struct aspan_breakdown_question *question)
{
	for (size_t i = 0; i < question->key_count; i++) {
		if (question->keys[i].dimension == ASPAN_BY_CALLSITE) {
			return false;
		}
	}
	return true;
}

static uint64_t mix_keys(const uint32_t keys[ASPAN_BREAKDOWN_KEYS_MAX])
{
	return (uint64_t) keys[0] << 32 | keys[1];
}

static int add_row(struct aspan_breakdown *breakdown, const uint32_t *keys, uint64_t time_ns,
		   uint32_t *index)
{
	struct aspan_row *row = ASPAN_ARRAY_APPEND(breakdown, rows, row);
	int result;

	if (!row) {
		return -ENOMEM;
	}
	row->keys[0] = keys[0];
	row->keys[1] = keys[1];
	row->peak_ns = time_ns;
	row->curve.bucket = ASPAN_CURVE_UNTOUCHED;
	*index = (uint32_t) (breakdown->row_count - 1);
	result = aspan_id_map_set(&breakdown->by_keys, mix_keys(keys), *index);
	breakdown->row_count -= result != 0;
	return result;
}

static struct aspan_breakdown *append_breakdown(struct aspan_breakdown_table *table,
						const struct aspan_breakdown_question *question)
{
	struct aspan_breakdown *breakdown = &table->breakdowns[table->count++];

	*breakdown = (struct aspan_breakdown){
		.question = *question,
		.has_curves = table->timeline && has_curves(question),
	};
	return breakdown;
}

int aspan_breakdown_table_init(struct aspan_breakdown_table *table,
			       const struct aspan_questions *questions)
{
	static const uint32_t no_keys[ASPAN_BREAKDOWN_KEYS_MAX] = { 0 };
	const struct aspan_breakdown_question everything = { .key_count = 0 };
	uint32_t row;

	*table = (struct aspan_breakdown_table){
		.capacity = 1 + questions->breakdown_count +
			    (questions->wants_found_tags ? ASPAN_FOUND_TAG_KEYS_MAX : 0),
	};
	if (aspan_questions_want(questions, ASPAN_SHOW_TIMELINE)) {
		table->timeline = calloc(1, sizeof(*table->timeline));
		if (!table->timeline) {
			return -ENOMEM;
		}
	}
	append_breakdown(table, &everything);
	for (size_t i = 0; i < questions->breakdown_count; i++) {
		append_breakdown(table, &questions->breakdowns[i]);
	}
	return add_row(&table->breakdowns[0], no_keys, 0, &row);
}

static void fini_breakdown(struct aspan_breakdown *breakdown)
{
	for (size_t i = 0; i < breakdown->row_count; i++) {
		aspan_curve_fini(&breakdown->rows[i].curve);
	}
	free(breakdown->rows);
	free(breakdown->touched);
	aspan_id_map_fini(&breakdown->by_keys);
}

void aspan_breakdown_table_fini(struct aspan_breakdown_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		fini_breakdown(&table->breakdowns[i]);
	}
	free(table->cells);
	free(table->timeline);
	*table = (struct aspan_breakdown_table){ 0 };
}

static int touch(struct aspan_breakdown *breakdown, uint32_t row)
{
	uint32_t *added = ASPAN_ARRAY_APPEND(breakdown, touched, touched);

	if (!added) {
		return -ENOMEM;
	}
	*added = row;
	return 0;
}

int aspan_breakdown_table_add(struct aspan_breakdown_table *table,
			      const struct aspan_breakdown_question *question)
{
	static const uint32_t none[ASPAN_BREAKDOWN_KEYS_MAX] = { ASPAN_KEY_INDEX_NONE, 0 };
	const struct aspan_row *everything = &table->breakdowns[0].rows[0];
	struct aspan_breakdown *added = append_breakdown(table, question);
	struct aspan_row *row;
	uint32_t index;
	int result = add_row(added, none, 0, &index);

	if (result) {
		return result;
	}
	row = &added->rows[index];
	*row = *everything;
	memcpy(row->keys, none, sizeof(none));
	result = aspan_curve_copy(&row->curve, &everything->curve);
	if (!result && row->curve.bucket != ASPAN_CURVE_UNTOUCHED) {
		result = touch(added, index);
	}
	for (size_t place = 0; place < table->place_count; place++) {
		struct aspan_cell *cells = &table->cells[place * table->capacity];

		cells[table->count - 1] = cells[0];
	}
	return result;
}

int aspan_breakdown_table_add_place(struct aspan_breakdown_table *table)
{
	size_t row_size = table->capacity * sizeof(*table->cells);

	if (table->place_count == table->place_capacity) {
		size_t bigger = table->place_capacity ? 2 * table->place_capacity : 64;
		struct aspan_cell *moved = reallocarray(table->cells, bigger, row_size);

		if (!moved) {
			return -ENOMEM;
		}
		table->cells = moved;
		table->place_capacity = bigger;
	}
	memset(&table->cells[table->place_count++ * table->capacity], 0, row_size);
	return 0;
}

int aspan_breakdown_set_row(struct aspan_breakdown_table *table, size_t index, uint32_t place,
			    const uint32_t keys[ASPAN_BREAKDOWN_KEYS_MAX], uint64_t time_ns)
{
	struct aspan_breakdown *breakdown = &table->breakdowns[index];
	uint32_t row = aspan_id_map_find(&breakdown->by_keys, mix_keys(keys));

	if (row == ASPAN_ID_MAP_NONE) {
		int result = add_row(breakdown, keys, time_ns, &row);

		if (result) {
			return result;
		}
	}
	/* An epoch that is not the row's: it held nothing at the peak, and does not yet. */
	aspan_breakdown_get_cells(table, place)[index] = (struct aspan_cell){
		.row = row,
		.peak_epoch = breakdown->rows[row].peak_epoch,
	};
	return 0;
}

static int flush(struct aspan_breakdown *breakdown, const struct aspan_timeline *timeline)
{
	size_t kept = 0;

	for (size_t i = 0; i < breakdown->touched_count; i++) {
		struct aspan_row *row = &breakdown->rows[breakdown->touched[i]];
		int result = aspan_curve_flush(&row->curve, timeline, row->live_bytes);

		if (result < 0) {
			return result;
		}
		if (result > 0) {
			breakdown->touched[kept++] = breakdown->touched[i];
		}
	}
	breakdown->touched_count = kept;
	return 0;
}

/* Those that go on with another value are touched in the bucket that has begun. */
static void carry(struct aspan_breakdown *breakdown, const struct aspan_timeline *timeline)
{
	for (size_t i = 0; i < breakdown->touched_count; i++) {
		breakdown->rows[breakdown->touched[i]].curve.bucket = timeline->bucket;
	}
}

static int merge(struct aspan_breakdown_table *table)
{
	bool keeps_second[ASPAN_TIMELINE_BUCKETS / 2];
	int result = 0;

	aspan_timeline_merge(table->timeline, keeps_second);
	for (size_t i = 0; i < table->count; i++) {
		struct aspan_breakdown *breakdown = &table->breakdowns[i];

		for (size_t row = 0; !result && row < breakdown->row_count; row++) {
			struct aspan_curve *curve = &breakdown->rows[row].curve;

			result = aspan_curve_merge(curve, keeps_second);
			curve->bucket = ASPAN_CURVE_UNTOUCHED;
		}
	}
	return result;
}

static int next_bucket(struct aspan_breakdown_table *table)
{
	struct aspan_timeline *timeline = table->timeline;
	int64_t bytes = table->breakdowns[0].rows[0].live_bytes;
	int result = 0;

	for (size_t i = 0; !result && i < table->count; i++) {
		result = flush(&table->breakdowns[i], timeline);
	}
	if (result) {
		return result;
	}
	if (!aspan_timeline_advance(timeline, bytes)) {
		result = merge(table);
		aspan_timeline_advance(timeline, bytes);
	}
	for (size_t i = 0; i < table->count; i++) {
		carry(&table->breakdowns[i], timeline);
	}
	return result;
}

int aspan_breakdown_advance_slow(struct aspan_breakdown_table *table, uint64_t time_ns)
{
	int result = 0;

	if (!table->timeline->has_begun) {
		aspan_timeline_begin(table->timeline, time_ns, 0);
	}
	while (!result && !aspan_timeline_is_in_bucket(table->timeline, time_ns)) {
		result = next_bucket(table);
	}
	return result;
}

static int change_row(struct aspan_breakdown_table *table, struct aspan_breakdown *breakdown,
		      uint32_t index, int64_t delta_bytes, uint64_t time_ns)
{
	struct aspan_row *row = &breakdown->rows[index];
	int result = 0;

	if (breakdown->has_curves &&
	    aspan_curve_prepare(&row->curve, table->timeline, row->live_bytes)) {
		result = touch(breakdown, index);
	}
	/* Sums wrap, and do not overflow. */
	row->live_bytes = (int64_t) ((uint64_t) row->live_bytes + (uint64_t) delta_bytes);
	if (row->live_bytes > row->peak_bytes) {
		row->peak_bytes = row->live_bytes;
		row->peak_ns = time_ns;
		row->peak_epoch++;
	}
	if (breakdown->has_curves) {
		aspan_curve_note(&row->curve, row->live_bytes);
	}
	return result;
}

int aspan_breakdown_change(struct aspan_breakdown_table *table, uint32_t place, int64_t held_bytes,
			   int64_t delta_bytes, uint64_t time_ns)
{
	struct aspan_cell *cells = aspan_breakdown_get_cells(table, place);
	int result = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct aspan_row *row = &table->breakdowns[i].rows[cells[i].row];

		if (cells[i].peak_epoch != row->peak_epoch) {
			cells[i].peak_epoch = row->peak_epoch;
			cells[i].bytes_at_peak = held_bytes;
		}
		result |= change_row(table, &table->breakdowns[i], cells[i].row, delta_bytes,
				     time_ns);
	}
	if (table->timeline) {
		aspan_timeline_note(table->timeline, time_ns,
				    table->breakdowns[0].rows[0].live_bytes);
	}
	return result;
}

static int begin_curves(struct aspan_breakdown_table *table, struct aspan_breakdown *breakdown)
{
	int result = 0;

	breakdown->touched_count = 0;
	for (size_t i = 0; !result && i < breakdown->row_count; i++) {
		struct aspan_row *row = &breakdown->rows[i];

		aspan_curve_fini(&row->curve);
		if (breakdown->has_curves &&
		    aspan_curve_prepare(&row->curve, table->timeline, row->live_bytes)) {
			result = touch(breakdown, (uint32_t) i);
		}
	}
	return result;
}

int aspan_breakdown_begin_window(struct aspan_breakdown_table *table, uint64_t time_ns)
{
	int result = 0;

	if (table->timeline) {
		aspan_timeline_begin(table->timeline, time_ns,
				     table->breakdowns[0].rows[0].live_bytes);
	}
	for (size_t i = 0; !result && i < table->count; i++) {
		struct aspan_breakdown *breakdown = &table->breakdowns[i];

		for (size_t row = 0; row < breakdown->row_count; row++) {
			breakdown->rows[row].peak_bytes = breakdown->rows[row].live_bytes;
			breakdown->rows[row].peak_ns = time_ns;
			breakdown->rows[row].peak_epoch++;
		}
		result = begin_curves(table, breakdown);
	}
	return result;
}

int64_t aspan_breakdown_get_bytes_at_peak(const struct aspan_breakdown_table *table,
					  size_t breakdown, uint32_t place, int64_t held_bytes)
{
	const struct aspan_cell *cell = &aspan_breakdown_get_cells(table, place)[breakdown];
	const struct aspan_row *row = &table->breakdowns[breakdown].rows[cell->row];

	return cell->peak_epoch == row->peak_epoch ? cell->bytes_at_peak : held_bytes;
}

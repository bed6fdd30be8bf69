/* SPDX-License-Identifier: MIT */
/*
 * Breakdowns: rows of places, and what does not add up: when each row was highest, and who made it up then.
 *
 * The big picture. Counts add up, so they are kept by place and summed at the end. A peak does not: each row follows its
 * live bytes itself. Who made up a peak is known in the same pass by epochs: a row's epoch goes up with each new peak, and a
 * place that changes notes what it held before, if it has not done so in this epoch. At the end a place with a note
 * of the last epoch held that at the row's peak; and others what they hold now, as they have not changed since.
 *
 * The first breakdown has no keys and one row: everything. A breakdown that begins later, as a tag's key is met for the
 * first time, copies it, because until then no place had that tag.
 *
 * Live bytes here are those of events, and of the steps that group.h makes where events were lost. What lived before the
 * trace began is only known at the end: it is a constant, and added to everything then.
 */
#ifndef ASPAN_ANALYSIS_BREAKDOWN_H
#define ASPAN_ANALYSIS_BREAKDOWN_H

#include "id-map.h"
#include "questions.h"
#include "timeline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values of a key that are no index. */
#define ASPAN_KEY_INDEX_NONE UINT32_MAX
#define ASPAN_KEY_INDEX_UNSEEN (UINT32_MAX - 1)

struct aspan_row {
	int64_t live_bytes;
	int64_t peak_bytes;
	uint64_t peak_ns;
	uint64_t peak_epoch;
	struct aspan_curve curve;
	uint32_t keys[ASPAN_BREAKDOWN_KEYS_MAX];
};

/* What a place is in a breakdown. */
struct aspan_cell {
	uint64_t peak_epoch; /* in which `bytes_at_peak` was noted */
	int64_t bytes_at_peak;
	uint32_t row;
};

struct aspan_breakdown {
	struct aspan_breakdown_question question;
	bool has_curves;
	struct aspan_row *rows;
	size_t row_count, row_capacity;
	struct aspan_id_map by_keys;
	/* Rows that changed in the current bucket of the timeline. */
	uint32_t *touched;
	size_t touched_count, touched_capacity;
};

struct aspan_breakdown_table {
	struct aspan_breakdown breakdowns[ASPAN_BREAKDOWNS_MAX];
	size_t count, capacity;
	struct aspan_cell *cells; /* `capacity` for each place */
	size_t place_count, place_capacity;
	struct aspan_timeline *timeline; /* NULL: nobody asked */
};

/* Everything, then what was asked for. 0 or -ENOMEM, as all that follow. */
int aspan_breakdown_table_init(struct aspan_breakdown_table *table,
			       const struct aspan_questions *questions);
void aspan_breakdown_table_fini(struct aspan_breakdown_table *table);

/* A breakdown that nobody named, of which no place has had a key yet. There is room: `count` is below `capacity`. */
int aspan_breakdown_table_add(struct aspan_breakdown_table *table,
			      const struct aspan_breakdown_question *question);

/* A new place; its row in each breakdown must then be set. */
int aspan_breakdown_table_add_place(struct aspan_breakdown_table *table);
int aspan_breakdown_set_row(struct aspan_breakdown_table *table, size_t breakdown, uint32_t place,
			    const uint32_t keys[ASPAN_BREAKDOWN_KEYS_MAX], uint64_t time_ns);

static inline struct aspan_cell *
aspan_breakdown_get_cells(const struct aspan_breakdown_table *table, uint32_t place)
{
	return &table->cells[place * table->capacity];
}

/* Ends buckets of the timeline up to this time. Before the changes of an event; cheap if there are none. */
int aspan_breakdown_advance_slow(struct aspan_breakdown_table *table, uint64_t time_ns);

static inline int aspan_breakdown_advance(struct aspan_breakdown_table *table, uint64_t time_ns)
{
	return !table->timeline || aspan_timeline_is_in_bucket(table->timeline, time_ns) ?
		       0 :
		       aspan_breakdown_advance_slow(table, time_ns);
}

/* A place, which holds `held_bytes`, is about to hold `delta_bytes` more. */
int aspan_breakdown_change(struct aspan_breakdown_table *table, uint32_t place, int64_t held_bytes,
			   int64_t delta_bytes, uint64_t time_ns);

/* What is highest is looked for from here on. */
int aspan_breakdown_begin_window(struct aspan_breakdown_table *table, uint64_t time_ns);

/* What a place that holds `held_bytes` at the end held when its row in this breakdown was highest. */
int64_t aspan_breakdown_get_bytes_at_peak(const struct aspan_breakdown_table *table,
					  size_t breakdown, uint32_t place, int64_t held_bytes);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The numbers of each place: what the tally counted, and for unseen places what only the group knows.
 *
 * The places of a group together hold what the group holds: the difference is the shift of its unseen place. It was there all
 * the time (group.h: base), so it is also added to everything that was once highest.
 */
#include "report-build.h"

#include <errno.h>
#include <stdlib.h>

static struct aspan_live add_live(const struct aspan_live *a, const struct aspan_live *b)
{
	return (struct aspan_live){
		.count = (int64_t) ((uint64_t) a->count + (uint64_t) b->count),
		.bytes = (int64_t) ((uint64_t) a->bytes + (uint64_t) b->bytes),
	};
}

static uint64_t above_zero(int64_t value)
{
	return value > 0 ? (uint64_t) value : 0;
}

static void find_shifts(struct aspan_report_build *build)
{
	const struct aspan_place_table *places = &build->tally->places;

	for (size_t i = 0; i < build->model->group_count; i++) {
		const struct aspan_group_result *result =
			&build->report->groups[build->group_of_model[i]].result;

		build->group_shift[i] = (struct aspan_live){
			.count = (int64_t) result->live_count,
			.bytes = (int64_t) result->live_bytes,
		};
	}
	for (size_t i = 0; i < places->place_count; i++) {
		const struct aspan_place *place = &places->places[i];
		struct aspan_live *shift = &build->group_shift[place->key.group];

		*shift = aspan_live_subtract(shift, &place->live);
	}
}

static void add_unseen(const struct aspan_report_build *build, struct aspan_report_place *made,
		       uint32_t group_of_model)
{
	const struct aspan_group_result *result = &build->report->groups[made->group].result;
	struct aspan_numbers *numbers = &made->numbers;

	made->live = add_live(&made->live, &build->group_shift[group_of_model]);
	numbers->counts.alloc_count += result->lost.alloc_count;
	numbers->counts.alloc_bytes += result->lost.alloc_bytes;
	numbers->counts.free_count += result->lost.free_count;
	numbers->counts.free_bytes += result->lost.free_bytes;
	numbers->lost = result->lost;
	numbers->unsure_frees = (struct aspan_blocks){ .count = result->unsure_free_count,
						       .bytes = result->unsure_free_bytes };
	/* What checkpoints said on the way is in the peaks of rows, also if it turned out to be nothing. */
	numbers->is_certain = result->is_certain &&
			      !build->report->groups[made->group].group->has_folds;
}

static int fill_place(const struct aspan_report_build *build, struct aspan_report_place *made,
		      const struct aspan_place *place)
{
	const struct aspan_report_group *group =
		&build->report->groups[build->group_of_model[place->key.group]];
	int result;

	*made = (struct aspan_report_place){
		.group = build->group_of_model[place->key.group],
		.node = place->key.node,
		.thread = place->key.thread,
		.callsite = place->key.callsite,
		.stack = place->key.stack,
		.is_unseen = place->key.is_unseen,
		.live = place->live,
		.numbers = {
			.counts = place->counts,
			.foreign_frees = place->foreign_frees,
			.other_thread_frees = place->other_thread_frees,
			.temporary = place->temporary,
			.never_freed = place->never_freed,
			.oldest_never_freed_ns = place->oldest_never_freed_ns,
			.growth = place->growth,
			.is_certain = !aspan_model_is_doubtful(build->model, group->process),
			.has_exact_counts = group->result.has_exact_counts,
			.has_exact_live = group->result.has_exact_live,
			.has_exact_never_freed = group->result.has_exact_never_freed,
			.is_doubtful = group->result.is_doubtful,
			.is_from_ledger = group->result.is_from_ledger,
		},
	};
	result = aspan_histogram_merge(&made->numbers.sizes, &place->sizes);
	result = result ? result :
			  aspan_histogram_merge(&made->numbers.lifetimes, &place->lifetimes);
	if (place->key.is_unseen) {
		add_unseen(build, made, place->key.group);
	}
	made->numbers.live = (struct aspan_blocks){ .count = above_zero(made->live.count),
						    .bytes = above_zero(made->live.bytes) };
	return result;
}

/*
 * Where a ledger says what lives, and all of it was allocated in the trace, the group has never freed that. The difference to what
 * events tell is in its unseen place.
 */
static void take_ledgers(const struct aspan_report_build *build)
{
	const struct aspan_place_table *places = &build->tally->places;
	struct aspan_report *report = build->report;

	for (size_t i = 0; i < report->place_count; i++) {
		struct aspan_report_place *made = &report->places[i];
		struct aspan_live *shift = &build->never_freed_shift[places->places[i].key.group];

		made->never_freed = (struct aspan_live){
			.count = (int64_t) made->numbers.never_freed.count,
			.bytes = (int64_t) made->numbers.never_freed.bytes,
		};
		*shift = aspan_live_subtract(shift, &made->never_freed);
	}
	for (size_t i = 0; i < report->place_count; i++) {
		struct aspan_report_place *made = &report->places[i];
		const struct aspan_group_result *result = &report->groups[made->group].result;
		struct aspan_live shift = build->never_freed_shift[places->places[i].key.group];

		if (!made->is_unseen || !result->is_from_ledger || !result->has_exact_never_freed) {
			continue;
		}
		shift.count += (int64_t) result->live_count;
		shift.bytes += (int64_t) result->live_bytes;
		made->never_freed = add_live(&made->never_freed, &shift);
		made->numbers.never_freed =
			(struct aspan_blocks){ .count = above_zero(made->never_freed.count),
					       .bytes = above_zero(made->never_freed.bytes) };
	}
}

static void note_never_freed(const struct aspan_block *block, void *data)
{
	struct aspan_report_build *build = data;
	struct aspan_numbers *numbers = &build->report->places[block->note.place].numbers;

	if (block->note.time_ns < build->tally->window_begin_ns) {
		return;
	}
	numbers->never_freed.count++;
	numbers->never_freed.bytes += block->size_bytes;
	if (numbers->oldest_never_freed_ns == 0 ||
	    block->note.time_ns < numbers->oldest_never_freed_ns) {
		numbers->oldest_never_freed_ns = block->note.time_ns;
	}
}

/* What the place held when everything was highest. */
static void add_total_peak(const struct aspan_report_build *build, uint32_t index)
{
	struct aspan_report_place *made = &build->report->places[index];
	const struct aspan_place *place = &build->tally->places.places[index];
	int64_t bytes = aspan_breakdown_get_bytes_at_peak(&build->tally->breakdowns, 0, index,
							  place->live.bytes);

	if (made->is_unseen) {
		bytes = (int64_t) ((uint64_t) bytes +
				   (uint64_t) build->group_shift[place->key.group].bytes);
	}
	made->bytes_at_total_peak = bytes;
	made->numbers.bytes_at_total_peak = above_zero(bytes);
}

int aspan_report_add_places(struct aspan_report_build *build)
{
	const struct aspan_place_table *places = &build->tally->places;
	struct aspan_report *report = build->report;
	int result = 0;

	find_shifts(build);
	report->places = calloc(places->place_count + 1, sizeof(*report->places));
	if (!report->places) {
		return -ENOMEM;
	}
	for (size_t i = 0; !result && i < places->place_count; i++) {
		result = fill_place(build, &report->places[report->place_count++],
				    &places->places[i]);
		add_total_peak(build, (uint32_t) i);
	}
	for (size_t i = 0; !result && i < build->model->process_count; i++) {
		aspan_block_map_visit(&build->model->processes[i].blocks, note_never_freed, build);
	}
	if (!result) {
		take_ledgers(build);
	}
	return result;
}

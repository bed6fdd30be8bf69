/* SPDX-License-Identifier: MIT */
/*
 * Handover and spans of a report.
 */
#include "report-build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_handovers(const void *left, const void *right)
{
	const struct aspan_report_handover *a = left;
	const struct aspan_report_handover *b = right;
	int order = compare_numbers(b->freed.bytes, a->freed.bytes);

	order = order ? order : compare_numbers(b->freed.count, a->freed.count);
	order = order ? order : compare_numbers(a->source_group, b->source_group);
	return order ? order : compare_numbers(a->current_id, b->current_id);
}

/* The group with this id in the process of the source; of several, which a gap makes, none. */
static uint32_t find_current(const struct aspan_report_build *build,
			     const struct aspan_handover *pair)
{
	const struct aspan_group *source = &build->model->groups[pair->source_group];
	const struct aspan_process *process = &build->model->processes[source->process];
	uint32_t index;

	if (pair->current_id == 0) {
		return ASPAN_REPORT_NONE;
	}
	index = aspan_id_map_find(&process->groups, pair->current_id);
	if (index == ASPAN_ID_MAP_NONE ||
	    build->model->groups[index].next_of_id != ASPAN_ID_MAP_NONE) {
		return ASPAN_REPORT_NONE;
	}
	return build->group_of_model[index];
}

static int add_handovers(struct aspan_report_build *build)
{
	const struct aspan_handover_matrix *matrix = &build->tally->handover;
	struct aspan_report *report = build->report;

	report->handovers = calloc(matrix->pair_count + 1, sizeof(*report->handovers));
	if (!report->handovers) {
		return -ENOMEM;
	}
	report->handover_count = matrix->pair_count;
	for (size_t i = 0; i < matrix->pair_count; i++) {
		report->handovers[i] = (struct aspan_report_handover){
			.source_group = build->group_of_model[matrix->pairs[i].source_group],
			.current_group = find_current(build, &matrix->pairs[i]),
			.current_id = matrix->pairs[i].current_id,
			.freed = matrix->pairs[i].freed,
		};
	}
	qsort(report->handovers, report->handover_count, sizeof(*report->handovers),
	      compare_handovers);
	return 0;
}

static const char *get_name(const struct aspan_report_build *build, uint32_t name)
{
	return build->tally->threads.tree.names.texts[name];
}

static int compare_spans(const void *left, const void *right)
{
	const struct aspan_report_span *a = left;
	const struct aspan_report_span *b = right;
	int order = compare_numbers(b->counts.alloc_bytes, a->counts.alloc_bytes);

	order = order ? order : compare_numbers(b->entry_count, a->entry_count);
	return order ? order : strcmp(a->name, b->name);
}

static void count_open(const struct aspan_report_build *build, struct aspan_report_span *by_name)
{
	const struct aspan_thread_table *table = &build->tally->threads;

	for (size_t i = 0; i < table->thread_count; i++) {
		const struct aspan_thread *thread = &table->threads[i];

		for (size_t k = 0; k < thread->open_count; k++) {
			uint32_t name = table->tree.nodes[thread->open[k].node].name;

			if (name != ASPAN_NAME_UNKNOWN) {
				by_name[name].open_count++;
			}
		}
	}
}

static void fill_span(struct aspan_report_span *made, const struct aspan_span_total *total)
{
	made->entry_count = total->entry_count;
	made->counts = total->counts;
	made->timed_count = total->timed_count;
	made->duration_ns = total->duration_ns;
	made->longest_ns = total->longest_ns;
}

/* Names that are met in windows that begin later, and never end in them, have nothing to show. */
static void remove_empty(struct aspan_report *report)
{
	size_t kept = 0;

	for (size_t i = 0; i < report->span_count; i++) {
		if (report->spans[i].entry_count || report->spans[i].open_count) {
			report->spans[kept++] = report->spans[i];
		}
	}
	report->span_count = kept;
}

static int add_spans(struct aspan_report_build *build)
{
	size_t name_count = build->tally->threads.tree.names.text_count;
	const struct aspan_span_totals *totals = &build->tally->spans;
	struct aspan_report *report = build->report;

	report->spans = calloc(name_count + 1, sizeof(*report->spans));
	if (!report->spans) {
		return -ENOMEM;
	}
	report->span_count = name_count;
	for (size_t i = 0; i < name_count; i++) {
		report->spans[i].name = get_name(build, (uint32_t) i);
		if (i < totals->total_count) {
			fill_span(&report->spans[i], &totals->totals[i]);
		}
	}
	count_open(build, report->spans);
	remove_empty(report);
	qsort(report->spans, report->span_count, sizeof(*report->spans), compare_spans);
	return 0;
}

static int compare_by_bytes(const void *left, const void *right)
{
	const struct aspan_report_entry *a = left;
	const struct aspan_report_entry *b = right;
	int order = compare_numbers(b->counts.alloc_bytes, a->counts.alloc_bytes);

	return order ? order : compare_numbers(a->exit_ns, b->exit_ns);
}

static int64_t get_net(const struct aspan_report_entry *entry)
{
	return (int64_t) (entry->counts.alloc_bytes - entry->counts.free_bytes);
}

static int compare_by_net(const void *left, const void *right)
{
	int64_t a = get_net(left), b = get_net(right);

	return a == b ? compare_by_bytes(left, right) : a < b ? 1 : -1;
}

static int add_worst(const struct aspan_report_build *build,
		     const struct aspan_worst_entries *source, struct aspan_report_entry **made,
		     size_t *count, int (*compare)(const void *, const void *))
{
	*made = calloc(source->count + 1, sizeof(**made));
	if (!*made) {
		return -ENOMEM;
	}
	*count = source->count;
	for (size_t i = 0; i < source->count; i++) {
		(*made)[i] = (struct aspan_report_entry){
			.name = get_name(build, source->entries[i].name),
			.thread = source->entries[i].thread,
			.enter_ns = source->entries[i].enter_ns,
			.exit_ns = source->entries[i].exit_ns,
			.counts = source->entries[i].counts,
		};
	}
	qsort(*made, *count, sizeof(**made), compare);
	return 0;
}

int aspan_report_add_activity(struct aspan_report_build *build)
{
	const struct aspan_span_totals *spans = &build->tally->spans;
	struct aspan_report *report = build->report;
	int result = add_handovers(build);

	if (result || !aspan_questions_want(report->questions, ASPAN_SHOW_SPANS)) {
		return result;
	}
	result = add_spans(build);
	result = result ? result :
			  add_worst(build, &spans->by_bytes, &report->worst_by_bytes,
				    &report->worst_by_bytes_count, compare_by_bytes);
	return result ? result :
			add_worst(build, &spans->by_net, &report->worst_by_net,
				  &report->worst_by_net_count, compare_by_net);
}

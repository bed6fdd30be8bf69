/* SPDX-License-Identifier: MIT */
/*
 * A report: what the model knows at the end, put in order for a writer. The steps are in report-build.h.
 */
#include "report.h"

#include "report-build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int aspan_report_keep_text(struct aspan_report *report, char *text, const char **kept)
{
	char **moved;

	if (!text) {
		return -ENOMEM;
	}
	/* Room doubles each time that the count is a power of two. */
	if ((report->text_count & (report->text_count + 1)) == 0) {
		moved = reallocarray(report->texts, 2 * (report->text_count + 1), sizeof(*moved));
		if (!moved) {
			free(text);
			return -ENOMEM;
		}
		report->texts = moved;
	}
	report->texts[report->text_count++] = text;
	*kept = text;
	return 0;
}

/* The window ends with the trace, if not before. */
static void set_window(struct aspan_report *report, const struct aspan_model *model)
{
	bool has_end = model->questions.has_to && model->is_past_window;

	report->begin_ns = model->questions.has_from && model->from_ns > model->first_ns ?
				   model->from_ns :
				   model->first_ns;
	report->end_ns = has_end ? model->to_ns : model->last_ns;
}

static int make(struct aspan_report_build *build)
{
	int result = aspan_report_add_owners(build);

	if (!result && build->tally) {
		result = aspan_report_add_places(build);
	}
	result = result ? result : aspan_report_add_rows(build);
	if (!result && build->tally) {
		result = aspan_report_add_timeline(build);
		result = result ? result : aspan_report_add_activity(build);
	}
	return result ? result : aspan_report_add_notes(build->report);
}

static bool is_doubtful(const struct aspan_model *model)
{
	bool is_doubtful = model->is_cut_short || model->unread_ledger_count > 0 ||
			   model->unjoined_ledger_count > 0;

	for (size_t i = 0; !is_doubtful && i < model->trace_count; i++) {
		is_doubtful = model->traces[i].has_losses;
	}
	for (size_t i = 0; !is_doubtful && i < model->process_count; i++) {
		is_doubtful = aspan_model_is_doubtful(model, &model->processes[i]);
	}
	return is_doubtful;
}

int aspan_report_init(struct aspan_report *report, struct aspan_model *model)
{
	struct aspan_report_build build = {
		.report = report,
		.model = model,
		.tally = model->tally,
		.group_of_model = calloc(model->group_count + 1, sizeof(*build.group_of_model)),
		.group_shift = calloc(model->group_count + 1, sizeof(*build.group_shift)),
		.never_freed_shift =
			calloc(model->group_count + 1, sizeof(*build.never_freed_shift)),
	};
	int result = -ENOMEM;

	aspan_model_conclude(model);
	*report = (struct aspan_report){
		.model = model,
		.questions = &model->questions,
		.is_complete = aspan_model_is_complete(model),
		.is_doubtful = is_doubtful(model),
	};
	set_window(report, model);
	report->coverage = aspan_model_get_coverage(model);
	if (build.group_of_model && build.group_shift && build.never_freed_shift) {
		result = make(&build);
	}
	free(build.group_of_model);
	free(build.group_shift);
	free(build.never_freed_shift);
	return result;
}

static void fini_breakdown(struct aspan_report_breakdown *breakdown)
{
	for (size_t i = 0; i < breakdown->row_count; i++) {
		struct aspan_report_row *row = &breakdown->rows[i];

		aspan_numbers_fini(&row->numbers);
		free(row->peak_parts);
		free(row->never_freed_parts);
		free(row->points);
	}
	free(breakdown->rows);
}

void aspan_report_fini(struct aspan_report *report)
{
	for (size_t i = 0; i < report->group_count; i++) {
		aspan_tags_fini(&report->groups[i].tags);
	}
	for (size_t i = 0; i < report->place_count; i++) {
		aspan_numbers_fini(&report->places[i].numbers);
	}
	for (size_t i = 0; i < report->breakdown_count; i++) {
		fini_breakdown(&report->breakdowns[i]);
	}
	for (size_t i = 0; i < report->note_count; i++) {
		free(report->notes[i]);
	}
	for (size_t i = 0; i < report->text_count; i++) {
		free(report->texts[i]);
	}
	free(report->processes);
	free(report->groups);
	free(report->threads);
	free(report->callsites);
	free(report->stack_nodes);
	free(report->nodes);
	free(report->places);
	free(report->breakdowns);
	free(report->timeline.moments);
	free(report->handovers);
	free(report->spans);
	free(report->worst_by_bytes);
	free(report->worst_by_net);
	free(report->unrecorded);
	free(report->notes);
	free(report->texts);
	*report = (struct aspan_report){ 0 };
}

const struct aspan_report_breakdown *
aspan_report_find_breakdown(const struct aspan_report *report,
			    const struct aspan_breakdown_question *question)
{
	for (size_t i = 0; i < report->breakdown_count; i++) {
		if (aspan_breakdown_is_same(&report->breakdowns[i].question, question)) {
			return &report->breakdowns[i];
		}
	}
	return NULL;
}

/* How many nodes there are on the path, the root apart; paths are as deep as spans nest. */
static size_t count_depth(const struct aspan_report *report, uint32_t node)
{
	size_t depth = 0;

	while (report->nodes[node].parent != ASPAN_REPORT_NONE) {
		node = report->nodes[node].parent;
		depth++;
	}
	return depth;
}

static uint32_t get_ancestor(const struct aspan_report *report, uint32_t node, size_t distance)
{
	while (distance-- > 0) {
		node = report->nodes[node].parent;
	}
	return node;
}

char *aspan_report_get_path(const struct aspan_report *report, uint32_t node, const char *separator)
{
	size_t depth = count_depth(report, node);
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	if (!stream) {
		return NULL;
	}
	for (size_t i = depth; i-- > 0;) {
		const char *name = report->nodes[get_ancestor(report, node, i)].name;

		fprintf(stream, "%s%s", i + 1 < depth ? separator : "", name ? name : "?");
	}
	if (fclose(stream)) {
		free(text);
		return NULL;
	}
	return text;
}

/* SPDX-License-Identifier: MIT */
/*
 * The owners that a report names: groups, threads and span paths. Processes are in report-processes.c.
 *
 * Groups with equal peaks are ordered by what people see next and last by where they are in the trace, so that the
 * same trace always gives the same report.
 */
#include "report-build.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Formats a text that the report keeps. */
#define KEEP(report, kept, ...)                                                                    \
	({                                                                                         \
		char *text_;                                                                       \
		aspan_report_keep_text(report, asprintf(&text_, __VA_ARGS__) < 0 ? NULL : text_,   \
				       kept);                                                      \
	})

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_groups(const void *left, const void *right)
{
	const struct aspan_report_group *a = left;
	const struct aspan_report_group *b = right;
	int order = compare_numbers(b->result.peak_live_bytes, a->result.peak_live_bytes);

	if (!order) {
		order = compare_numbers(b->result.counts.alloc_bytes, a->result.counts.alloc_bytes);
	}
	if (!order) {
		order = strcmp(a->name, b->name);
	}
	return order ? order : compare_numbers((uintptr_t) a->group, (uintptr_t) b->group);
}

/* "parser tenant=42" */
static int describe_group(struct aspan_report *report, struct aspan_report_group *made)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	if (!stream) {
		return -ENOMEM;
	}
	fputs(made->name, stream);
	for (size_t i = 0; i < made->tags.tag_count; i++) {
		fprintf(stream, " %s=%s", made->tags.tags[i].key, made->tags.tags[i].value);
	}
	if (fclose(stream)) {
		free(text);
		return -ENOMEM;
	}
	return aspan_report_keep_text(report, text, &made->text);
}

static int fill_group(struct aspan_report *report, struct aspan_report_group *made,
		      const struct aspan_group *group)
{
	const struct aspan_model *model = report->model;
	int result = aspan_tags_parse(group->tags, &made->tags);

	made->group = group;
	made->process_index = group->process;
	made->process = &model->processes[group->process];
	made->hostname = model->traces[made->process->trace].hostname;
	made->result = aspan_model_get_result(model, group);
	/* Tags that are none are shown as they are. */
	made->name = made->tags.name ? made->tags.name : group->name ? group->name : group->tags;
	return result == -ENOMEM ? result : describe_group(report, made);
}

static int add_groups(struct aspan_report_build *build)
{
	struct aspan_report *report = build->report;
	const struct aspan_model *model = build->model;
	int result = 0;

	report->groups = calloc(model->group_count + 1, sizeof(*report->groups));
	if (!report->groups) {
		return -ENOMEM;
	}
	for (size_t i = 0; !result && i < model->group_count; i++) {
		result = fill_group(report, &report->groups[report->group_count++],
				    &model->groups[i]);
	}
	if (result) {
		return result;
	}
	qsort(report->groups, report->group_count, sizeof(*report->groups), compare_groups);
	for (size_t i = 0; i < report->group_count; i++) {
		build->group_of_model[report->groups[i].group - model->groups] = (uint32_t) i;
	}
	return 0;
}

static int describe_thread(struct aspan_report *report, struct aspan_report_thread *made)
{
	const char *process = report->processes[made->process].text;
	const struct aspan_process *of = report->processes[made->process].process;

	/* The main thread is called as its process. */
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a thread is of a process */
	if (made->vtid == 0 || (of->has_vpid && made->vtid == of->vpid)) {
		return KEEP(report, &made->text, "%s", process);
	}
	if (report->process_count > 1) {
		return KEEP(report, &made->text, "%s/%s(%" PRIu64 ")", process,
			    made->name ? made->name : "?", made->vtid);
	}
	return KEEP(report, &made->text, "%s(%" PRIu64 ")", made->name ? made->name : "?",
		    made->vtid);
}

static int add_threads(struct aspan_report_build *build)
{
	const struct aspan_thread_table *table = &build->tally->threads;
	struct aspan_report *report = build->report;
	int result = 0;

	report->threads = calloc(table->thread_count + 1, sizeof(*report->threads));
	if (!report->threads) {
		return -ENOMEM;
	}
	for (size_t i = 0; !result && i < table->thread_count; i++) {
		struct aspan_report_thread *made = &report->threads[report->thread_count++];

		*made = (struct aspan_report_thread){
			.process = table->threads[i].process,
			.vtid = table->threads[i].vtid,
			.name = table->threads[i].name,
		};
		result = describe_thread(report, made);
	}
	return result;
}

static int add_nodes(struct aspan_report_build *build)
{
	const struct aspan_span_tree *tree = &build->tally->threads.tree;
	struct aspan_report *report = build->report;

	report->nodes = calloc(tree->node_count + 1, sizeof(*report->nodes));
	if (!report->nodes) {
		return -ENOMEM;
	}
	report->node_count = tree->node_count;
	for (size_t i = 0; i < tree->node_count; i++) {
		const struct aspan_span_node *node = &tree->nodes[i];

		report->nodes[i] = (struct aspan_report_node){
			.parent = i == ASPAN_NODE_ROOT ? ASPAN_REPORT_NONE : node->parent,
			.name = node->name == ASPAN_NAME_UNKNOWN ? NULL :
								   tree->names.texts[node->name],
		};
	}
	return 0;
}

int aspan_report_add_owners(struct aspan_report_build *build)
{
	int result = aspan_report_add_processes(build);

	result = result ? result : add_groups(build);
	if (!result && build->tally) {
		result = add_threads(build);
		result = result ? result : aspan_report_add_callsites(build);
		result = result ? result : add_nodes(build);
	}
	return result;
}

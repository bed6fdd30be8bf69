/* SPDX-License-Identifier: MIT */
/*
 * The processes that a report names. No two have the same text: a pid may be there in several PID namespaces, and several times
 * in one.
 */
#include "report-build.h"

#include "text-map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which processes have the same text so far. */
struct likeness {
	struct aspan_text_map first_of_text; /* to the index of the first process */
	bool *has_namespaces; /* by that index: they are of several */
	struct aspan_text_map count_of_text; /* with the namespace, where it is told */
};

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

/* "server(1234", which is not closed yet. */
static char *describe(const struct aspan_report *report, const struct aspan_report_process *made)
{
	const struct aspan_process *process = made->process;
	bool has_host = made->hostname && has_many_hosts(report->model);
	char *text;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): there are as many as process_count says */
	if (asprintf(&text, process->has_vpid ? "%s%s%s(%" PRIu64 : "%s%s%s",
		     has_host ? made->hostname : "", has_host ? ":" : "",
		     process->procname ? process->procname : "?", process->vpid) < 0) {
		return NULL;
	}
	return text;
}

static int note_likeness(struct likeness *likeness, const struct aspan_report *report,
			 uint32_t index, const char *text)
{
	uint32_t first = aspan_text_map_find(&likeness->first_of_text, 0, text);

	if (first == ASPAN_TEXT_MAP_NONE) {
		return aspan_text_map_set(&likeness->first_of_text, 0, text, index);
	}
	likeness->has_namespaces[first] |=
		aspan_process_get_namespace(report->processes[index].process) !=
		aspan_process_get_namespace(report->processes[first].process);
	return 0;
}

/* How many there are of this text now. */
static int count(struct likeness *likeness, const char *text, uint32_t *ordinal)
{
	uint32_t before = aspan_text_map_find(&likeness->count_of_text, 0, text);

	*ordinal = before == ASPAN_TEXT_MAP_NONE ? 1 : before + 1;
	return aspan_text_map_set(&likeness->count_of_text, 0, text, *ordinal);
}

/* "server(1234 in pid_ns 4026531836)", and "server(1234) #2" for another one. */
static int finish_text(struct likeness *likeness, struct aspan_report *report, uint32_t index,
		       const char *begun)
{
	const struct aspan_process *process = report->processes[index].process;
	uint32_t first = aspan_text_map_find(&likeness->first_of_text, 0, begun);
	char namespace[64] = "", suffix[32] = "";
	char *text, *numbered;
	uint32_t ordinal;
	int result;

	if (likeness->has_namespaces[first] && aspan_process_get_namespace(process)) {
		snprintf(namespace, sizeof(namespace), " in pid_ns %" PRIu64,
			 aspan_process_get_namespace(process));
	}
	if (asprintf(&text, "%s%s%s", begun, namespace, process->has_vpid ? ")" : "") < 0) {
		return -ENOMEM;
	}
	result = count(likeness, text, &ordinal);
	if (!result && ordinal > 1) {
		snprintf(suffix, sizeof(suffix), " #%" PRIu32, ordinal);
	}
	if (asprintf(&numbered, "%s%s", text, suffix) < 0) {
		numbered = NULL;
	}
	free(text);
	return result ? (free(numbered), result) :
			aspan_report_keep_text(report, numbered, &report->processes[index].text);
}

static int describe_all(struct aspan_report *report, struct likeness *likeness, char **begun)
{
	int result = 0;

	for (uint32_t i = 0; !result && i < report->process_count; i++) {
		begun[i] = describe(report, &report->processes[i]);
		result = begun[i] ? note_likeness(likeness, report, i, begun[i]) : -ENOMEM;
	}
	for (uint32_t i = 0; !result && i < report->process_count; i++) {
		result = finish_text(likeness, report, i, begun[i]);
	}
	return result;
}

static int add_texts(struct aspan_report *report)
{
	size_t count = report->process_count;
	struct likeness likeness = { .has_namespaces = calloc(count + 1, sizeof(bool)) };
	char **begun = calloc(count + 1, sizeof(*begun));
	int result = likeness.has_namespaces && begun ? describe_all(report, &likeness, begun) :
							-ENOMEM;

	for (size_t i = 0; begun && i < count; i++) {
		free(begun[i]);
	}
	free(begun);
	free(likeness.has_namespaces);
	aspan_text_map_fini(&likeness.first_of_text);
	aspan_text_map_fini(&likeness.count_of_text);
	return result;
}

int aspan_report_add_processes(struct aspan_report_build *build)
{
	struct aspan_report *report = build->report;
	const struct aspan_model *model = build->model;

	report->processes = calloc(model->process_count + 1, sizeof(*report->processes));
	if (!report->processes) {
		return -ENOMEM;
	}
	report->process_count = model->process_count;
	for (size_t i = 0; i < model->process_count; i++) {
		report->processes[i].process = &model->processes[i];
		report->processes[i].coverage =
			aspan_model_get_process_coverage(model, &model->processes[i]);
		report->processes[i].hostname = model->traces[model->processes[i].trace].hostname;
	}
	return add_texts(report);
}

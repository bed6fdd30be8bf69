/* SPDX-License-Identifier: MIT */
/*
 * What the sections of a report for people share.
 */
#include "report-text-sections.h"

#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void aspan_report_text_begin_section(const struct aspan_report_text *text, const char *title)
{
	fprintf(text->stream, "\n%s%s%s\n", aspan_text_style_get(&text->style, ASPAN_TEXT_BOLD),
		title, aspan_text_style_get(&text->style, ASPAN_TEXT_PLAIN));
}

int aspan_report_text_end_table(const struct aspan_report_text *text,
				struct aspan_text_table *table, size_t left_out)
{
	int result = aspan_text_table_write(table, text->stream);

	aspan_text_table_fini(table);
	if (!result && left_out) {
		fprintf(text->stream, "(%zu more; --top shows more)\n", left_out);
	}
	return result;
}

void aspan_report_text_add_key_columns(const struct aspan_report_text *text,
				       struct aspan_text_table *table)
{
	const struct aspan_breakdown_question *question = &text->breakdown->question;

	for (size_t i = 0; i < question->key_count; i++) {
		const struct aspan_breakdown_key *key = &question->keys[i];

		aspan_text_table_add_texts(table,
					   key->dimension == ASPAN_BY_TAG ?
						   key->tag_key :
						   aspan_dimension_get_title(key->dimension));
	}
}

/* "parser tenant=42 [server(1234)]": the name is bold, and the process is there if there are several. */
static void add_group(const struct aspan_report_text *text, struct aspan_text_table *table,
		      uint32_t index)
{
	const struct aspan_report *report = text->report;
	const struct aspan_report_group *group = &report->groups[index];
	const char *process = report->processes[group->process_index].text;
	char *described;

	if (report->process_count < 2) {
		aspan_text_table_text(table, group->text, strlen(group->name));
	} else if (asprintf(&described, "%s [%s]", group->text, process) < 0) {
		table->result = -ENOMEM;
	} else {
		aspan_text_table_text(table, described, strlen(group->name));
		free(described);
	}
}

void aspan_report_text_add_keys(const struct aspan_report_text *text,
				struct aspan_text_table *table, const struct aspan_report_row *row)
{
	const struct aspan_breakdown_question *question = &text->breakdown->question;

	for (size_t i = 0; i < question->key_count; i++) {
		const struct aspan_report_key *key = &row->keys[i];

		if (question->keys[i].dimension == ASPAN_BY_GROUP) {
			add_group(text, table, key->index);
		} else {
			aspan_text_table_text(table, key->text,
					      key->state == ASPAN_KEY_VALUE ? strlen(key->text) :
									      0);
		}
	}
}

static bool tells_group(const struct aspan_breakdown_question *question)
{
	for (size_t i = 0; i < question->key_count; i++) {
		if (question->keys[i].dimension == ASPAN_BY_GROUP) {
			return true;
		}
	}
	return false;
}

/* A place in one line, without the group if there is a column for it; the caller frees it. */
static char *describe_place(const struct aspan_report_text *text,
			    const struct aspan_report_place *place, bool has_group)
{
	const struct aspan_report *report = text->report;
	const char *group = has_group ? report->groups[place->group].text : NULL;
	char *path = place->node != ASPAN_REPORT_NONE && place->node != 0 ?
			     aspan_report_get_path(report, place->node, " > ") :
			     NULL;
	const char *thread =
		place->thread != ASPAN_REPORT_NONE ? report->threads[place->thread].text : NULL;
	const char *callsite = place->callsite != ASPAN_REPORT_NONE ?
				       report->callsites[place->callsite].text :
				       NULL;
	char *described;

	if (place->is_unseen) {
		callsite = "allocated before the trace, or not recorded";
	}
	if (asprintf(&described, "%s%s%s%s%s%s%s", group ? group : "", group && path ? " in " : "",
		     path ? path : "", (group || path) && callsite ? ", " : "",
		     callsite ? callsite : "",
		     thread ? (group || path || callsite ? ", on " : "on ") : "",
		     thread ? thread : "") < 0) {
		described = NULL;
	}
	free(path);
	return described;
}

void aspan_report_text_add_place(const struct aspan_report_text *text,
				 struct aspan_text_table *table,
				 const struct aspan_report_place *place)
{
	bool has_group = !tells_group(&text->breakdown->question);
	char *described = describe_place(text, place, has_group);
	const char *shown = described && *described ? described : "(no span)";

	if (!described) {
		table->result = -ENOMEM;
		return;
	}
	aspan_text_table_text(table, shown,
			      has_group ? strlen(text->report->groups[place->group].name) : 0);
	free(described);
}

void aspan_report_text_add_time(const struct aspan_report_text *text,
				struct aspan_text_table *table, uint64_t time_ns)
{
	uint64_t first_ns = text->report->model->first_ns;
	char duration[ASPAN_TEXT_NUMBER_SIZE];

	aspan_text_table_format(
		table, "+%s",
		aspan_text_format_duration(duration, time_ns > first_ns ? time_ns - first_ns : 0));
}

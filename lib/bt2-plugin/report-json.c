/* SPDX-License-Identifier: MIT */
/*
 * Writes a report for tools: the frame, and the tables that rows refer to by index. Processes are in report-json-processes.c,
 * rows in report-json-rows.c.
 *
 * A tag's key that is there twice has its last value, as readers of JSON take it.
 */
#include "report-json.h"

#include "json-writer.h"
#include "report-json-processes.h"
#include "report-json-rows.h"

#include <errno.h>
#include <string.h>

#define SCHEMA "allocspan-report/2"

void aspan_report_json_ask(struct aspan_questions *questions)
{
	aspan_questions_want_all(questions);
}

static void write_events(struct aspan_json *json, const struct aspan_model *model)
{
	static const char *const names[] = {
#define EVENT_NAME(symbol, event) [ASPAN_EVENT_##symbol] = #event,
		ASPAN_EVENT_TYPES(EVENT_NAME)
#undef EVENT_NAME
	};

	aspan_json_open(json, "events", '{');
	for (int type = 0; type < ASPAN_EVENT_TYPE_COUNT; type++) {
		aspan_json_number(json, names[type], model->event_counts[type]);
	}
	aspan_json_number(json, "other", model->other_event_count);
	aspan_json_close(json, '}');
}

static void write_head(struct aspan_json *json, const struct aspan_report *report)
{
	const struct aspan_model *model = report->model;

	aspan_json_text(json, "schema", SCHEMA);
	aspan_json_break_line(json);
	aspan_json_bool(json, "complete", report->is_complete);
	aspan_json_number(json, "discarded_events", model->discarded_events);
	aspan_json_number(json, "discarded_packets", model->discarded_packets);
	aspan_json_break_line(json);
	aspan_json_number(json, "begin_ns", model->first_ns);
	aspan_json_number(json, "end_ns", model->last_ns);
	aspan_json_open(json, "window", '{');
	aspan_json_number(json, "begin_ns", report->begin_ns);
	aspan_json_number(json, "end_ns", report->end_ns);
	aspan_json_close(json, '}');
	aspan_json_write_coverage(json, &report->coverage);
	aspan_json_number(json, "overwritten_packets", aspan_model_count_overwritten(model));
	aspan_json_break_line(json);
	write_events(json, model);
	aspan_json_break_line(json);
	aspan_json_write_misuses(json, &model->misuses);
	aspan_json_break_line(json);
	aspan_json_open(json, "notes", '[');
	for (size_t i = 0; i < report->note_count; i++) {
		aspan_json_break_line(json);
		aspan_json_text(json, NULL, report->notes[i]);
	}
	aspan_json_close(json, ']');
}

static bool is_overridden(const struct aspan_tags *tags, size_t index)
{
	for (size_t i = index + 1; i < tags->tag_count; i++) {
		if (strcmp(tags->tags[i].key, tags->tags[index].key) == 0) {
			return true;
		}
	}
	return false;
}

static void write_group_identity(struct aspan_json *json, const struct aspan_report_group *group)
{
	aspan_json_number(json, "id", group->group->id);
	aspan_json_text(json, "name", group->name);
	aspan_json_open(json, "tags", '{');
	for (size_t i = 0; i < group->tags.tag_count; i++) {
		if (!is_overridden(&group->tags, i)) {
			aspan_json_text_by_text(json, group->tags.tags[i].key,
						group->tags.tags[i].value);
		}
	}
	aspan_json_close(json, '}');
	aspan_json_text(json, "text", group->text);
	aspan_json_number(json, "process", group->process_index);
	aspan_json_text(json, "hostname", group->hostname);
	aspan_json_write_vpid(json, group->process);
	aspan_json_text(json, "procname", group->process->procname);
}

static void write_group(struct aspan_json *json, const struct aspan_report_group *group)
{
	const struct aspan_group_result *is = &group->result;

	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	write_group_identity(json, group);
	aspan_json_number(json, "alloc_count", is->counts.alloc_count);
	aspan_json_number(json, "alloc_bytes", is->counts.alloc_bytes);
	aspan_json_number(json, "free_count", is->counts.free_count);
	aspan_json_number(json, "free_bytes", is->counts.free_bytes);
	aspan_json_number(json, "live_count", is->live_count);
	aspan_json_number(json, "live_bytes", is->live_bytes);
	aspan_json_number(json, "peak_live_bytes", is->peak_live_bytes);
	aspan_json_number(json, "peak_time_ns", is->peak_time_ns);
	aspan_json_number(json, "foreign_free_count", group->group->foreign_free_count);
	aspan_json_number(json, "lost_alloc_count", is->lost.alloc_count);
	aspan_json_number(json, "lost_free_count", is->lost.free_count);
	aspan_json_number(json, "unsure_free_count", is->unsure_free_count);
	aspan_json_number(json, "unsure_free_bytes", is->unsure_free_bytes);
	aspan_json_bool(json, "certain", is->is_certain);
	aspan_json_bool(json, "exact_counts", is->has_exact_counts);
	aspan_json_bool(json, "exact_live", is->has_exact_live);
	aspan_json_bool(json, "doubtful", is->is_doubtful);
	aspan_json_text(json, "from", is->is_from_ledger ? "ledger" : "events");
	aspan_json_close(json, '}');
}

static void write_thread(struct aspan_json *json, const struct aspan_report_thread *thread)
{
	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	aspan_json_number(json, "process", thread->process);
	aspan_json_number(json, "vtid", thread->vtid);
	aspan_json_text(json, "name", thread->name);
	aspan_json_text(json, "text", thread->text);
	aspan_json_close(json, '}');
}

static void write_callsite(struct aspan_json *json, const struct aspan_callsite *callsite)
{
	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	aspan_json_number(json, "process", callsite->process);
	aspan_json_number(json, "address", callsite->address);
	aspan_json_text(json, "binary", callsite->binary);
	aspan_json_text(json, "function", callsite->function);
	aspan_json_text(json, "file", callsite->file);
	if (callsite->line) {
		aspan_json_number(json, "line", callsite->line);
	} else {
		aspan_json_null(json, "line");
	}
	aspan_json_text(json, "text", callsite->text);
	aspan_json_index(json, "inlined_into",
			 callsite->inlined_into ? callsite->inlined_into : ASPAN_REPORT_NONE);
	aspan_json_close(json, '}');
}

static void write_stack_node(struct aspan_json *json, const struct aspan_report_stack_node *node)
{
	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	aspan_json_index(json, "parent", node->parent);
	aspan_json_index(json, "callsite", node->callsite);
	aspan_json_close(json, '}');
}

static void write_node(struct aspan_json *json, const struct aspan_report_node *node)
{
	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	aspan_json_index(json, "parent", node->parent);
	aspan_json_text(json, "name", node->name);
	aspan_json_close(json, '}');
}

/* Writes an array of a report, each item by a function. */
#define WRITE_TABLE(json, report, key, items, item, write)                                         \
	do {                                                                                       \
		aspan_json_break_line(json);                                                       \
		aspan_json_open(json, key, '[');                                                   \
		for (size_t i_ = 0; i_ < (report)->item##_count; i_++) {                           \
			write(json, &(report)->items[i_]);                                         \
		}                                                                                  \
		aspan_json_close(json, ']');                                                       \
	} while (0)

static void write_handover(struct aspan_json *json, const struct aspan_report_handover *handover)
{
	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	aspan_json_number(json, "source", handover->source_group);
	aspan_json_index(json, "current", handover->current_group);
	aspan_json_number(json, "current_id", handover->current_id);
	aspan_json_number(json, "count", handover->freed.count);
	aspan_json_number(json, "bytes", handover->freed.bytes);
	aspan_json_close(json, '}');
}

static void write_counts(struct aspan_json *json, const struct aspan_counts *counts)
{
	aspan_json_number(json, "alloc_count", counts->alloc_count);
	aspan_json_number(json, "alloc_bytes", counts->alloc_bytes);
	aspan_json_number(json, "free_count", counts->free_count);
	aspan_json_number(json, "free_bytes", counts->free_bytes);
}

static void write_span(struct aspan_json *json, const struct aspan_report_span *span)
{
	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	aspan_json_text(json, "name", span->name);
	aspan_json_number(json, "entry_count", span->entry_count);
	aspan_json_number(json, "open_count", span->open_count);
	write_counts(json, &span->counts);
	aspan_json_number(json, "timed_count", span->timed_count);
	aspan_json_number(json, "duration_ns", span->duration_ns);
	aspan_json_number(json, "longest_ns", span->longest_ns);
	aspan_json_close(json, '}');
}

static void write_entry(struct aspan_json *json, const struct aspan_report_entry *entry)
{
	aspan_json_break_line(json);
	aspan_json_open(json, NULL, '{');
	aspan_json_text(json, "name", entry->name);
	aspan_json_index(json, "thread", entry->thread);
	if (entry->enter_ns) {
		aspan_json_number(json, "enter_ns", entry->enter_ns);
	} else {
		aspan_json_null(json, "enter_ns");
	}
	aspan_json_number(json, "exit_ns", entry->exit_ns);
	write_counts(json, &entry->counts);
	aspan_json_close(json, '}');
}

static void write_activity(struct aspan_json *json, const struct aspan_report *report)
{
	WRITE_TABLE(json, report, "handover", handovers, handover, write_handover);
	WRITE_TABLE(json, report, "spans", spans, span, write_span);
	aspan_json_break_line(json);
	aspan_json_open(json, "worst_entries", '{');
	WRITE_TABLE(json, report, "by_bytes", worst_by_bytes, worst_by_bytes, write_entry);
	WRITE_TABLE(json, report, "by_net", worst_by_net, worst_by_net, write_entry);
	aspan_json_close(json, '}');
}

int aspan_report_json_write(const struct aspan_report *report, FILE *stream)
{
	struct aspan_json json = { .stream = stream };

	aspan_json_open(&json, NULL, '{');
	write_head(&json, report);
	WRITE_TABLE(&json, report, "groups", groups, group, write_group);
	WRITE_TABLE(&json, report, "processes", processes, process, aspan_json_write_process);
	aspan_json_write_unrecorded(&json, report);
	WRITE_TABLE(&json, report, "threads", threads, thread, write_thread);
	WRITE_TABLE(&json, report, "callsites", callsites, callsite, write_callsite);
	WRITE_TABLE(&json, report, "stacks", stack_nodes, stack_node, write_stack_node);
	WRITE_TABLE(&json, report, "nodes", nodes, node, write_node);
	WRITE_TABLE(&json, report, "places", places, place, aspan_json_write_place);
	aspan_report_json_write_breakdowns(&json, report);
	write_activity(&json, report);
	aspan_json_close(&json, '}');
	fputc('\n', stream);
	return json.result;
}

/* SPDX-License-Identifier: MIT */
/*
 * The streams of the graph.
 *
 * Streams and traces are known by their addresses. The table holds a reference on each, so that no address is
 * used again for another one.
 */
#include "stream-table.h"

#include "event-layout.h"
#include "packed-layout.h"
#include "waiting-source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct aspan_stream_trace {
	const bt_trace *trace;
	uint32_t index; /* in the model */
	uint32_t host; /* the index of the first trace of the same host */
};

void aspan_stream_table_fini(struct aspan_stream_table *table)
{
	for (size_t i = 0; i < table->stream_count; i++) {
		bt_stream_put_ref(table->streams[i].stream);
	}
	for (size_t i = 0; i < table->trace_count; i++) {
		bt_trace_put_ref(table->traces[i].trace);
	}
	aspan_id_map_fini(&table->stream_map);
	free(table->streams);
	free(table->traces);
	*table = (struct aspan_stream_table){ 0 };
}

static const char *get_environment_string(const bt_trace *trace, const char *name)
{
	const bt_value *value = bt_trace_borrow_environment_entry_value_by_name_const(trace, name);

	return value && bt_value_is_string(value) ? bt_value_string_get(value) : NULL;
}

/* Only traces of one process (LTTng's per-process buffers) have it in their environment. */
static bool get_environment_vpid(const bt_trace *trace, uint64_t *vpid)
{
	const bt_value *value =
		bt_trace_borrow_environment_entry_value_by_name_const(trace, "vpid");

	if (!value || !bt_value_is_signed_integer(value)) {
		return false;
	}
	*vpid = (uint64_t) bt_value_integer_signed_get(value);
	return true;
}

static bool is_salvaged(const bt_trace *trace)
{
	return bt_trace_borrow_environment_entry_value_by_name_const(trace, ASPAN_SALVAGED_ENTRY);
}

static bool are_same_host(const bt_trace *a, const bt_trace *b)
{
	const char *name_a = get_environment_string(a, "hostname");
	const char *name_b = get_environment_string(b, "hostname");

	return name_a && name_b ? strcmp(name_a, name_b) == 0 : name_a == name_b;
}

static uint32_t find_host(const struct aspan_stream_table *table, const bt_trace *trace,
			  uint32_t index)
{
	for (size_t i = 0; i < table->trace_count; i++) {
		if (are_same_host(table->traces[i].trace, trace)) {
			return table->traces[i].host;
		}
	}
	return index;
}

static int add_trace(struct aspan_stream_table *table, struct aspan_model *model,
		     const bt_trace *trace, uint32_t *index)
{
	struct aspan_stream_trace *moved =
		reallocarray(table->traces, table->trace_count + 1, sizeof(*moved));
	int result;

	if (!moved) {
		return -ENOMEM;
	}
	table->traces = moved;
	result = aspan_model_add_trace(model, get_environment_string(trace, "hostname"), index);
	if (result) {
		return result;
	}
	if (aspan_packed_layout_is_in_trace_class(bt_trace_borrow_class_const(trace))) {
		aspan_model_note_records(model, *index);
	}
	bt_trace_get_ref(trace);
	moved[table->trace_count] = (struct aspan_stream_trace){
		.trace = trace,
		.index = *index,
		.host = find_host(table, trace, *index),
	};
	table->trace_count++;
	return 0;
}

/* Sets trace and host. */
static int find_trace(struct aspan_stream_table *table, struct aspan_model *model,
		      const bt_trace *trace, struct aspan_origin *origin)
{
	size_t i = 0;

	while (i < table->trace_count && table->traces[i].trace != trace) {
		i++;
	}
	if (i == table->trace_count) {
		int result = add_trace(table, model, trace, &origin->trace);

		if (result) {
			return result;
		}
	}
	origin->trace = table->traces[i].index;
	origin->host = table->traces[i].host;
	return 0;
}

#define DEBUG_INFO "debug_info"
#define PROCESS_BEGIN "allocspan:process_begin"

/* The class of the structure that the filter `debug-info` adds, or NULL. */
static const bt_field_class *borrow_debug_info_class(const bt_field_class *contexts, int index)
{
	const bt_field_class_structure_member *member;

	if (index < 0) {
		return NULL;
	}
	member = bt_field_class_structure_borrow_member_by_index_const(contexts, (uint64_t) index);
	return bt_field_class_structure_member_borrow_field_class_const(member);
}

static void find_debug_info(struct aspan_stream_contexts *members, const bt_field_class *contexts)
{
	const bt_field_class *members_class;

	members->ip = aspan_field_find(contexts, "ip", BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER);
	members->debug_info = aspan_field_find(contexts, DEBUG_INFO, BT_FIELD_CLASS_TYPE_STRUCTURE);
	members_class = borrow_debug_info_class(contexts, members->debug_info);
	members->bin = aspan_field_find(members_class, "bin", BT_FIELD_CLASS_TYPE_STRING);
	members->func = aspan_field_find(members_class, "func", BT_FIELD_CLASS_TYPE_STRING);
	members->src = aspan_field_find(members_class, "src", BT_FIELD_CLASS_TYPE_STRING);
	if (members->bin < 0 || members->func < 0 || members->src < 0) {
		members->debug_info = -1;
	}
}

static bool has_process_begin(const bt_stream_class *stream_class)
{
	uint64_t count = bt_stream_class_get_event_class_count(stream_class);

	for (uint64_t i = 0; i < count; i++) {
		const char *name = bt_event_class_get_name(
			bt_stream_class_borrow_event_class_by_index_const(stream_class, i));

		if (name && strcmp(name, PROCESS_BEGIN) == 0) {
			return true;
		}
	}
	return false;
}

bool aspan_stream_tells_begins(const bt_trace *trace)
{
	const bt_trace_class *trace_class = bt_trace_borrow_class_const(trace);
	uint64_t count = bt_trace_class_get_stream_class_count(trace_class);

	for (uint64_t i = 0; i < count; i++) {
		if (has_process_begin(
			    bt_trace_class_borrow_stream_class_by_index_const(trace_class, i))) {
			return true;
		}
	}
	return bt_trace_borrow_environment_entry_value_by_name_const(
		       trace, ASPAN_STREAM_TELLS_BEGINS) != NULL;
}

static int fill_stream(struct aspan_stream_table *table, struct aspan_model *model,
		       struct aspan_stream *filled, const bt_stream *stream)
{
	const bt_trace *trace = bt_stream_borrow_trace_const(stream);
	const bt_stream_class *stream_class = bt_stream_borrow_class_const(stream);
	const bt_field_class *contexts =
		bt_stream_class_borrow_event_common_context_field_class_const(stream_class);
	int result;

	*filled = (struct aspan_stream){
		.stream = stream,
		.has_clock = bt_stream_class_borrow_default_clock_class_const(stream_class),
		.origin.procname = get_environment_string(trace, "procname"),
		.contexts = {
			.vpid = aspan_field_find(contexts, "vpid", BT_FIELD_CLASS_TYPE_SIGNED_INTEGER),
			.vtid = aspan_field_find(contexts, "vtid", BT_FIELD_CLASS_TYPE_SIGNED_INTEGER),
			.pid_ns = aspan_field_find(contexts, "pid_ns",
						   BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER),
			.procname = aspan_field_find(contexts, "procname",
						     BT_FIELD_CLASS_TYPE_STRING),
		},
	};
	find_debug_info(&filled->contexts, contexts);
	filled->origin.has_vpid = get_environment_vpid(trace, &filled->origin.vpid) ||
				  filled->contexts.vpid >= 0;
	filled->origin.is_salvaged = is_salvaged(trace);
	result = find_trace(table, model, trace, &filled->origin);
	if (!result && aspan_stream_tells_begins(trace)) {
		aspan_model_note_begins_are_told(model, filled->origin.trace);
	}
	return result;
}

static int add_stream(struct aspan_stream_table *table, struct aspan_model *model,
		      const bt_stream *stream, uint32_t *index)
{
	struct aspan_stream *moved =
		reallocarray(table->streams, table->stream_count + 1, sizeof(*moved));
	int result;

	if (!moved) {
		return -ENOMEM;
	}
	table->streams = moved;
	*index = (uint32_t) table->stream_count;
	result = fill_stream(table, model, &moved[*index], stream);
	if (!result) {
		result = aspan_id_map_set(&table->stream_map, (uintptr_t) stream, *index);
	}
	if (!result) {
		bt_stream_get_ref(stream);
		table->stream_count++;
	}
	return result;
}

int aspan_stream_table_find(struct aspan_stream_table *table, struct aspan_model *model,
			    const bt_stream *stream, const struct aspan_stream **found)
{
	uint32_t index = aspan_id_map_find(&table->stream_map, (uintptr_t) stream);

	if (index == ASPAN_ID_MAP_NONE) {
		int result = add_stream(table, model, stream, &index);

		if (result) {
			return result;
		}
	}
	*found = &table->streams[index];
	return 0;
}

bool aspan_stream_take_first_packet(struct aspan_stream_table *table,
				    const struct aspan_stream *stream)
{
	bool *has_packet = &table->streams[stream - table->streams].has_packet;
	bool is_first = !*has_packet;

	*has_packet = true;
	return is_first;
}

static const bt_field *borrow_context(const bt_field *contexts, int index)
{
	return bt_field_structure_borrow_member_field_by_index_const(contexts, (uint64_t) index);
}

void aspan_stream_read_origin(const struct aspan_stream *stream, const bt_event *event,
			      struct aspan_origin *origin)
{
	const struct aspan_stream_contexts *members = &stream->contexts;
	const bt_field *contexts = bt_event_borrow_common_context_field_const(event);

	*origin = stream->origin;
	if (members->vpid >= 0) {
		origin->vpid = (uint64_t) bt_field_integer_signed_get_value(
			borrow_context(contexts, members->vpid));
	}
	if (members->vtid >= 0) {
		origin->vtid = (uint64_t) bt_field_integer_signed_get_value(
			borrow_context(contexts, members->vtid));
	}
	if (members->pid_ns >= 0) {
		origin->pid_namespace = bt_field_integer_unsigned_get_value(
			borrow_context(contexts, members->pid_ns));
	}
	if (members->procname >= 0) {
		origin->procname =
			aspan_string_field_get(borrow_context(contexts, members->procname));
	}
}

/* An empty text is an unknown one. */
static const char *get_text(const bt_field *structure, int index)
{
	const char *text = aspan_string_field_get(borrow_context(structure, index));

	return *text ? text : NULL;
}

/* "parse+0x1f" without what follows the last +. */
static const char *cut_offset(char *cut, size_t size, const char *text)
{
	const char *plus = text ? strrchr(text, '+') : NULL;

	if (!text) {
		return NULL;
	}
	snprintf(cut, size, "%.*s", plus ? (int) (plus - text) : (int) strlen(text), text);
	return cut;
}

/* "parse.c:12" is a file and a line. */
static const char *cut_line(char *cut, size_t size, const char *text, uint64_t *line)
{
	const char *colon = text ? strrchr(text, ':') : NULL;

	if (!colon) {
		return NULL;
	}
	snprintf(cut, size, "%.*s", (int) (colon - text), text);
	*line = strtoull(colon + 1, NULL, 10);
	return cut;
}

static void read_debug_info(const struct aspan_stream_contexts *members, const bt_field *contexts,
			    struct aspan_stream_code *code)
{
	const bt_field *info = borrow_context(contexts, members->debug_info);

	code->code = (struct aspan_code){ .binary = get_text(info, members->bin) };
	code->code.function =
		cut_offset(code->function, sizeof(code->function), get_text(info, members->func));
	code->code.file = cut_line(code->file, sizeof(code->file), get_text(info, members->src),
				   &code->code.line);
}

void aspan_stream_read_code(const struct aspan_stream *stream, const bt_event *source,
			    struct aspan_event *event, struct aspan_stream_code *code)
{
	const struct aspan_stream_contexts *members = &stream->contexts;
	const bt_field *contexts;

	if (members->ip < 0) {
		return;
	}
	contexts = bt_event_borrow_common_context_field_const(source);
	event->ip = bt_field_integer_unsigned_get_value(borrow_context(contexts, members->ip));
	if (members->debug_info >= 0) {
		read_debug_info(members, contexts, code);
		event->code = &code->code;
	}
}

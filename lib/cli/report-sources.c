/* SPDX-License-Identifier: MIT */
/*
 * Which source components read the traces.
 */
#include "report-sources.h"

#include "report-errors.h"
#include "source-query.h"
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const bt_value *query_support(const bt_component_class_source *source_class,
				     const char *trace, bool is_verbose)
{
	bt_value *params = bt_value_map_create();
	const bt_value *answer = NULL;

	if (params &&
	    bt_value_map_insert_string_entry(params, "input", trace) ==
		    BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK &&
	    bt_value_map_insert_string_entry(params, "type", "directory") ==
		    BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK) {
		answer = aspan_source_query(source_class, "babeltrace.support-info", params,
					    is_verbose ? BT_LOGGING_LEVEL_ERROR :
							 BT_LOGGING_LEVEL_NONE);
	}
	bt_value_put_ref(params);
	return answer;
}

/* *uuid becomes NULL for a trace without one. */
static int get_uuid(const bt_component_class_source *source_class, const char *trace,
		    bool is_verbose, char **uuid)
{
	const bt_value *answer = query_support(source_class, trace, is_verbose);
	const bt_value *group;
	int result = 0;

	*uuid = NULL;
	if (!answer) {
		char *what = NULL;

		if (asprintf(&what, "cannot read %s/metadata", trace) < 0) {
			return -ENOMEM;
		}
		aspan_report_errors_print(what, is_verbose);
		free(what);
		return -EIO;
	}
	group = bt_value_is_map(answer) ? bt_value_map_borrow_entry_value_const(answer, "group") :
					  NULL;
	if (group && bt_value_is_string(group)) {
		*uuid = strdup(bt_value_string_get(group));
		result = *uuid ? 0 : -ENOMEM;
	}
	bt_value_put_ref(answer);
	return result;
}

static struct aspan_report_source *find_source(const struct aspan_report_sources *sources,
					       const char *uuid)
{
	for (size_t i = 0; uuid && i < sources->count; i++) {
		if (sources->items[i].uuid && strcmp(sources->items[i].uuid, uuid) == 0) {
			return &sources->items[i];
		}
	}
	return NULL;
}

/*
 * An exported trace that is not LTTng's gets its name as its directory. With the hostname alone, which is what it would be, the
 * directories of LTTng's traces would be inside of it, where babeltrace2 does not look for them.
 */
static bt_value_map_insert_entry_status insert_name(const struct aspan_report_source *source)
{
	const char *slash = strrchr(source->path, '/');

	return bt_value_map_insert_string_entry(source->params, "trace-name",
						slash && slash[1] ? slash + 1 : source->path);
}

/* Takes the UUID, also on failure. */
static struct aspan_report_source *add_source(struct aspan_report_sources *sources,
					      const char *path, char *uuid)
{
	struct aspan_report_source *moved =
		reallocarray(sources->items, sources->count + 1, sizeof(*moved));
	struct aspan_report_source *source;

	if (!moved) {
		free(uuid);
		return NULL;
	}
	sources->items = moved;
	source = &moved[sources->count++];
	*source = (struct aspan_report_source){ .path = path, .uuid = uuid };
	if (asprintf(&source->name, "trace-%zu", sources->count) < 0) {
		source->name = NULL;
		return NULL;
	}
	source->params = bt_value_map_create();
	if (!source->params ||
	    bt_value_map_insert_empty_array_entry(source->params, "inputs", &source->directories) !=
		    BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK ||
	    insert_name(source) != BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK) {
		return NULL;
	}
	return source;
}

/* One line for all of them. */
static int note_undescribed(struct aspan_report_sources *sources, const char *trace)
{
	sources->undescribed = sources->undescribed ? sources->undescribed : trace;
	sources->undescribed_count++;
	return 0;
}

static int add_trace(struct aspan_report_sources *sources,
		     const bt_component_class_source *source_class, const char *trace,
		     bool is_verbose)
{
	struct aspan_report_source *source;
	char *uuid;
	int result = get_uuid(source_class, trace, is_verbose, &uuid);

	if (result) {
		return result;
	}
	if (!aspan_source_describes_stream(source_class, trace)) {
		free(uuid);
		return note_undescribed(sources, trace);
	}
	source = find_source(sources, uuid);
	if (source) {
		free(uuid);
	} else {
		source = add_source(sources, trace, uuid);
	}
	if (!source || bt_value_array_append_string_element(source->directories, trace) !=
			       BT_VALUE_ARRAY_APPEND_ELEMENT_STATUS_OK) {
		aspan_terminal_error("no memory for the list of traces");
		return -ENOMEM;
	}
	return 0;
}

int aspan_report_sources_init(struct aspan_report_sources *sources,
			      const bt_component_class_source *source_class,
			      const struct aspan_report_inputs *inputs, bool is_verbose)
{
	int result = 0;

	*sources = (struct aspan_report_sources){ 0 };
	for (size_t i = 0; !result && i < inputs->trace_count; i++) {
		result = add_trace(sources, source_class, inputs->traces[i], is_verbose);
	}
	if (!result && sources->undescribed) {
		aspan_terminal_note("%s/metadata describes no stream of events%s: what is recorded "
				    "there is left out; LTTng had not set up its process",
				    sources->undescribed,
				    sources->undescribed_count > 1 ? ", and others" : "");
	}
	return result;
}

void aspan_report_sources_fini(struct aspan_report_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		bt_value_put_ref(sources->items[i].params);
		free(sources->items[i].name);
		free(sources->items[i].uuid);
	}
	free(sources->items);
	*sources = (struct aspan_report_sources){ 0 };
}

static void widen_by_stream(const bt_value *stream, int64_t *begin_ns, int64_t *end_ns)
{
	const bt_value *range = bt_value_map_borrow_entry_value_const(stream, "range-ns");
	int64_t begin, end;

	if (!range) {
		return;
	}
	begin = bt_value_integer_signed_get(bt_value_map_borrow_entry_value_const(range, "begin"));
	end = bt_value_integer_signed_get(bt_value_map_borrow_entry_value_const(range, "end"));
	if (*begin_ns == 0 || begin < *begin_ns) {
		*begin_ns = begin;
	}
	if (end > *end_ns) {
		*end_ns = end;
	}
}

static void widen_by_traces(const bt_value *traces, int64_t *begin_ns, int64_t *end_ns)
{
	for (uint64_t i = 0; i < bt_value_array_get_length(traces); i++) {
		const bt_value *trace = bt_value_array_borrow_element_by_index_const(traces, i);
		const bt_value *streams =
			bt_value_map_borrow_entry_value_const(trace, "stream-infos");

		for (uint64_t j = 0; streams && j < bt_value_array_get_length(streams); j++) {
			widen_by_stream(bt_value_array_borrow_element_by_index_const(streams, j),
					begin_ns, end_ns);
		}
	}
}

void aspan_report_sources_get_range(const struct aspan_report_sources *sources,
				    const bt_component_class_source *source_class,
				    int64_t *begin_ns, int64_t *end_ns)
{
	for (size_t i = 0; i < sources->count; i++) {
		const bt_value *answer = aspan_source_query(source_class, "babeltrace.trace-infos",
							    sources->items[i].params,
							    BT_LOGGING_LEVEL_NONE);

		if (answer) {
			widen_by_traces(answer, begin_ns, end_ns);
			bt_value_put_ref(answer);
		} else {
			bt_current_thread_clear_error();
		}
	}
}

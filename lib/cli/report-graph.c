/* SPDX-License-Identifier: MIT */
/*
 * The babeltrace2 graph of a report.
 *
 * The sink names code by itself: babeltrace2's filter debug-info forgets how many events were discarded, and knows only the code
 * of the context `ip`.
 *
 * Whatever fails here leaves a cause in libbabeltrace2's error, of which one line is printed at the end.
 */
#include "report-graph.h"

#include "locate.h"
#include "report-errors.h"
#include "report-sources.h"
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN_FILE "babeltrace-plugin-allocspan.so"

struct builder {
	struct aspan_report_graph *graph;
	const struct aspan_report_graph_options *options;
	const bt_plugin *ctf, *utils;
	const bt_plugin_set *ours;
	const bt_component_filter *muxer;
	struct aspan_report_sources sources;
	uint64_t connected_count;
};

static const bt_plugin *find_plugin(const char *name)
{
	const bt_plugin *plugin = NULL;

	if (bt_plugin_find(name, BT_TRUE, BT_TRUE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin) !=
	    BT_PLUGIN_FIND_STATUS_OK) {
		bt_current_thread_clear_error();
		aspan_terminal_error("babeltrace2's plugin '%s' is missing: install the package "
				     "libbabeltrace2-0",
				     name);
	}
	return plugin;
}

static int find_our_plugin(struct builder *builder)
{
	char *directory, *path;
	int result = aspan_locate_plugin_directory(&directory);

	if (asprintf(&path, "%s/" PLUGIN_FILE, directory ? directory : "?") < 0) {
		free(directory);
		return -ENOMEM;
	}
	free(directory);
	if (!result && bt_plugin_find_all_from_file(path, BT_TRUE, &builder->ours) !=
			       BT_PLUGIN_FIND_ALL_FROM_FILE_STATUS_OK) {
		result = -ENOENT;
	}
	if (result) {
		aspan_terminal_error("cannot load %s: 'allocspan doctor' says more", path);
		bt_current_thread_clear_error();
	}
	free(path);
	return result;
}

static int find_plugins(struct builder *builder)
{
	builder->ctf = find_plugin("ctf");
	builder->utils = builder->ctf ? find_plugin("utils") : NULL;
	return builder->utils ? find_our_plugin(builder) : -ENOENT;
}

static int fail(const struct builder *builder, const char *what)
{
	aspan_report_errors_print(what, builder->options->is_verbose);
	return -EIO;
}

static int add_muxer(struct builder *builder)
{
	const bt_component_class_filter *muxer_class =
		bt_plugin_borrow_filter_component_class_by_name_const(builder->utils, "muxer");

	if (!muxer_class ||
	    bt_graph_add_filter_component(builder->graph->graph, muxer_class, "muxer", NULL,
					  BT_LOGGING_LEVEL_NONE,
					  &builder->muxer) != BT_GRAPH_ADD_COMPONENT_STATUS_OK) {
		return fail(builder, "cannot make babeltrace2's muxer");
	}
	return 0;
}

/* The muxer always has one input port that is free: the last. */
static const bt_port_input *borrow_free_muxer_port(const struct builder *builder)
{
	uint64_t count = bt_component_filter_get_input_port_count(builder->muxer);

	return bt_component_filter_borrow_input_port_by_index_const(builder->muxer, count - 1);
}

static int connect_source(struct builder *builder, const bt_component_source *source)
{
	uint64_t count = bt_component_source_get_output_port_count(source);

	for (uint64_t i = 0; i < count; i++) {
		if (bt_graph_connect_ports(
			    builder->graph->graph,
			    bt_component_source_borrow_output_port_by_index_const(source, i),
			    borrow_free_muxer_port(builder),
			    NULL) != BT_GRAPH_CONNECT_PORTS_STATUS_OK) {
			return fail(builder, "cannot read the trace");
		}
		builder->connected_count++;
	}
	return 0;
}

static int add_source(struct builder *builder, const struct aspan_report_source *description)
{
	const bt_component_class_source *source_class =
		bt_plugin_borrow_source_component_class_by_name_const(builder->ctf, "fs");
	const bt_component_source *source;
	char *what;
	int result;

	if (bt_graph_add_source_component(builder->graph->graph, source_class, description->name,
					  description->params, BT_LOGGING_LEVEL_NONE,
					  &source) == BT_GRAPH_ADD_COMPONENT_STATUS_OK) {
		return connect_source(builder, source);
	}
	if (asprintf(&what, "cannot read the trace %s", description->path) < 0) {
		return -ENOMEM;
	}
	result = fail(builder, what);
	free(what);
	return result;
}

static int add_sources(struct builder *builder, const struct aspan_report_inputs *inputs)
{
	const bt_component_class_source *source_class =
		bt_plugin_borrow_source_component_class_by_name_const(builder->ctf, "fs");
	int result = aspan_report_sources_init(&builder->sources, source_class, inputs,
					       builder->options->is_verbose);

	for (size_t i = 0; !result && i < builder->sources.count; i++) {
		result = add_source(builder, &builder->sources.items[i]);
	}
	if (!result && builder->options->wants_range) {
		aspan_report_sources_get_range(&builder->sources, source_class,
					       &builder->graph->begin_ns, &builder->graph->end_ns);
	}
	if (!result && builder->connected_count == 0) {
		aspan_terminal_error("%s is empty: nothing was recorded (was an event enabled, and "
				     "did the program run while the session was started?)",
				     inputs->traces[0]);
		result = -ENODATA;
	}
	return result;
}

/* Those of the options, and when the traces begin and end, if that is known. */
static bt_value *make_sink_params(const struct builder *builder)
{
	const struct aspan_report_graph *graph = builder->graph;
	bt_value *params = NULL;

	if (bt_value_copy(builder->options->sink_params, &params) != BT_VALUE_COPY_STATUS_OK) {
		return NULL;
	}
	if (graph->end_ns > 0 &&
	    (bt_value_map_insert_signed_integer_entry(params, "begin-ns", graph->begin_ns) ||
	     bt_value_map_insert_signed_integer_entry(params, "end-ns", graph->end_ns))) {
		bt_value_put_ref(params);
		return NULL;
	}
	return params;
}

static int add_sink(struct builder *builder)
{
	const bt_plugin *plugin = bt_plugin_set_borrow_plugin_by_index_const(builder->ours, 0);
	const bt_component_class_sink *sink_class =
		bt_plugin_borrow_sink_component_class_by_name_const(plugin, "report");
	const bt_component_sink *sink;

	bt_value *params = make_sink_params(builder);
	int result = 0;

	if (!sink_class || !params ||
	    bt_graph_add_sink_component_with_initialize_method_data(
		    builder->graph->graph, sink_class, "report", params,
		    builder->options->sink_outcome, BT_LOGGING_LEVEL_NONE,
		    &sink) != BT_GRAPH_ADD_COMPONENT_STATUS_OK) {
		result = fail(builder, "cannot make the report");
	}
	bt_value_put_ref(params);
	if (result) {
		return result;
	}
	if (bt_graph_connect_ports(
		    builder->graph->graph,
		    bt_component_filter_borrow_output_port_by_index_const(builder->muxer, 0),
		    bt_component_sink_borrow_input_port_by_index_const(sink, 0),
		    NULL) != BT_GRAPH_CONNECT_PORTS_STATUS_OK) {
		return fail(builder, "cannot make the report");
	}
	return 0;
}

static int build(struct builder *builder, const struct aspan_report_inputs *inputs)
{
	int result = find_plugins(builder);

	if (result) {
		return result;
	}
	builder->graph->graph = bt_graph_create(0);
	if (!builder->graph->graph) {
		return fail(builder, "cannot make a babeltrace2 graph");
	}
	result = add_muxer(builder);
	result = result ? result : add_sources(builder, inputs);
	return result ? result : add_sink(builder);
}

int aspan_report_graph_init(struct aspan_report_graph *graph,
			    const struct aspan_report_inputs *inputs,
			    const struct aspan_report_graph_options *options)
{
	struct builder builder = { .graph = graph, .options = options };
	int result;

	*graph = (struct aspan_report_graph){ 0 };
	result = build(&builder, inputs);
	aspan_report_sources_fini(&builder.sources);
	bt_plugin_set_put_ref(builder.ours);
	bt_plugin_put_ref(builder.utils);
	bt_plugin_put_ref(builder.ctf);
	return result;
}

void aspan_report_graph_fini(struct aspan_report_graph *graph)
{
	bt_graph_put_ref(graph->graph);
	graph->graph = NULL;
}

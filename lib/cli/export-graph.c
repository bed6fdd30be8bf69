/* SPDX-License-Identifier: MIT */
/*
 * The babeltrace2 graph of an export.
 *
 * Whatever fails here leaves a cause in libbabeltrace2's error, of which one line is printed at the end.
 */
#include "export-graph.h"

#include "locate.h"
#include "report-errors.h"
#include "report-sources.h"
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define PLUGIN_FILE "babeltrace-plugin-allocspan.so"

struct builder {
	bt_graph *graph;
	const struct aspan_export_graph_options *options;
	const bt_plugin *ctf, *utils;
	const bt_plugin_set *ours;
	const bt_component_filter *muxer;
	const bt_component_filter *last; /* of the line so far */
	struct aspan_report_sources sources;
	uint64_t connected_count;
};

static int fail(const struct builder *builder, const char *what)
{
	aspan_report_errors_print(what, builder->options->is_verbose);
	return -EIO;
}

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

static int connect_last(const struct builder *builder, const bt_port_input *port)
{
	const bt_port_output *output =
		bt_component_filter_borrow_output_port_by_index_const(builder->last, 0);

	return bt_graph_connect_ports(builder->graph, output, port, NULL) ==
			       BT_GRAPH_CONNECT_PORTS_STATUS_OK ?
		       0 :
		       fail(builder, "cannot export");
}

/* Adds a filter at the end of the line; the first has no input yet. */
static int add_filter(struct builder *builder, const bt_plugin *plugin, const char *name)
{
	const bt_component_class_filter *filter_class =
		bt_plugin_borrow_filter_component_class_by_name_const(plugin, name);
	const bt_component_filter *filter;
	int result = 0;

	if (!filter_class || bt_graph_add_filter_component(builder->graph, filter_class, name, NULL,
							   BT_LOGGING_LEVEL_NONE, &filter) !=
				     BT_GRAPH_ADD_COMPONENT_STATUS_OK) {
		return fail(builder, "cannot export");
	}
	if (builder->last) {
		result = connect_last(
			builder, bt_component_filter_borrow_input_port_by_index_const(filter, 0));
	} else {
		builder->muxer = filter;
	}
	builder->last = filter;
	return result;
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
			    builder->graph,
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

	if (bt_graph_add_source_component(builder->graph, source_class, description->name,
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
	if (!result && builder->connected_count == 0) {
		aspan_terminal_error("%s is empty: nothing was recorded (was an event enabled, and "
				     "did the program run while the session was started?)",
				     inputs->traces[0]);
		result = -ENODATA;
	}
	return result;
}

static int add_sink(struct builder *builder)
{
	const bt_component_class_sink *sink_class =
		bt_plugin_borrow_sink_component_class_by_name_const(builder->ctf, "fs");
	bt_value *params = bt_value_map_create();
	const bt_component_sink *sink = NULL;
	bool is_added =
		params &&
		!bt_value_map_insert_string_entry(params, "path", builder->options->directory) &&
		!bt_value_map_insert_bool_entry(params, "quiet", BT_TRUE) &&
		bt_graph_add_sink_component(builder->graph, sink_class, "writer", params,
					    BT_LOGGING_LEVEL_NONE,
					    &sink) == BT_GRAPH_ADD_COMPONENT_STATUS_OK;

	bt_value_put_ref(params);
	if (!is_added) {
		return fail(builder, "cannot write the trace");
	}
	return connect_last(builder, bt_component_sink_borrow_input_port_by_index_const(sink, 0));
}

static int build(struct builder *builder, const struct aspan_report_inputs *inputs)
{
	const bt_plugin *plugin;
	int result = find_our_plugin(builder);

	if (result) {
		return result;
	}
	plugin = bt_plugin_set_borrow_plugin_by_index_const(builder->ours, 0);
	result = add_filter(builder, builder->utils, "muxer");
	result = result ? result : add_sources(builder, inputs);
	result = result ? result : add_filter(builder, plugin, "unpack");
	if (!result && builder->options->is_libc) {
		result = add_filter(builder, plugin, "lttng-ust-libc");
	}
	return result ? result : add_sink(builder);
}

int aspan_export_graph_init(bt_graph **graph, const struct aspan_report_inputs *inputs,
			    const struct aspan_export_graph_options *options)
{
	struct builder builder = { .options = options };
	int result = -ENOENT;

	*graph = NULL;
	builder.ctf = find_plugin("ctf");
	builder.utils = builder.ctf ? find_plugin("utils") : NULL;
	if (builder.utils) {
		*graph = builder.graph = bt_graph_create(0);
		result = builder.graph ? build(&builder, inputs) :
					 fail(&builder, "cannot make a babeltrace2 graph");
	}
	aspan_report_sources_fini(&builder.sources);
	bt_plugin_set_put_ref(builder.ours);
	bt_plugin_put_ref(builder.utils);
	bt_plugin_put_ref(builder.ctf);
	return result;
}

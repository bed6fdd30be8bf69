/* SPDX-License-Identifier: MIT */
/*
 * The graph of libbabeltrace2 in which the events of a trace are counted.
 *
 * A CTF reader for each directory that holds a `metadata` file (LTTng makes one a process, or a user and word size), the
 * muxers that make one stream of their ports, and a sink.
 */
#include "record-count-graph.h"

#include "muxers.h"
#include "open-files.h"
#include "source-query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

static const bt_component_source *add_reader(bt_graph *graph,
					     const bt_component_class_source *reader_class,
					     const char *directory, uint64_t number)
{
	const bt_component_source *reader = NULL;
	bt_value *parameters = bt_value_map_create();
	bt_value *inputs = bt_value_array_create();
	char name[32];

	snprintf(name, sizeof(name), "reader-%" PRIu64, number);
	if (parameters && inputs &&
	    bt_value_array_append_string_element(inputs, directory) ==
		    BT_VALUE_ARRAY_APPEND_ELEMENT_STATUS_OK &&
	    bt_value_map_insert_entry(parameters, "inputs", inputs) ==
		    BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK) {
		bt_graph_add_source_component(graph, reader_class, name, parameters,
					      BT_LOGGING_LEVEL_NONE, &reader);
	}
	bt_value_put_ref(parameters);
	bt_value_put_ref(inputs);
	return reader;
}

static bool init_muxers(struct aspan_muxers *muxers, bt_graph *graph)
{
	const bt_plugin *plugin = NULL;

	bt_plugin_find("utils", BT_FALSE, BT_FALSE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin);
	if (plugin) {
		aspan_muxers_init(muxers, graph, plugin);
	}
	bt_plugin_put_ref(plugin);
	return plugin != NULL;
}

static bool add_trace(bt_graph *graph, struct aspan_muxers *muxers,
		      const bt_component_class_source *reader_class, const char *directory,
		      uint64_t number)
{
	const bt_component_source *reader;

	if (!aspan_source_describes_stream(reader_class, directory)) {
		return true;
	}
	reader = add_reader(graph, reader_class, directory, number);
	return reader && aspan_muxers_add(muxers, reader) == 0;
}

/* A reader takes one trace, and each directory is one. */
static bool add_readers(bt_graph *graph, struct aspan_muxers *muxers, const bt_value *directories)
{
	uint64_t count = bt_value_array_get_length(directories);
	const bt_plugin *plugin = NULL;
	bool is_done;

	bt_plugin_find("ctf", BT_FALSE, BT_FALSE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin);
	is_done = plugin != NULL;
	for (uint64_t i = 0; is_done && i < count; i++) {
		is_done = add_trace(
			graph, muxers,
			bt_plugin_borrow_source_component_class_by_name_const(plugin, "fs"),
			bt_value_string_get(
				bt_value_array_borrow_element_by_index_const(directories, i)),
			i);
	}
	bt_plugin_put_ref(plugin);
	return is_done;
}

static bool add_sink(bt_graph *graph, const bt_component_filter *muxer,
		     const struct aspan_count_sink *sink_functions)
{
	const bt_component_sink *sink = NULL;

	return bt_graph_add_simple_sink_component(
		       graph, "counter", sink_functions->initialize, sink_functions->consume, NULL,
		       sink_functions->data, &sink) == BT_GRAPH_ADD_COMPONENT_STATUS_OK &&
	       bt_graph_connect_ports(
		       graph, bt_component_filter_borrow_output_port_by_index_const(muxer, 0),
		       bt_component_sink_borrow_input_port_by_index_const(sink, 0),
		       NULL) == BT_GRAPH_CONNECT_PORTS_STATUS_OK;
}

/* After a failure the library must not be called again, so each step waits for the one before. */
static int connect_all(bt_graph *graph, struct aspan_muxers *muxers, uint64_t trace_count,
		       const struct aspan_count_sink *sink)
{
	int ret = aspan_open_files_check(trace_count, muxers->port_count);
	const bt_component_filter *muxer = ret == 0 ? aspan_muxers_connect(muxers) : NULL;

	if (ret < 0) {
		return ret;
	}
	return muxer && add_sink(graph, muxer, sink) ? 0 : -EIO;
}

static int build_graph(bt_graph *graph, const bt_value *directories,
		       const struct aspan_count_sink *sink)
{
	uint64_t count = bt_value_array_get_length(directories);
	struct aspan_muxers muxers = { 0 };
	/* Each has a stream, at least. */
	int ret = aspan_open_files_check(count, count);

	if (ret == 0 &&
	    !(init_muxers(&muxers, graph) && add_readers(graph, &muxers, directories))) {
		ret = -EIO;
	}
	if (ret == 0) {
		ret = connect_all(graph, &muxers, count, sink);
	}
	aspan_muxers_fini(&muxers);
	return ret;
}

int aspan_count_graph_run(const bt_value *directories, const struct aspan_count_sink *sink)
{
	bt_graph *graph = bt_graph_create(0);
	int ret;

	aspan_open_files_raise();
	ret = graph ? build_graph(graph, directories, sink) : -ENOMEM;
	if (ret == 0 && bt_graph_run(graph) != BT_GRAPH_RUN_STATUS_OK) {
		ret = -EIO;
	}
	bt_graph_put_ref(graph);
	/* Whoever called says in one line that it failed. */
	bt_current_thread_clear_error();
	return ret;
}

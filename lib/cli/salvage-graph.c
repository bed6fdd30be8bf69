/* SPDX-License-Identifier: MIT */
/*
 * See salvage-graph.h.
 */
#include "salvage-graph.h"

#include "plugins.h"
#include "report-errors.h"

#include <babeltrace2/babeltrace.h>

#include <errno.h>

struct builder {
	bt_graph *graph;
	const bt_plugin *ctf;
	const bt_plugin_set *ours;
	const bt_component_source *source;
	const bt_component_sink *sink;
};

static bt_value *list(char *const ledgers[], size_t count)
{
	bt_value *array = bt_value_array_create();

	for (size_t i = 0; array && i < count; i++) {
		if (bt_value_array_append_string_element(array, ledgers[i])) {
			BT_VALUE_PUT_REF_AND_RESET(array);
		}
	}
	return array;
}

static bool add_source(struct builder *builder, char *const ledgers[], size_t count)
{
	const bt_component_class_source *source_class =
		bt_plugin_borrow_source_component_class_by_name_const(
			bt_plugin_set_borrow_plugin_by_index_const(builder->ours, 0), "waiting");
	bt_value *params = bt_value_map_create();
	bt_value *paths = list(ledgers, count);
	bool is_added = source_class && params && paths &&
			!bt_value_map_insert_entry(params, "ledgers", paths) &&
			bt_graph_add_source_component(builder->graph, source_class, "waiting",
						      params, BT_LOGGING_LEVEL_NONE,
						      &builder->source) ==
				BT_GRAPH_ADD_COMPONENT_STATUS_OK;

	bt_value_put_ref(paths);
	bt_value_put_ref(params);
	return is_added;
}

static bool add_sink(struct builder *builder, const char *directory)
{
	const bt_component_class_sink *sink_class =
		bt_plugin_borrow_sink_component_class_by_name_const(builder->ctf, "fs");
	bt_value *params = bt_value_map_create();
	bool is_added = sink_class && params &&
			!bt_value_map_insert_string_entry(params, "path", directory) &&
			!bt_value_map_insert_bool_entry(params, "assume-single-trace", BT_TRUE) &&
			!bt_value_map_insert_bool_entry(params, "quiet", BT_TRUE) &&
			bt_graph_add_sink_component(builder->graph, sink_class, "writer", params,
						    BT_LOGGING_LEVEL_NONE, &builder->sink) ==
				BT_GRAPH_ADD_COMPONENT_STATUS_OK;

	bt_value_put_ref(params);
	return is_added;
}

static bool run(struct builder *builder)
{
	return bt_graph_connect_ports(
		       builder->graph,
		       bt_component_source_borrow_output_port_by_index_const(builder->source, 0),
		       bt_component_sink_borrow_input_port_by_index_const(builder->sink, 0),
		       NULL) == BT_GRAPH_CONNECT_PORTS_STATUS_OK &&
	       bt_graph_run(builder->graph) == BT_GRAPH_RUN_STATUS_OK;
}

int aspan_salvage_graph_run(char *const ledgers[], size_t count, const char *directory)
{
	struct builder builder = { .ctf = aspan_plugins_find("ctf") };
	int result = builder.ctf ? aspan_plugins_find_ours(&builder.ours) : -ENOENT;

	if (!result) {
		builder.graph = bt_graph_create(0);
		if (!builder.graph || !add_source(&builder, ledgers, count) ||
		    !add_sink(&builder, directory) || !run(&builder)) {
			aspan_report_errors_print("cannot write what was salvaged", false);
			result = -EIO;
		}
	}
	/* The sink writes the rest when the graph goes. */
	bt_graph_put_ref(builder.graph);
	bt_plugin_set_put_ref(builder.ours);
	bt_plugin_put_ref(builder.ctf);
	return result;
}

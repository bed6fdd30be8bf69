/* SPDX-License-Identifier: MIT */
/*
 * The babeltrace2 graph of a report.
 *
 * The sink names code by itself: babeltrace2's filter debug-info forgets how many events were discarded, and knows only the code
 * of the context `ip`.
 */
#include "report-graph.h"

#include "input-graph.h"

#include <errno.h>

static void get_range(struct aspan_report_graph *graph, struct aspan_input_graph *input)
{
	const bt_component_class_source *source_class =
		bt_plugin_borrow_source_component_class_by_name_const(input->ctf, "fs");

	aspan_report_sources_get_range(&input->sources, source_class, &graph->begin_ns,
				       &graph->end_ns);
}

/* Those of the options, and when the traces begin and end, if that is known. */
static bt_value *make_sink_params(const struct aspan_report_graph *graph,
				  const struct aspan_report_graph_options *options)
{
	bt_value *params = NULL;

	if (bt_value_copy(options->sink_params, &params) != BT_VALUE_COPY_STATUS_OK) {
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

static int add_sink(const struct aspan_report_graph *graph, const struct aspan_input_graph *input,
		    const struct aspan_report_graph_options *options)
{
	const bt_plugin *plugin = aspan_input_graph_borrow_plugin(input);
	const bt_component_class_sink *sink_class =
		bt_plugin_borrow_sink_component_class_by_name_const(plugin, "report");
	const bt_component_sink *sink = NULL;
	bt_value *params = make_sink_params(graph, options);
	int result = 0;

	if (!sink_class || !params ||
	    bt_graph_add_sink_component_with_initialize_method_data(
		    graph->graph, sink_class, "report", params, options->sink_outcome,
		    BT_LOGGING_LEVEL_NONE, &sink) != BT_GRAPH_ADD_COMPONENT_STATUS_OK) {
		result = aspan_input_graph_fail(input, "cannot make the report");
	}
	bt_value_put_ref(params);
	if (result) {
		return result;
	}
	if (bt_graph_connect_ports(
		    graph->graph,
		    bt_component_filter_borrow_output_port_by_index_const(input->muxer, 0),
		    bt_component_sink_borrow_input_port_by_index_const(sink, 0),
		    NULL) != BT_GRAPH_CONNECT_PORTS_STATUS_OK) {
		return aspan_input_graph_fail(input, "cannot make the report");
	}
	return 0;
}

int aspan_report_graph_init(struct aspan_report_graph *graph,
			    const struct aspan_report_inputs *inputs,
			    const struct aspan_report_graph_options *options)
{
	struct aspan_input_graph input;
	int result = aspan_input_graph_init(&input, inputs, options->is_verbose);

	*graph = (struct aspan_report_graph){ .graph = input.graph };
	if (!result && options->wants_range) {
		get_range(graph, &input);
	}
	if (!result) {
		result = add_sink(graph, &input, options);
	}
	aspan_input_graph_fini(&input);
	return result;
}

void aspan_report_graph_fini(struct aspan_report_graph *graph)
{
	bt_graph_put_ref(graph->graph);
	graph->graph = NULL;
}

/* SPDX-License-Identifier: MIT */
/*
 * The babeltrace2 graph of an export: a line of filters behind the muxer.
 */
#include "export-graph.h"

#include "input-graph.h"

#include <errno.h>

struct builder {
	const struct aspan_input_graph *input;
	const struct aspan_export_graph_options *options;
	const bt_component_filter *last; /* of the line so far */
};

static int fail(const struct builder *builder, const char *what)
{
	return aspan_input_graph_fail(builder->input, what);
}

static int connect_last(const struct builder *builder, const bt_port_input *port)
{
	const bt_port_output *output =
		bt_component_filter_borrow_output_port_by_index_const(builder->last, 0);

	return bt_graph_connect_ports(builder->input->graph, output, port, NULL) ==
			       BT_GRAPH_CONNECT_PORTS_STATUS_OK ?
		       0 :
		       fail(builder, "cannot export");
}

/* Adds a filter at the end of the line. */
static int add_filter(struct builder *builder, const char *name)
{
	const bt_component_class_filter *filter_class =
		bt_plugin_borrow_filter_component_class_by_name_const(
			aspan_input_graph_borrow_plugin(builder->input), name);
	const bt_component_filter *filter;
	int result;

	if (!filter_class ||
	    bt_graph_add_filter_component(builder->input->graph, filter_class, name, NULL,
					  BT_LOGGING_LEVEL_NONE,
					  &filter) != BT_GRAPH_ADD_COMPONENT_STATUS_OK) {
		return fail(builder, "cannot export");
	}
	result = connect_last(builder,
			      bt_component_filter_borrow_input_port_by_index_const(filter, 0));
	builder->last = filter;
	return result;
}

static int add_sink(struct builder *builder)
{
	const bt_component_class_sink *sink_class =
		bt_plugin_borrow_sink_component_class_by_name_const(builder->input->ctf, "fs");
	bt_value *params = bt_value_map_create();
	const bt_component_sink *sink = NULL;
	bool is_added =
		params &&
		!bt_value_map_insert_string_entry(params, "path", builder->options->directory) &&
		!bt_value_map_insert_bool_entry(params, "quiet", BT_TRUE) &&
		bt_graph_add_sink_component(builder->input->graph, sink_class, "writer", params,
					    BT_LOGGING_LEVEL_NONE,
					    &sink) == BT_GRAPH_ADD_COMPONENT_STATUS_OK;

	bt_value_put_ref(params);
	if (!is_added) {
		return fail(builder, "cannot write the trace");
	}
	return connect_last(builder, bt_component_sink_borrow_input_port_by_index_const(sink, 0));
}

static int build(struct builder *builder)
{
	int result = add_filter(builder, "unpack");

	if (!result && builder->options->is_libc) {
		result = add_filter(builder, "lttng-ust-libc");
	}
	return result ? result : add_sink(builder);
}

int aspan_export_graph_init(bt_graph **graph, const struct aspan_report_inputs *inputs,
			    const struct aspan_export_graph_options *options)
{
	struct aspan_input_graph input;
	struct builder builder = { .input = &input, .options = options };
	/* Ledgers make no events. */
	const struct aspan_report_inputs traces = {
		.traces = inputs->traces,
		.trace_count = inputs->trace_count,
		.is_cut_short = inputs->is_cut_short,
	};
	int result = aspan_input_graph_init(&input, &traces, options->is_verbose);

	*graph = input.graph;
	builder.last = input.muxer;
	if (!result) {
		result = build(&builder);
	}
	aspan_input_graph_fini(&input);
	return result;
}

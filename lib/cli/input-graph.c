/* SPDX-License-Identifier: MIT */
/*
 * See input-graph.h.
 */
#include "input-graph.h"

#include "plugins.h"
#include "report-errors.h"
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int aspan_input_graph_fail(const struct aspan_input_graph *input, const char *what)
{
	aspan_report_errors_print(what, input->is_verbose);
	return -EIO;
}

const bt_plugin *aspan_input_graph_borrow_plugin(const struct aspan_input_graph *input)
{
	return bt_plugin_set_borrow_plugin_by_index_const(input->ours, 0);
}

static int find_plugins(struct aspan_input_graph *input)
{
	input->ctf = aspan_plugins_find("ctf");
	input->utils = input->ctf ? aspan_plugins_find("utils") : NULL;
	return input->utils ? aspan_plugins_find_ours(&input->ours) : -ENOENT;
}

static int add_muxer(struct aspan_input_graph *input)
{
	const bt_component_class_filter *muxer_class =
		bt_plugin_borrow_filter_component_class_by_name_const(input->utils, "muxer");

	if (!muxer_class || bt_graph_add_filter_component(input->graph, muxer_class, "muxer", NULL,
							  BT_LOGGING_LEVEL_NONE, &input->muxer) !=
				    BT_GRAPH_ADD_COMPONENT_STATUS_OK) {
		return aspan_input_graph_fail(input, "cannot make babeltrace2's muxer");
	}
	return 0;
}

/* The muxer always has one input port that is free: the last. */
static const bt_port_input *borrow_free_muxer_port(const struct aspan_input_graph *input)
{
	uint64_t count = bt_component_filter_get_input_port_count(input->muxer);

	return bt_component_filter_borrow_input_port_by_index_const(input->muxer, count - 1);
}

static int connect_source(struct aspan_input_graph *input, const bt_component_source *source)
{
	uint64_t count = bt_component_source_get_output_port_count(source);

	for (uint64_t i = 0; i < count; i++) {
		if (bt_graph_connect_ports(
			    input->graph,
			    bt_component_source_borrow_output_port_by_index_const(source, i),
			    borrow_free_muxer_port(input),
			    NULL) != BT_GRAPH_CONNECT_PORTS_STATUS_OK) {
			return aspan_input_graph_fail(input, "cannot read the trace");
		}
		input->connected_count++;
	}
	return 0;
}

static int add_source(struct aspan_input_graph *input,
		      const struct aspan_report_source *description)
{
	const bt_component_class_source *source_class =
		bt_plugin_borrow_source_component_class_by_name_const(input->ctf, "fs");
	const bt_component_source *source;
	char *what;
	int result;

	if (bt_graph_add_source_component(input->graph, source_class, description->name,
					  description->params, BT_LOGGING_LEVEL_NONE,
					  &source) == BT_GRAPH_ADD_COMPONENT_STATUS_OK) {
		return connect_source(input, source);
	}
	if (asprintf(&what, "cannot read the trace %s", description->path) < 0) {
		return -ENOMEM;
	}
	result = aspan_input_graph_fail(input, what);
	free(what);
	return result;
}

static void say_empty(const struct aspan_report_inputs *inputs)
{
	if (inputs->is_cut_short) {
		aspan_terminal_error("nothing of the trace is whole; record again where there is "
				     "room for it");
		return;
	}
	aspan_terminal_error("%s is empty: nothing was recorded (was an event enabled, and did the "
			     "program run while the session was started?)",
			     inputs->traces[0]);
}

static int add_sources(struct aspan_input_graph *input, const struct aspan_report_inputs *inputs)
{
	const bt_component_class_source *source_class =
		bt_plugin_borrow_source_component_class_by_name_const(input->ctf, "fs");
	int result =
		aspan_report_sources_init(&input->sources, source_class, inputs, input->is_verbose);

	for (size_t i = 0; !result && i < input->sources.count; i++) {
		result = add_source(input, &input->sources.items[i]);
	}
	/* Of processes that were killed, ledgers may be all that is left. */
	if (!result && input->connected_count == 0 && inputs->ledgers.count == 0 &&
	    inputs->recorded_ledgers.count == 0) {
		say_empty(inputs);
		result = -ENODATA;
	}
	return result;
}

int aspan_input_graph_init(struct aspan_input_graph *input,
			   const struct aspan_report_inputs *inputs, bool is_verbose)
{
	int result;

	*input = (struct aspan_input_graph){ .is_verbose = is_verbose };
	result = find_plugins(input);
	if (result) {
		return result;
	}
	input->graph = bt_graph_create(0);
	if (!input->graph) {
		return aspan_input_graph_fail(input, "cannot make a babeltrace2 graph");
	}
	result = add_muxer(input);
	return result ? result : add_sources(input, inputs);
}

void aspan_input_graph_fini(struct aspan_input_graph *input)
{
	aspan_report_sources_fini(&input->sources);
	bt_plugin_set_put_ref(input->ours);
	bt_plugin_put_ref(input->utils);
	bt_plugin_put_ref(input->ctf);
}

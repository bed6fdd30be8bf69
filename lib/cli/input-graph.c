/* SPDX-License-Identifier: MIT */
/*
 * See input-graph.h.
 */
#include "input-graph.h"

#include "open-files.h"
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
		return aspan_muxers_add(&input->muxers, source);
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
	/* Each has a stream, at least. */
	int result = aspan_open_files_check(inputs->trace_count, inputs->trace_count);

	if (!result) {
		result = aspan_report_sources_init(&input->sources, source_class, inputs,
						   input->is_verbose);
	}
	for (size_t i = 0; !result && i < input->sources.count; i++) {
		result = add_source(input, &input->sources.items[i]);
	}
	/* Of processes that were killed, ledgers may be all that is left. */
	if (!result && input->muxers.port_count == 0 && inputs->ledgers.count == 0 &&
	    inputs->recorded_ledgers.count == 0 && inputs->partial_ledgers.count == 0) {
		say_empty(inputs);
		result = -ENODATA;
	}
	return result ? result :
			aspan_open_files_check(inputs->trace_count, input->muxers.port_count);
}

int aspan_input_graph_init(struct aspan_input_graph *input,
			   const struct aspan_report_inputs *inputs, bool is_verbose)
{
	int result;

	*input = (struct aspan_input_graph){ .is_verbose = is_verbose };
	aspan_open_files_raise();
	result = find_plugins(input);
	if (result) {
		return result;
	}
	input->graph = bt_graph_create(0);
	if (!input->graph) {
		return aspan_input_graph_fail(input, "cannot make a babeltrace2 graph");
	}
	aspan_muxers_init(&input->muxers, input->graph, input->utils);
	result = add_sources(input, inputs);
	if (!result) {
		input->muxer = aspan_muxers_connect(&input->muxers);
		result = input->muxer ? 0 : aspan_input_graph_fail(input, "cannot read the trace");
	}
	return result;
}

void aspan_input_graph_fini(struct aspan_input_graph *input)
{
	aspan_muxers_fini(&input->muxers);
	aspan_report_sources_fini(&input->sources);
	bt_plugin_set_put_ref(input->ours);
	bt_plugin_put_ref(input->utils);
	bt_plugin_put_ref(input->ctf);
}

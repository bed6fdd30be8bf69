/* SPDX-License-Identifier: MIT */
/*
 * The graph of libbabeltrace2 in which the events of a trace are counted.
 */
#ifndef ASPAN_CLI_RECORD_COUNT_GRAPH_H
#define ASPAN_CLI_RECORD_COUNT_GRAPH_H

#include <babeltrace2/babeltrace.h>

/* What gets the messages of all traces, by time. */
struct aspan_count_sink {
	bt_graph_simple_sink_component_initialize_func initialize;
	bt_graph_simple_sink_component_consume_func consume;
	void *data;
};

/* Runs the traces in these directories, an array of strings, through it. 0, -EMFILE (then it prints why), or other errno. */
int aspan_count_graph_run(const bt_value *directories, const struct aspan_count_sink *sink);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The beginning of each babeltrace2 graph of ours: one ctf.fs source for each trace, and muxers. report-graph.c and
 * export-graph.c go on from its output port.
 *
 * Directories with the same trace UUID (rotated chunks, overlapping snapshots) are one trace, as for the
 * command babeltrace2. Whatever fails here leaves a cause in libbabeltrace2's error, of which one line is printed.
 */
#ifndef ASPAN_CLI_INPUT_GRAPH_H
#define ASPAN_CLI_INPUT_GRAPH_H

#include "muxers.h"
#include "report-inputs.h"
#include "report-sources.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>

struct aspan_input_graph {
	bt_graph *graph;
	const bt_plugin *ctf, *utils;
	const bt_plugin_set *ours;
	struct aspan_muxers muxers;
	const bt_component_filter *muxer; /* what all comes out of */
	struct aspan_report_sources sources;
	bool is_verbose;
};

/* 0; or negative errno, and the reason has been printed. In any case end it with aspan_input_graph_fini(). */
int aspan_input_graph_init(struct aspan_input_graph *input,
			   const struct aspan_report_inputs *inputs, bool is_verbose);

/* Frees all but the graph, which is the caller's. */
void aspan_input_graph_fini(struct aspan_input_graph *input);

/* Our own plugin. */
const bt_plugin *aspan_input_graph_borrow_plugin(const struct aspan_input_graph *input);

/* Prints why something failed; gives -EIO. */
int aspan_input_graph_fail(const struct aspan_input_graph *input, const char *what);

#endif

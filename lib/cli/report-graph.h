/* SPDX-License-Identifier: MIT */
/*
 * The babeltrace2 graph of a report: one ctf.fs source for each trace, the muxer, and sink.allocspan.report.
 *
 * Directories with the same trace UUID (rotated chunks, overlapping snapshots) are one trace, as for the
 * command babeltrace2.
 */
#ifndef ASPAN_CLI_REPORT_GRAPH_H
#define ASPAN_CLI_REPORT_GRAPH_H

#include "report-inputs.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stdint.h>

struct aspan_report_graph {
	bt_graph *graph;
	/* What the traces say of their time; 0 and 0 if they say nothing. */
	int64_t begin_ns, end_ns;
};

struct aspan_report_graph_options {
	const bt_value *sink_params;
	void *sink_outcome;
	bool wants_range; /* begin_ns and end_ns, also for the sink */
	bool is_verbose;
};

/*
 * Builds the graph. 0; or negative errno, and the reason has been printed. In any case
 * aspan_report_graph_fini() frees it.
 */
int aspan_report_graph_init(struct aspan_report_graph *graph,
			    const struct aspan_report_inputs *inputs,
			    const struct aspan_report_graph_options *options);
void aspan_report_graph_fini(struct aspan_report_graph *graph);

#endif

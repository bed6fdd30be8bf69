/* SPDX-License-Identifier: MIT */
/*
 * The babeltrace2 graph of an export: one ctf.fs source for each trace, the muxer, filter.allocspan.unpack, for LTTng's libc
 * wrapper's events filter.allocspan.lttng-ust-libc, and sink.ctf.fs.
 */
#ifndef ASPAN_CLI_EXPORT_GRAPH_H
#define ASPAN_CLI_EXPORT_GRAPH_H

#include "report-inputs.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>

struct aspan_export_graph_options {
	const char *directory; /* where the traces go */
	bool is_libc; /* with the filter for the wrapper's events */
	bool is_verbose;
};

/* Builds the graph. 0; or negative errno, and the reason has been printed. In any case put *graph's reference. */
int aspan_export_graph_init(bt_graph **graph, const struct aspan_report_inputs *inputs,
			    const struct aspan_export_graph_options *options);

#endif

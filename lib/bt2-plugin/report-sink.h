/* SPDX-License-Identifier: MIT */
/*
 * The sink component class `sink.allocspan.report`: reads a trace and writes a report.
 *
 * Parameters, all optional: `format` (a name of report-formats.c), `value` (of stacks), `output` (path of a file; standard
 * output), `by` (string, or array of strings), `show`, `sort`, `temporary`, `from`, `to` (strings, as the options of
 * allocspan-report(1) take them), `top` (unsigned), `begin-ns` and `end-ns` (unsigned: when the trace begins and ends, for
 * times that count from there), `color` (boolean), `width` (unsigned: the columns of the terminal), `cut-short` (boolean: a
 * part of the trace is missing, and the report shall say so), `symbols` (boolean: false opens no file that the trace names), `ledgers` (array of strings:
 * paths of ledgers that belong to the trace), `recorded-ledgers` (the same, of processes that began after their recording), `partial-ledgers` (the same, of recordings with a filter), `recordings` (array of strings:
 * paths of the files allocspan.json of `allocspan record`), `bind` (array of strings: bindings to replay, as
 * include/allocspan/bind.h describes them).
 *
 * The report is written when the trace has ended. Where reading fails, what was read before is written as a
 * report that says so, and the sink fails all the same. A trace without an event of allocspan fails, if
 * no ledger has counts either.
 */
#ifndef ASPAN_BT2_REPORT_SINK_H
#define ASPAN_BT2_REPORT_SINK_H

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * What the sink tells a program that adds it to a graph with a pointer to one of these as the
 * initialize method's data. It lives as long as the component.
 */
struct aspan_report_outcome {
	/* So far; for a progress line. */
	uint64_t event_count;
	uint64_t last_ns;
	/* At the end. */
	bool is_written;
	uint64_t discarded_events;
};

bt_component_class_initialize_method_status
aspan_report_sink_initialize(bt_self_component_sink *self,
			     bt_self_component_sink_configuration *config, const bt_value *params,
			     void *outcome);
void aspan_report_sink_finalize(bt_self_component_sink *self);
bt_component_class_sink_graph_is_configured_method_status
aspan_report_sink_graph_is_configured(bt_self_component_sink *self);
bt_component_class_sink_consume_method_status
aspan_report_sink_consume(bt_self_component_sink *self);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The babeltrace2 plugin `allocspan`: which component classes there are.
 *
 *	babeltrace2 --plugin-path=DIR TRACE --component=sink.allocspan.report
 */
#include "libc-filter.h"
#include "report-sink.h"
#include "unpack-filter.h"
#include "waiting-source.h"

#include <babeltrace2/babeltrace.h>

BT_PLUGIN_MODULE();
BT_PLUGIN(allocspan);
BT_PLUGIN_DESCRIPTION("Which piece of work owns the heap: reports on allocspan traces");
BT_PLUGIN_AUTHOR("The allocspan authors");
BT_PLUGIN_LICENSE("MIT");

BT_PLUGIN_SINK_COMPONENT_CLASS(report, aspan_report_sink_consume);
BT_PLUGIN_SINK_COMPONENT_CLASS_DESCRIPTION(report, "Report what each group of allocations holds");
BT_PLUGIN_SINK_COMPONENT_CLASS_HELP(
	report,
	"Parameters, all optional:\n"
	"\n"
	"  format=NAME            what to write, as --format of allocspan-report(1) [text]\n"
	"  output=PATH            the file to write [standard output]\n"
	"  by=WHAT                what a line is about, as --by; or an array of them [group]\n"
	"  show=WHAT,...          what else to show, as --show [nothing]\n"
	"  sort=KEY               the order of lines, as --sort [peak]\n"
	"  top=LINES              how many lines, as --top [all]\n"
	"  from=TIME to=TIME      the window, as --from and --to [all]\n"
	"  temporary=DURATION     blocks that live no longer are temporary [none]\n"
	"  color=BOOLEAN          with escape sequences for colour [no]\n"
	"  width=COLUMNS          cut lines of text there; 0: nowhere [0]\n"
	"  cut-short=BOOLEAN      say that a part of the trace is missing [no]\n"
	"  symbols=BOOLEAN        open programs and libraries to name code [yes]\n");
BT_PLUGIN_SINK_COMPONENT_CLASS_INITIALIZE_METHOD(report, aspan_report_sink_initialize);
BT_PLUGIN_SINK_COMPONENT_CLASS_FINALIZE_METHOD(report, aspan_report_sink_finalize);
BT_PLUGIN_SINK_COMPONENT_CLASS_GRAPH_IS_CONFIGURED_METHOD(report,
							  aspan_report_sink_graph_is_configured);

BT_PLUGIN_FILTER_COMPONENT_CLASS(unpack, aspan_unpack_iterator_next);
BT_PLUGIN_FILTER_COMPONENT_CLASS_DESCRIPTION(
	unpack, "Give back packed allocation events as the events of a full recording");
BT_PLUGIN_FILTER_COMPONENT_CLASS_HELP(
	unpack, "Turns each event allocspan_packed:events into the events allocspan:alloc and\n"
		"allocspan:free that it stands for, in the order of their times, and lets all\n"
		"else through. No parameters.\n");
BT_PLUGIN_FILTER_COMPONENT_CLASS_INITIALIZE_METHOD(unpack, aspan_unpack_filter_initialize);
BT_PLUGIN_FILTER_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD(
	unpack, aspan_unpack_iterator_initialize);
BT_PLUGIN_FILTER_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_FINALIZE_METHOD(
	unpack, aspan_unpack_iterator_finalize);

BT_PLUGIN_FILTER_COMPONENT_CLASS_WITH_ID(auto, libc, "lttng-ust-libc", aspan_libc_iterator_next);
BT_PLUGIN_FILTER_COMPONENT_CLASS_DESCRIPTION_WITH_ID(
	auto, libc, "Make events of LTTng's libc wrapper from allocspan's");
BT_PLUGIN_FILTER_COMPONENT_CLASS_HELP_WITH_ID(
	auto, libc,
	"Makes of each trace one with the events lttng_ust_libc:malloc, free, calloc, realloc\n"
	"and memalign, from its events allocspan:alloc and allocspan:free, for viewers that\n"
	"know only those. All other events are left out. No parameters.\n");
BT_PLUGIN_FILTER_COMPONENT_CLASS_INITIALIZE_METHOD_WITH_ID(auto, libc,
							   aspan_libc_filter_initialize);
BT_PLUGIN_FILTER_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_WITH_ID(
	auto, libc, aspan_libc_iterator_initialize);
BT_PLUGIN_FILTER_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_FINALIZE_METHOD_WITH_ID(
	auto, libc, aspan_libc_iterator_finalize);

BT_PLUGIN_SOURCE_COMPONENT_CLASS(waiting, aspan_waiting_iterator_next);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_DESCRIPTION(
	waiting, "Give the packed events that waited in processes when they ended");
BT_PLUGIN_SOURCE_COMPONENT_CLASS_HELP(
	waiting, "Parameters:\n"
		 "\n"
		 "  ledgers=[PATH, ...]    ledgers that processes left behind [required]\n");
BT_PLUGIN_SOURCE_COMPONENT_CLASS_INITIALIZE_METHOD(waiting, aspan_waiting_source_initialize);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_FINALIZE_METHOD(waiting, aspan_waiting_source_finalize);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD(
	waiting, aspan_waiting_iterator_initialize);
BT_PLUGIN_SOURCE_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_FINALIZE_METHOD(
	waiting, aspan_waiting_iterator_finalize);

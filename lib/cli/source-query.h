/* SPDX-License-Identifier: MIT */
/*
 * Questions to babeltrace2's source component classes, which read traces.
 */
#ifndef ASPAN_CLI_SOURCE_QUERY_H
#define ASPAN_CLI_SOURCE_QUERY_H

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>

/* Asks the class; the caller has a reference to the answer. NULL without one, and then libbabeltrace2 has an error. */
const bt_value *aspan_source_query(const bt_component_class_source *source_class,
				   const char *object, const bt_value *params,
				   bt_logging_level logging_level);

/*
 * Returns whether the metadata in the directory of a trace, if it can be read, describes a stream. LTTng writes metadata in
 * pieces: of a process that was killed while LTTng set it up, the last piece may be missing. Then babeltrace2 cannot read the
 * trace, nor others beside it.
 */
bool aspan_source_describes_stream(const bt_component_class_source *source_class,
				   const char *trace);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Which source components read the traces: directories of one trace share one.
 *
 * The component class is asked for the trace's UUID (babeltrace.support-info) and, for the progress line, for the
 * time between its first and its last packet (babeltrace.trace-infos).
 */
#ifndef ASPAN_CLI_REPORT_SOURCES_H
#define ASPAN_CLI_REPORT_SOURCES_H

#include "report-inputs.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_report_source {
	char *name; /* of the component */
	char *uuid; /* NULL: a trace without one */
	const char *path; /* of its first directory; the inputs own it */
	bt_value *params;
	bt_value *directories; /* borrowed from params */
};

struct aspan_report_sources {
	struct aspan_report_source *items;
	size_t count;
	const char *undescribed; /* the first trace that is left out, or NULL; the inputs own it */
	size_t undescribed_count;
};

/*
 * Groups the traces, without those whose metadata describes no stream, which is said. 0; or negative errno, and the reason has been printed. In any case
 * aspan_report_sources_fini() frees it.
 */
int aspan_report_sources_init(struct aspan_report_sources *sources,
			      const bt_component_class_source *source_class,
			      const struct aspan_report_inputs *inputs, bool is_verbose);
void aspan_report_sources_fini(struct aspan_report_sources *sources);

/* The time that all of them span; leaves both as they are where it is not known. */
void aspan_report_sources_get_range(const struct aspan_report_sources *sources,
				    const bt_component_class_source *source_class,
				    int64_t *begin_ns, int64_t *end_ns);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The parameters of `sink.allocspan.report`: what the map that babeltrace2 hands over asks for.
 *
 * report-sink.h lists them. All are optional. They are read before the model gets its questions, because formats add
 * questions of their own.
 */
#ifndef ASPAN_BT2_REPORT_PARAMETERS_H
#define ASPAN_BT2_REPORT_PARAMETERS_H

#include "questions.h"
#include "report-formats.h"
#include "time-text.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>

struct aspan_report_parameters {
	const struct aspan_report_format *format;
	struct aspan_report_format_options options;
	struct aspan_questions questions;
	char *output; /* NULL: standard output */
	bool is_cut_short;
	bool has_no_symbols; /* no file that the trace names is opened */
	const bt_value *ledgers; /* an array of paths; kept, or NULL */
	const bt_value
		*recorded_ledgers; /* the same: of processes that began after their recording */
	const bt_value *partial_ledgers; /* the same: of recordings with a filter */
	const bt_value *recordings; /* the same */
	const bt_value *bindings; /* an array of strings, borrowed from the map; or NULL */
	char *from, *to; /* NULL: all of the trace */
	struct aspan_time_range range;
};

/* 0; or -EINVAL or -ENOMEM, and a cause is appended. In any case aspan_report_parameters_fini() frees it. */
int aspan_report_parameters_init(struct aspan_report_parameters *parameters,
				 bt_self_component *component, const bt_value *map);
void aspan_report_parameters_fini(struct aspan_report_parameters *parameters);

#endif

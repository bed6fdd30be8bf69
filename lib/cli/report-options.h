/* SPDX-License-Identifier: MIT */
/*
 * What `allocspan report` is told on its command line, and how the sink of our babeltrace2 plugin is told in turn.
 */
#ifndef ASPAN_CLI_REPORT_OPTIONS_H
#define ASPAN_CLI_REPORT_OPTIONS_H

#include "report-inputs.h"

#include "questions.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stddef.h>

enum aspan_colour_mode { ASPAN_COLOUR_AUTO, ASPAN_COLOUR_ALWAYS, ASPAN_COLOUR_NEVER };

/* Strings are those of the command line. NULL: not given. */
struct aspan_report_options {
	const char *format;
	const char *value;
	const char *output;
	const char **by;
	size_t by_count;
	const char **show;
	size_t show_count;
	const char *sort, *temporary, *from, *to;
	unsigned int top; /* 0: not given */
	const char **bindings;
	size_t binding_count;
	enum aspan_colour_mode colour;
	bool is_verbose;
	bool has_no_symbols;
	struct aspan_questions questions; /* what all of that asks, to be checked */
	char **paths; /* ends with NULL */
};

/*
 * Reads the command line, and ends the program with status 2 if it is wrong. 0 or -ENOMEM. In any case
 * aspan_report_options_fini() frees it.
 */
int aspan_report_options_parse(struct aspan_report_options *options, int argc, char **argv);
void aspan_report_options_fini(struct aspan_report_options *options);

/* In report-params.c: the parameters of the sink; NULL without memory. */
bt_value *aspan_report_options_make_params(const struct aspan_report_options *options,
					   const struct aspan_report_inputs *inputs);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The numbers of a trace for commands that compute with them: what `allocspan report --format json` says.
 *
 * They come from the report itself, which is made in a child process, so that they are what everybody sees; or from a
 * file that was made so before.
 */
#ifndef ASPAN_CLI_TRACE_NUMBERS_H
#define ASPAN_CLI_TRACE_NUMBERS_H

#include <json-c/json.h>
#include <stddef.h>

struct aspan_trace_numbers_options {
	const char **report_options; /* for `allocspan report`, each one word: "--by=span" */
	size_t report_option_count;
	/* What is asked for: a file must have it, as it was made without knowing. */
	const char **breakdowns;
	size_t breakdown_count;
};

/*
 * Reads a directory of traces, or a file with a report. 0 and *report, which json_object_put() frees; or negative
 * errno, and the reason has been printed.
 */
int aspan_trace_numbers_read(const char *path, const struct aspan_trace_numbers_options *options,
			     struct json_object **report);

#endif

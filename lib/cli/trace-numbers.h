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
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* A member that is a number; 0 if it is null or missing. */
uint64_t aspan_json_get_number(struct json_object *object, const char *key);

/* A member that is a text; NULL if it is null or missing. */
const char *aspan_json_get_text(struct json_object *object, const char *key);

bool aspan_json_get_bool(struct json_object *object, const char *key);

/* The rows of a breakdown; NULL if nobody asked for it. */
struct json_object *aspan_trace_numbers_get_rows(struct json_object *report, const char *by);

#endif

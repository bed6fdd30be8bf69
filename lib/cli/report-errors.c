/* SPDX-License-Identifier: MIT */
/*
 * Says in one line why babeltrace2 failed.
 */
#include "report-errors.h"

#include "terminal.h"

#include <babeltrace2/babeltrace.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SINK_PLUGIN "allocspan"

static bool is_ours(const bt_error_cause *cause)
{
	const char *plugin;

	if (bt_error_cause_get_actor_type(cause) != BT_ERROR_CAUSE_ACTOR_TYPE_COMPONENT) {
		return false;
	}
	plugin = bt_error_cause_component_actor_get_plugin_name(cause);
	return plugin && strcmp(plugin, SINK_PLUGIN) == 0;
}

/* libbabeltrace2 itself only says that something below it failed. */
static bool says_why(const bt_error_cause *cause)
{
	return bt_error_cause_get_actor_type(cause) != BT_ERROR_CAUSE_ACTOR_TYPE_UNKNOWN;
}

/* A message ends where "key=value" pairs for developers begin. */
static int get_plain_length(const char *message)
{
	const char *colon = message;

	while ((colon = strstr(colon, ": "))) {
		const char *word = colon + 2;

		if (word[strcspn(word, "= ,")] == '=') {
			return (int) (colon - message);
		}
		colon = word;
	}
	return (int) strlen(message);
}

/* Where the file is that a later cause names in quotes, and how long the name is; NULL if none does. */
static const char *find_file(const bt_error *error, int *length)
{
	for (uint64_t i = 1; i < bt_error_get_cause_count(error); i++) {
		const bt_error_cause *cause = bt_error_borrow_cause_by_index(error, i);
		const char *quote = strpbrk(bt_error_cause_get_message(cause), "'`");

		if (quote && quote[1] == '/') {
			*length = (int) strcspn(quote + 1, "'");
			return quote + 1;
		}
	}
	return NULL;
}

static void print_causes(const bt_error *error)
{
	for (uint64_t i = bt_error_get_cause_count(error); i-- > 0;) {
		const bt_error_cause *cause = bt_error_borrow_cause_by_index(error, i);

		fprintf(aspan_terminal_stream(), "  %s (%s:%" PRIu64 ")\n",
			bt_error_cause_get_message(cause), bt_error_cause_get_file_name(cause),
			bt_error_cause_get_line_number(cause));
	}
}

static void print_error(const char *what, const bt_error *error, bool is_verbose)
{
	const bt_error_cause *first = bt_error_borrow_cause_by_index(error, 0);
	const char *message = bt_error_cause_get_message(first);
	int file_length = 0;
	const char *file = strchr(message, '/') ? NULL : find_file(error, &file_length);

	if (is_ours(first)) {
		aspan_terminal_error("%s", message);
	} else if (!says_why(first)) {
		aspan_terminal_error("%s: it is damaged%s", what,
				     is_verbose ? "" : " (--verbose says more)");
	} else {
		aspan_terminal_error("%s: %.*s%s%.*s; it is damaged%s", what,
				     get_plain_length(message), message, file ? ", in " : "",
				     file_length, file ? file : "",
				     is_verbose ? "" : " (--verbose says more)");
	}
	if (is_verbose) {
		print_causes(error);
	}
}

void aspan_report_errors_print(const char *what, bool is_verbose)
{
	const bt_error *error = bt_current_thread_take_error();

	if (!error || bt_error_get_cause_count(error) == 0) {
		aspan_terminal_error("%s: babeltrace2 does not say why", what);
	} else {
		print_error(what, error, is_verbose);
	}
	if (error) {
		bt_error_release(error);
	}
}

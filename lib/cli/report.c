/* SPDX-License-Identifier: MIT */
/*
 * `allocspan report`: reads traces and prints what each group allocated, holds and held at most.
 *
 * The sink of our babeltrace2 plugin makes the report; here are the options, the graph's run, and what is said
 * where something fails. The graph runs in a child process (report-guard.h). The report is written at the very end
 * in one go, so a signal before leaves nothing.
 */
#include "commands.h"
#include "report-errors.h"
#include "report-graph.h"
#include "report-guard.h"
#include "report-inputs.h"
#include "report-progress.h"
#include "terminal.h"

#include "../bt2-plugin/report-sink.h"
#include "spec.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLL_US 10000
/* How many batches of messages go by between two looks at the clock. */
#define BATCHES_PER_UPDATE 256

enum colour_mode { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct options {
	const char *format;
	const char *by;
	const char *output; /* NULL: standard output */
	enum colour_mode colour;
	bool is_verbose;
	const char **bindings;
	size_t binding_count;
	char **paths; /* ends with NULL */
};

enum option_key { KEY_BY = 256, KEY_COLOUR, KEY_BIND };

static const struct argp_option option_list[] = {
	{ "format", 'f', "FORMAT", 0, "Write 'text' for people (default) or 'json' for programs",
	  0 },
	{ "by", KEY_BY, "WHAT", 0, "What a line is about: 'group' (default)", 0 },
	{ "output", 'o', "FILE", 0, "Write to FILE, which appears whole or not at all", 0 },
	{ "color", KEY_COLOUR, "WHEN", 0, "Colour text 'always', 'never' or 'auto' (default)", 0 },
	{ "bind", KEY_BIND, "SPEC", 0,
	  "Give allocations that have no group to one by events of the trace, for example "
	  "'ros2:callback_start..callback_end,by=callback'; also those that LTTng's "
	  "liblttng-ust-libc-wrapper recorded (allocspan-bind(7))",
	  0 },
	{ "verbose", 'v', NULL, 0, "After an error, print what babeltrace2 says of it", 0 },
	{ 0 },
};

static const char documentation[] =
	"Print what each group of allocations allocated, holds and held at most."
	"\vTRACE_DIR is the directory of a trace of 'allocspan record' or 'lttng', or one "
	"above it. The exit status is 0 if the report was made, 1 if something failed or "
	"a part of the trace could not be read, and 2 for wrong arguments.";

static void require_one_of(struct argp_state *state, const char *option, const char *argument,
			   const char *const *values)
{
	for (size_t i = 0; values[i]; i++) {
		if (strcmp(argument, values[i]) == 0) {
			return;
		}
	}
	argp_error(state, "--%s cannot be '%s'", option, argument);
}

static enum colour_mode parse_colour(const char *argument)
{
	return strcmp(argument, "always") == 0 ? COLOUR_ALWAYS :
	       strcmp(argument, "never") == 0  ? COLOUR_NEVER :
						 COLOUR_AUTO;
}

static void take_binding(struct argp_state *state, const char *argument)
{
	struct options *options = state->input;
	struct aspan_bind_spec spec;
	char message[512];

	if (aspan_bind_spec_parse(&spec, argument, strlen(argument), message, sizeof(message))) {
		argp_error(state, "--bind: %s", message);
	}
	options->bindings[options->binding_count++] = argument;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	static const char *const formats[] = { "text", "json", NULL };
	static const char *const subjects[] = { "group", NULL };
	static const char *const colours[] = { "auto", "always", "never", NULL };
	struct options *options = state->input;

	switch (key) {
	case 'f':
		require_one_of(state, "format", argument, formats);
		options->format = argument;
		return 0;
	case KEY_BY:
		require_one_of(state, "by", argument, subjects);
		options->by = argument;
		return 0;
	case 'o':
		if (!*argument) {
			argp_error(state, "--output needs a name");
		}
		options->output = argument;
		return 0;
	case KEY_COLOUR:
		require_one_of(state, "color", argument, colours);
		options->colour = parse_colour(argument);
		return 0;
	case KEY_BIND:
		take_binding(state, argument);
		return 0;
	case 'v':
		options->is_verbose = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->paths = state->argv + state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name the directory of a trace");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool wants_colour(const struct options *options)
{
	if (options->colour == COLOUR_AUTO) {
		return !options->output && aspan_terminal_has_colour(stdout);
	}
	return options->colour == COLOUR_ALWAYS;
}

/* The sink's parameter `bind`; none without --bind. */
static bool insert_bindings(bt_value *params, const struct options *options)
{
	bt_value *array;

	if (options->binding_count == 0) {
		return true;
	}
	if (bt_value_map_insert_empty_array_entry(params, "bind", &array)) {
		return false;
	}
	for (size_t i = 0; i < options->binding_count; i++) {
		if (bt_value_array_append_string_element(array, options->bindings[i])) {
			return false;
		}
	}
	return true;
}

static bt_value *make_sink_params(const struct options *options, bool is_cut_short)
{
	unsigned int width = options->output ? 0 : aspan_terminal_get_width(stdout);
	bt_value *params = bt_value_map_create();
	bool is_made = params &&
		       !bt_value_map_insert_string_entry(params, "format", options->format) &&
		       !bt_value_map_insert_string_entry(params, "by", options->by) &&
		       !bt_value_map_insert_bool_entry(params, "color", wants_colour(options)) &&
		       !bt_value_map_insert_unsigned_integer_entry(params, "width", width) &&
		       !bt_value_map_insert_bool_entry(params, "cut-short", is_cut_short) &&
		       insert_bindings(params, options) &&
		       (!options->output ||
			!bt_value_map_insert_string_entry(params, "output", options->output));

	if (!is_made) {
		bt_value_put_ref(params);
		return NULL;
	}
	return params;
}

/* Runs the graph to its end. 0; -EINTR after a signal; -EIO, and the reason has been printed. */
static int run_graph(const struct aspan_report_graph *graph, const struct options *options,
		     const struct aspan_report_outcome *outcome,
		     struct aspan_report_progress *progress)
{
	bt_graph_run_once_status status = BT_GRAPH_RUN_ONCE_STATUS_OK;

	for (unsigned int batch = 1; !aspan_report_guard_is_ending(); batch++) {
		status = bt_graph_run_once(graph->graph);
		if (status == BT_GRAPH_RUN_ONCE_STATUS_AGAIN) {
			usleep(POLL_US);
		} else if (status != BT_GRAPH_RUN_ONCE_STATUS_OK) {
			break;
		}
		if (batch % BATCHES_PER_UPDATE == 0) {
			aspan_report_progress_update(progress, outcome->event_count,
						     outcome->last_ns);
		}
	}
	aspan_report_progress_end(progress);
	if (status == BT_GRAPH_RUN_ONCE_STATUS_END) {
		return 0;
	}
	if (aspan_report_guard_is_ending()) {
		return -EINTR;
	}
	aspan_report_errors_print("cannot read the trace to its end", options->is_verbose);
	return -EIO;
}

static int report_with_params(const struct options *options,
			      const struct aspan_report_inputs *inputs, const bt_value *params,
			      struct aspan_report_outcome *outcome)
{
	struct aspan_report_progress progress;
	struct aspan_report_graph graph;
	int result;

	aspan_report_progress_begin(&progress);
	result = aspan_report_graph_init(&graph, inputs,
					 &(struct aspan_report_graph_options){
						 .sink_params = params,
						 .sink_outcome = outcome,
						 .wants_range = progress.is_wanted,
						 .is_verbose = options->is_verbose,
					 });
	progress.begin_ns = graph.begin_ns;
	progress.end_ns = graph.end_ns;
	if (!result) {
		result = run_graph(&graph, options, outcome, &progress);
	}
	aspan_report_graph_fini(&graph);
	return result;
}

/* People who see the table see it there; those who wrote a file would not. */
static void mention_losses(const struct options *options,
			   const struct aspan_report_outcome *outcome)
{
	bool is_seen = !options->output && strcmp(options->format, "text") == 0;

	if (outcome->is_written && outcome->discarded_events > 0 && !is_seen) {
		aspan_terminal_note("the tracer discarded %" PRIu64
				    " events: the report is not complete",
				    outcome->discarded_events);
	}
}

/* What the child process does. */
struct job {
	const struct options *options;
	const struct aspan_report_inputs *inputs;
};

static int report_inputs(void *data)
{
	const struct job *job = data;
	struct aspan_report_outcome outcome = { 0 };
	bt_value *params = make_sink_params(job->options, job->inputs->is_cut_short);
	int result;

	if (!params) {
		aspan_terminal_error("no memory for a report");
		return EXIT_FAILURE;
	}
	result = report_with_params(job->options, job->inputs, params, &outcome);
	bt_value_put_ref(params);
	mention_losses(job->options, &outcome);
	return result || job->inputs->is_cut_short ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int report(const struct options *options)
{
	struct aspan_report_inputs inputs;
	struct job job = { .options = options, .inputs = &inputs };
	int status = EXIT_FAILURE;

	aspan_report_guard_begin();
	if (aspan_report_inputs_find(&inputs, options->paths) == 0) {
		status = aspan_report_guard_run(report_inputs, &job);
	}
	aspan_report_inputs_fini(&inputs);
	aspan_report_guard_end();
	return status;
}

int aspan_cli_report(int argc, char **argv)
{
	static const struct argp parser = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "TRACE_DIR...",
		.doc = documentation,
	};
	struct options options = { .format = "text", .by = "group" };
	int status;

	argp_err_exit_status = ASPAN_CLI_EXIT_USAGE;
	/* There are fewer of them than there are arguments. */
	options.bindings = calloc((size_t) argc, sizeof(*options.bindings));
	if (!options.bindings) {
		aspan_terminal_error("no memory for a report");
		return EXIT_FAILURE;
	}
	argp_parse(&parser, argc, argv, 0, NULL, &options);
	status = report(&options);
	free(options.bindings);
	return status;
}

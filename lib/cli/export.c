/* SPDX-License-Identifier: MIT */
/*
 * `allocspan export`: writes traces in a form that other tools read.
 *
 * The graph runs in a child process (report-guard.h) and writes beside the directory that the user named; that gets its
 * name when all is there (export-output.h).
 */
#include "commands.h"
#include "export-graph.h"
#include "export-metadata.h"
#include "export-output.h"
#include "report-errors.h"
#include "report-guard.h"
#include "report-inputs.h"
#include "terminal.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLL_US 10000

enum form { FORM_NONE, FORM_CTF, FORM_LIBC };

struct options {
	enum form form;
	const char *output;
	bool is_verbose;
	char **paths; /* ends with NULL */
};

enum option_key { KEY_AS = 256 };

static const struct argp_option option_list[] = {
	{ "as", KEY_AS, "FORM", 0,
	  "'ctf': a trace whose packed events are unpacked, for any viewer; 'lttng-ust-libc': the "
	  "events of LTTng's libc wrapper, for Trace Compass's memory views",
	  0 },
	{ "output", 'o', "DIR", 0,
	  "Write into DIR, which must not exist or be empty; it appears whole or not at all", 0 },
	{ "verbose", 'v', NULL, 0, "After an error, print what babeltrace2 says of it", 0 },
	{ 0 },
};

static const char documentation[] =
	"Write traces in a form that other tools read."
	"\vTRACE_DIR is the directory of a trace of 'allocspan record' or 'lttng', or one "
	"above it. The exit status is 0 if DIR was written, 1 if something failed, and 2 for "
	"wrong arguments.";

static enum form parse_form(struct argp_state *state, const char *argument)
{
	if (strcmp(argument, "ctf") == 0) {
		return FORM_CTF;
	}
	if (strcmp(argument, "lttng-ust-libc") == 0) {
		return FORM_LIBC;
	}
	argp_error(state, "--as cannot be '%s'; it is 'ctf' or 'lttng-ust-libc'", argument);
	return FORM_NONE;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_AS:
		options->form = parse_form(state, argument);
		return 0;
	case 'o':
		if (!*argument) {
			argp_error(state, "--output needs a name");
		}
		options->output = argument;
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
	case ARGP_KEY_END:
		if (options->form == FORM_NONE) {
			argp_error(state, "say --as ctf or --as lttng-ust-libc");
		}
		if (!options->output) {
			argp_error(state, "say with -o where to write");
		}
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* babeltrace2 2.0's reader leaves its error with the thread where messages came before it; the next call would abort. */
static bool has_error(void)
{
	const bt_error *error = bt_current_thread_take_error();

	if (error) {
		bt_current_thread_move_error(error);
	}
	return error;
}

/* 0; -EINTR after a signal; -EIO, and the reason has been printed. */
static int run_graph(bt_graph *graph, const struct options *options)
{
	bt_graph_run_once_status status = BT_GRAPH_RUN_ONCE_STATUS_OK;

	while (!aspan_report_guard_is_ending()) {
		status = bt_graph_run_once(graph);
		if (has_error()) {
			break;
		}
		if (status == BT_GRAPH_RUN_ONCE_STATUS_AGAIN) {
			usleep(POLL_US);
		} else if (status != BT_GRAPH_RUN_ONCE_STATUS_OK) {
			break;
		}
	}
	if (status == BT_GRAPH_RUN_ONCE_STATUS_END && !has_error()) {
		return 0;
	}
	if (aspan_report_guard_is_ending()) {
		return -EINTR;
	}
	aspan_report_errors_print("cannot export the trace", options->is_verbose);
	return -EIO;
}

/* What the child process does. */
struct job {
	const struct options *options;
	const struct aspan_report_inputs *inputs;
	const char *directory;
};

static int write_traces(void *data)
{
	const struct job *job = data;
	bt_graph *graph;
	int result;

	if (!job->options->is_verbose) {
		aspan_terminal_claim_stderr();
	}
	result = aspan_export_graph_init(&graph, job->inputs,
					 &(struct aspan_export_graph_options){
						 .directory = job->directory,
						 .is_libc = job->options->form == FORM_LIBC,
						 .is_verbose = job->options->is_verbose,
					 });
	result = result ? result : run_graph(graph, job->options);
	if (result) {
		/*
		 * The graph stays as it is: when sink.ctf.fs 2.0 ends in the middle of a trace, it reads what has been freed.
		 * This process is over, and what it wrote is removed.
		 */
		return EXIT_FAILURE;
	}
	/* The sink writes the rest now. */
	bt_graph_put_ref(graph);
	return EXIT_SUCCESS;
}

static int complete(const struct options *options, const char *directory)
{
	size_t trace_count;

	if (options->form != FORM_LIBC) {
		return 0;
	}
	if (aspan_export_metadata_complete(directory, &trace_count)) {
		return -EIO;
	}
	if (trace_count == 0) {
		aspan_terminal_error("the trace holds no allocations of allocspan; record with "
				     "'allocspan record -- COMMAND'");
		return -ENODATA;
	}
	return 0;
}

static int export_inputs(const struct options *options, const struct aspan_report_inputs *inputs)
{
	struct aspan_export_output output;
	struct job job = { .options = options, .inputs = inputs };
	int status = EXIT_FAILURE;

	if (inputs->trace_count == 0) {
		aspan_terminal_error(
			"%s holds no events: no process of the recording entered a group; "
			"try 'allocspan record --root -- COMMAND'",
			options->paths[0]);
		return EXIT_FAILURE;
	}
	if (aspan_export_output_init(&output, options->output) == 0) {
		job.directory = output.unfinished;
		status = aspan_report_guard_run(write_traces, &job);
	}
	if (status == EXIT_SUCCESS &&
	    (complete(options, output.unfinished) || aspan_report_guard_is_ending() ||
	     aspan_export_output_commit(&output))) {
		status = EXIT_FAILURE;
	}
	aspan_export_output_fini(&output);
	return status;
}

static int export(const struct options *options)
{
	struct aspan_report_inputs inputs;
	int status = EXIT_FAILURE;

	aspan_report_guard_begin();
	if (aspan_report_inputs_find(&inputs, options->paths) == 0) {
		if (inputs.is_cut_short) {
			aspan_terminal_error("nothing was exported: only a whole trace is");
		} else {
			status = export_inputs(options, &inputs);
		}
	}
	aspan_report_inputs_fini(&inputs);
	aspan_report_guard_end();
	return status;
}

int aspan_cli_export(int argc, char **argv)
{
	static const struct argp parser = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "--as FORM -o DIR TRACE_DIR...",
		.doc = documentation,
	};
	struct options options = { .form = FORM_NONE };

	argp_err_exit_status = ASPAN_CLI_EXIT_USAGE;
	argp_parse(&parser, argc, argv, 0, NULL, &options);
	return export(&options);
}

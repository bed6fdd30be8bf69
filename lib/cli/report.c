/* SPDX-License-Identifier: MIT */
/*
 * `allocspan report`: reads traces and prints what each group allocated, holds and held at most.
 *
 * The sink of our babeltrace2 plugin makes the report; here are the graph's run, and what is said where something fails. The graph runs in a child process (report-guard.h). The report is written at the very end
 * in one go, so a signal before leaves nothing.
 */
#include "commands.h"
#include "report-errors.h"
#include "report-graph.h"
#include "report-guard.h"
#include "report-inputs.h"
#include "report-options.h"
#include "report-progress.h"
#include "terminal.h"

#include "../bt2-plugin/report-sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLL_US 10000
/* How many batches of messages go by between two looks at the clock. */
#define BATCHES_PER_UPDATE 256

/* Runs the graph to its end. 0; -EINTR after a signal; -EIO, and the reason has been printed. */
static int run_graph(const struct aspan_report_graph *graph,
		     const struct aspan_report_options *options,
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

static int report_with_params(const struct aspan_report_options *options,
			      const struct aspan_report_inputs *inputs, const bt_value *params,
			      struct aspan_report_outcome *outcome)
{
	struct aspan_report_progress progress;
	struct aspan_report_graph graph;
	int result;

	aspan_report_progress_begin(&progress);
	result = aspan_report_graph_init(
		&graph, inputs,
		&(struct aspan_report_graph_options){
			.sink_params = params,
			.sink_outcome = outcome,
			.wants_range = progress.is_wanted || options->from || options->to,
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
static void mention_losses(const struct aspan_report_options *options,
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
	const struct aspan_report_options *options;
	const struct aspan_report_inputs *inputs;
};

static int report_inputs(void *data)
{
	const struct job *job = data;
	struct aspan_report_outcome outcome = { 0 };
	bt_value *params = aspan_report_options_make_params(job->options, job->inputs);
	int result;

	if (!job->options->is_verbose) {
		aspan_terminal_claim_stderr();
	}
	if (!params) {
		aspan_terminal_error("no memory for a report");
		return EXIT_FAILURE;
	}
	result = report_with_params(job->options, job->inputs, params, &outcome);
	bt_value_put_ref(params);
	mention_losses(job->options, &outcome);
	return result || job->inputs->is_cut_short ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int report(const struct aspan_report_options *options)
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
	struct aspan_report_options options;
	int status = EXIT_FAILURE;

	if (aspan_report_options_parse(&options, argc, argv)) {
		aspan_terminal_error("no memory for a report");
	} else {
		status = report(&options);
	}
	aspan_report_options_fini(&options);
	return status;
}

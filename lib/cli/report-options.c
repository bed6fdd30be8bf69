/* SPDX-License-Identifier: MIT */
/*
 * The command line of `allocspan report`.
 *
 * Whatever can be wrong with it is found before a trace is read. The words are those of lib/analysis/questions.h, and so
 * are the messages.
 */
#include "report-options.h"

#include "commands.h"
#include "terminal.h"

#include "../bt2-plugin/report-format-list.h"
#include "spec.h"
#include "time-text.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE_BYTES 512
#define MAX_TOP 1000000

enum option_key {
	KEY_BY = 256,
	KEY_SHOW,
	KEY_SORT,
	KEY_TOP,
	KEY_FROM,
	KEY_TO,
	KEY_TEMPORARY,
	KEY_VALUE,
	KEY_COLOUR,
	KEY_BIND,
	KEY_NO_SYMBOLS
};

static const struct argp_option option_list[] = {
	{ NULL, 0, NULL, 0, "What is asked:", 1 },
	{ "by", KEY_BY, "WHAT", 0,
	  "What a line is about: group (default), tag:KEY, span, thread, process, host or callsite; or "
	  "two of them, 'tag:tenant,span'",
	  1 },
	{ "show", KEY_SHOW, "WHAT,...", 0,
	  "Show more: sizes, lifetimes, leaks, peak, handover, spans, growth, timeline, stacks or all",
	  1 },
	{ "no-symbols", KEY_NO_SYMBOLS, NULL, 0,
	  "Do not open the programs and libraries that the trace names: code is shown as a place in them",
	  1 },
	{ "from", KEY_FROM, "TIME", 0,
	  "Count from here on: since the first event (2s, 1.5ms), before the end (-5s), or a time "
	  "(12:30:05, '2026-11-23 12:30:05.25')",
	  1 },
	{ "to", KEY_TO, "TIME", 0, "Count up to here", 1 },
	{ "temporary", KEY_TEMPORARY, "DURATION", 0,
	  "Blocks that live no longer are temporary, besides those that are freed before their "
	  "thread's next allocation",
	  1 },
	{ "bind", KEY_BIND, "SPEC", 0,
	  "Give allocations that have no group to one by events of the trace, for example "
	  "'ros2:callback_start..callback_end,by=callback'; also those that LTTng's "
	  "liblttng-ust-libc-wrapper recorded (allocspan-bind(7))",
	  1 },
	{ NULL, 0, NULL, 0, "How it is shown:", 2 },
	{ "format", 'f', "FORMAT", 0,
	  "Write text for people (default), or for programs: " ASPAN_REPORT_FORMAT_WORDS, 2 },
	{ "value", KEY_VALUE, "VALUE", 0,
	  "What the stacks of folded and speedscope weigh: bytes (default), count, live, live-count or "
	  "peak",
	  2 },
	{ "sort", KEY_SORT, "KEY", 0,
	  "Order lines by peak (default), allocs, bytes, frees, live, foreign, temporary, leaked or "
	  "name",
	  2 },
	{ "top", KEY_TOP, "N", 0, "Show so many lines of each table", 2 },
	{ "output", 'o', "FILE", 0, "Write to FILE, which appears whole or not at all", 2 },
	{ "color", KEY_COLOUR, "WHEN", 0, "Colour text 'always', 'never' or 'auto' (default)", 2 },
	{ "verbose", 'v', NULL, 0, "After an error, print what babeltrace2 says of it", 2 },
	{ 0 },
};

static const char documentation[] =
	"Print what each group of allocations allocated, holds and held at most."
	"\vTRACE_DIR is the directory of a trace of 'allocspan record' or 'lttng', or one "
	"above it. The exit status is 0 if the report was made, 1 if something failed or "
	"a part of the trace could not be read, and 2 for wrong arguments.";

static const char *const formats[] = {
#define FORMAT_NAME(format, function) #format,
	ASPAN_REPORT_FORMATS(FORMAT_NAME) ASPAN_REPORT_LIVE_FORMATS(FORMAT_NAME)
#undef FORMAT_NAME
		NULL,
};

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

static void require(struct argp_state *state, int result, const char *message)
{
	if (result) {
		argp_error(state, "%s", message);
	}
}

static void take_by(struct argp_state *state, char *argument)
{
	struct aspan_report_options *options = state->input;
	char message[MESSAGE_BYTES];

	require(state,
		aspan_questions_add_breakdown(&options->questions, argument, message,
					      sizeof(message)),
		message);
	options->by[options->by_count++] = argument;
}

static void take_show(struct argp_state *state, char *argument)
{
	struct aspan_report_options *options = state->input;
	char message[MESSAGE_BYTES];

	require(state,
		aspan_questions_add_extras(&options->questions, argument, message, sizeof(message)),
		message);
	options->show[options->show_count++] = argument;
}

static void take_sort(struct argp_state *state, char *argument)
{
	struct aspan_report_options *options = state->input;
	char message[MESSAGE_BYTES];

	require(state,
		aspan_questions_set_sort(&options->questions, argument, message, sizeof(message)),
		message);
	options->sort = argument;
}

static void take_top(struct argp_state *state, const char *argument)
{
	struct aspan_report_options *options = state->input;
	char *end;
	long top = strtol(argument, &end, 10);

	if (*end || end == argument || top < 1 || top > MAX_TOP) {
		argp_error(state, "--top cannot be '%s': it is a number of lines, from 1 to %d",
			   argument, MAX_TOP);
	}
	options->top = (unsigned int) top;
}

static void take_temporary(struct argp_state *state, const char *argument)
{
	struct aspan_report_options *options = state->input;
	uint64_t ns;

	if (aspan_time_parse_duration(argument, &ns)) {
		argp_error(state,
			   "--temporary cannot be '%s': it is a duration with a unit (10us, 1.5ms)",
			   argument);
	}
	options->temporary = argument;
}

/* Which time it is depends on the trace, but whether it is one does not. */
static const char *check_time(struct argp_state *state, const char *option, const char *argument)
{
	static const struct aspan_time_range any = { .begin_ns = 1, .end_ns = 1 };
	struct aspan_time time;

	if (aspan_time_parse(argument, &any, &time)) {
		argp_error(
			state,
			"--%s cannot be '%s': it is a duration since the first event (2s, 1.5ms), "
			"one before the end (-5s), or a time (12:30:05, '2026-11-23 12:30:05.25')",
			option, argument);
	}
	return argument;
}

static void take_binding(struct argp_state *state, const char *argument)
{
	struct aspan_report_options *options = state->input;
	struct aspan_bind_spec spec;
	char message[MESSAGE_BYTES];

	if (aspan_bind_spec_parse(&spec, argument, strlen(argument), message, sizeof(message))) {
		argp_error(state, "--bind: %s", message);
	}
	options->bindings[options->binding_count++] = argument;
}

static void take_colour(struct argp_state *state, const char *argument)
{
	static const char *const colours[] = { "auto", "always", "never", NULL };
	struct aspan_report_options *options = state->input;

	require_one_of(state, "color", argument, colours);
	options->colour = strcmp(argument, "always") == 0 ? ASPAN_COLOUR_ALWAYS :
			  strcmp(argument, "never") == 0  ? ASPAN_COLOUR_NEVER :
							    ASPAN_COLOUR_AUTO;
}

static void take_output(struct argp_state *state, const char *argument)
{
	struct aspan_report_options *options = state->input;

	if (!*argument) {
		argp_error(state, "--output needs a name");
	}
	options->output = argument;
}

static error_t parse_question(int key, char *argument, struct argp_state *state)
{
	struct aspan_report_options *options = state->input;

	switch (key) {
	case KEY_BY:
		take_by(state, argument);
		return 0;
	case KEY_SHOW:
		take_show(state, argument);
		return 0;
	case KEY_FROM:
		options->from = check_time(state, "from", argument);
		return 0;
	case KEY_TO:
		options->to = check_time(state, "to", argument);
		return 0;
	case KEY_TEMPORARY:
		take_temporary(state, argument);
		return 0;
	case KEY_BIND:
		take_binding(state, argument);
		return 0;
	case KEY_NO_SYMBOLS:
		options->has_no_symbols = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Nobody can read these there, and they could drive it. */
static void refuse_terminal(struct argp_state *state)
{
	const struct aspan_report_options *options = state->input;
	bool is_for_file = strcmp(options->format, "html") == 0 ||
			   strcmp(options->format, "pprof") == 0;

	if (is_for_file && !options->output && isatty(STDOUT_FILENO)) {
		argp_error(state, "--format=%s is not for a terminal: add --output=FILE",
			   options->format);
	}
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	static const char *const values[] = {
		"bytes", "count", "live", "live-count", "peak", NULL
	};
	struct aspan_report_options *options = state->input;

	switch (key) {
	case 'f':
		require_one_of(state, "format", argument, formats);
		options->format = argument;
		return 0;
	case KEY_VALUE:
		require_one_of(state, "value", argument, values);
		options->value = argument;
		return 0;
	case KEY_SORT:
		take_sort(state, argument);
		return 0;
	case KEY_TOP:
		take_top(state, argument);
		return 0;
	case 'o':
		take_output(state, argument);
		return 0;
	case KEY_COLOUR:
		take_colour(state, argument);
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
		refuse_terminal(state);
		return 0;
	default:
		return parse_question(key, argument, state);
	}
}

int aspan_report_options_parse(struct aspan_report_options *options, int argc, char **argv)
{
	static const struct argp parser = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "TRACE_DIR...",
		.doc = documentation,
	};
	size_t count = (size_t) argc;

	*options = (struct aspan_report_options){
		.format = "text",
		/* There are fewer of each than there are arguments. */
		.by = calloc(count, sizeof(*options->by)),
		.show = calloc(count, sizeof(*options->show)),
		.bindings = calloc(count, sizeof(*options->bindings)),
	};
	if (!options->by || !options->show || !options->bindings) {
		return -ENOMEM;
	}
	argp_err_exit_status = ASPAN_CLI_EXIT_USAGE;
	argp_parse(&parser, argc, argv, 0, NULL, options);
	return 0;
}

void aspan_report_options_fini(struct aspan_report_options *options)
{
	free(options->by);
	free(options->show);
	free(options->bindings);
}

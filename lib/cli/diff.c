/* SPDX-License-Identifier: MIT */
/*
 * `allocspan diff`: what changed between two traces.
 *
 * The numbers are those of two reports, of which each is made, or was made before, for itself.
 */
#include "commands.h"
#include "diff-exact.h"
#include "diff-rows.h"
#include "diff-write.h"
#include "json-report.h"
#include "near-word.h"
#include "terminal.h"
#include "trace-numbers.h"

#include "../analysis/output-file.h"
#include "../analysis/questions.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* With --exit-code, as diff(1) does. */
#define EXIT_DIFFERENT 1
#define EXIT_TROUBLE 2

typedef int write_function(const struct aspan_diff_rows *rows,
			   const struct aspan_diff_write_options *options, FILE *stream);

struct options {
	const char *traces[2];
	size_t trace_count;
	const char *by;
	write_function *write;
	enum aspan_diff_number sort;
	const char *output; /* NULL: standard output */
	struct aspan_diff_write_options writing;
	bool wants_exit_code;
	char **passed; /* on to `allocspan report` */
	size_t passed_count;
};

enum option_key { KEY_BY = 256, KEY_SORT, KEY_TOP, KEY_ALL, KEY_EXIT_CODE, KEY_BIND };

static const struct argp_option option_list[] = {
	{ "by", KEY_BY, "WHAT", 0,
	  "What a line is about, as of 'allocspan report': group (default), tag:KEY, span, thread, "
	  "process, host, callsite, or two of them",
	  0 },
	{ "format", 'f', "FORMAT", 0, "Write 'text' (default), 'json' or 'csv'", 0 },
	{ "sort", KEY_SORT, "NUMBER", 0,
	  "Put first what changed most in 'peak' (default), 'live', 'bytes', 'allocs', 'frees', "
	  "'freed' or 'live-blocks'; or go by 'name'",
	  0 },
	{ "top", KEY_TOP, "N", 0, "Print N rows at most", 0 },
	{ "all", KEY_ALL, NULL, 0, "Print rows that did not change too", 0 },
	{ "output", 'o', "FILE", 0, "Write to FILE, which appears whole or not at all", 0 },
	{ "exit-code", KEY_EXIT_CODE, NULL, 0,
	  "Exit with 1 if something differs, 3 if that cannot be told, and 2 if something failed",
	  0 },
	{ "bind", KEY_BIND, "SPEC", 0, "As of 'allocspan report'", 0 },
	{ 0 },
};

static const char documentation[] =
	"Print what changed between two traces: allocations, bytes, what lives at the end, and the "
	"most that lived."
	"\vBEFORE and AFTER are directories of traces, or reports that 'allocspan report --format "
	"json' wrote. The exit status is 0 if the traces could be compared, whether or not they "
	"differ, 1 if something failed, and 2 for wrong arguments.";

static write_function *find_format(struct argp_state *state, const char *name)
{
	static const struct {
		const char *name;
		write_function *write;
	} formats[] = {
		{ "text", aspan_diff_write_text },
		{ "json", aspan_diff_write_json },
		{ "csv", aspan_diff_write_csv },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, name) == 0) {
			return formats[i].write;
		}
	}
	argp_error(state, "--format cannot be '%s': it is text, json or csv", name);
	return NULL;
}

static enum aspan_diff_number find_sort(struct argp_state *state, const char *word)
{
	struct aspan_near_word near = { .typed = word };

	if (strcmp(word, "name") == 0) {
		return ASPAN_DIFF_NUMBER_COUNT;
	}
	for (int i = 0; i < ASPAN_DIFF_NUMBER_COUNT; i++) {
		const char *is = aspan_diff_number_get_info((enum aspan_diff_number) i)->word;

		if (strcmp(is, word) == 0) {
			return (enum aspan_diff_number) i;
		}
		aspan_near_word_offer(&near, is);
	}
	argp_error(state, "--sort cannot be '%s'%s%s%s", word,
		   near.nearest ? "; did you mean '" : "", near.nearest ? near.nearest : "",
		   near.nearest ? "'?" : "");
	return ASPAN_DIFF_NUMBER_COUNT;
}

static const char *check_breakdown(struct argp_state *state, const char *text)
{
	struct aspan_questions questions = { 0 };
	char message[512];

	if (aspan_questions_add_breakdown(&questions, text, message, sizeof(message))) {
		argp_error(state, "%s", message);
	}
	return text;
}

static size_t parse_top(struct argp_state *state, const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (*end || end == text || number <= 0) {
		argp_error(state, "--top cannot be '%s': it is a number of rows", text);
	}
	return (size_t) number;
}

static void pass_on(struct argp_state *state, const char *option, const char *argument)
{
	struct options *options = state->input;

	if (asprintf(&options->passed[options->passed_count], "--%s=%s", option, argument) < 0) {
		argp_failure(state, EXIT_FAILURE, ENOMEM, "cannot take --%s", option);
	} else {
		options->passed_count++;
	}
}

static void take_trace(struct argp_state *state, const char *argument)
{
	struct options *options = state->input;

	if (options->trace_count == 2) {
		argp_error(state, "two traces are compared, and '%s' is a third", argument);
	}
	options->traces[options->trace_count++] = argument;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_BY:
		options->by = check_breakdown(state, argument);
		return 0;
	case 'f':
		options->write = find_format(state, argument);
		return 0;
	case KEY_SORT:
		options->sort = find_sort(state, argument);
		return 0;
	case KEY_TOP:
		options->writing.top = parse_top(state, argument);
		return 0;
	case KEY_ALL:
		options->writing.wants_same = true;
		return 0;
	case 'o':
		options->output = argument;
		return 0;
	case KEY_EXIT_CODE:
		options->wants_exit_code = true;
		return 0;
	case KEY_BIND:
		pass_on(state, "bind", argument);
		return 0;
	case ARGP_KEY_ARG:
		take_trace(state, argument);
		return 0;
	case ARGP_KEY_END:
		if (options->trace_count < 2) {
			argp_error(state, "name two traces: the one before, and the one after");
		}
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int read_side(struct options *options, struct aspan_diff_rows *rows, int side)
{
	const struct aspan_trace_numbers_options numbers = {
		.report_options = (const char **) (uintptr_t) options->passed,
		.report_option_count = options->passed_count,
		.breakdowns = &options->by,
		.breakdown_count = 1,
	};
	struct json_object *report;
	int result = aspan_trace_numbers_read(options->traces[side], &numbers, &report);

	if (result) {
		return result;
	}
	options->writing.names[side] = options->traces[side];
	options->writing.are_complete[side] = aspan_json_get_bool(report, "complete");
	result = aspan_diff_rows_add(rows, options->by, report, side);
	if (result) {
		aspan_terminal_error("cannot compare by %s what %s holds: %s", options->by,
				     options->traces[side], strerror(-result));
	}
	json_object_put(report);
	return result;
}

static int write_diff(const struct options *options, const struct aspan_diff_rows *rows)
{
	struct aspan_output_file file;
	int result = aspan_output_file_open(&file, options->output);

	if (!result) {
		result = options->write(rows, &options->writing, file.stream);
		if (result) {
			aspan_output_file_abandon(&file);
		} else {
			result = aspan_output_file_commit(&file);
		}
	}
	if (result) {
		aspan_terminal_error("cannot write %s: %s",
				     options->output ? options->output : "the comparison",
				     strerror(-result));
	}
	return result;
}

/* What is not exact decides nothing. */
static int get_status(const struct options *options, const struct aspan_diff_rows *rows)
{
	bool is_same = true;

	for (size_t i = 0; i < rows->count; i++) {
		if (aspan_diff_row_differs_surely(&rows->items[i])) {
			return EXIT_DIFFERENT;
		}
		is_same &= aspan_diff_row_is_surely_same(&rows->items[i]);
	}
	is_same &= rows->count > 0 ||
		   (options->writing.are_complete[0] && options->writing.are_complete[1]);
	if (!is_same) {
		aspan_terminal_error(
			"whether %s and %s differ cannot be told: what would decide it "
			"is not exact, as something is or may be missing; 'allocspan "
			"report' says what",
			options->traces[0], options->traces[1]);
	}
	return is_same ? EXIT_SUCCESS : ASPAN_CLI_EXIT_UNDECIDED;
}

static int diff(struct options *options)
{
	struct aspan_diff_rows rows = { 0 };
	int status = options->wants_exit_code ? EXIT_TROUBLE : EXIT_FAILURE;

	options->writing.has_colour = !options->output && aspan_terminal_has_colour(stdout);
	if (read_side(options, &rows, 0) == 0 && read_side(options, &rows, 1) == 0) {
		aspan_diff_rows_complete(&rows);
		aspan_diff_rows_sort(&rows, options->sort);
		if (write_diff(options, &rows) == 0) {
			status = options->wants_exit_code ? get_status(options, &rows) :
							    EXIT_SUCCESS;
		}
	}
	aspan_diff_rows_fini(&rows);
	return status;
}

int aspan_cli_diff(int argc, char **argv)
{
	static const struct argp parser = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "BEFORE AFTER",
		.doc = documentation,
	};
	struct options options = { .by = "group",
				   .write = aspan_diff_write_text,
				   .sort = ASPAN_DIFF_PEAK,
				   .passed = calloc((size_t) argc + 1, sizeof(*options.passed)) };
	int status;

	argp_err_exit_status = ASPAN_CLI_EXIT_USAGE;
	if (!options.passed || argp_parse(&parser, argc, argv, 0, NULL, &options) != 0 ||
	    asprintf(&options.passed[options.passed_count], "--by=%s", options.by) < 0) {
		aspan_terminal_error("no memory for a comparison");
		return EXIT_FAILURE;
	}
	options.passed_count++;
	status = diff(&options);
	for (size_t i = 0; i < options.passed_count; i++) {
		free(options.passed[i]);
	}
	free(options.passed);
	return status;
}

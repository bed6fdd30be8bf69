/* SPDX-License-Identifier: MIT */
/*
 * `allocspan check`: holds rules against the numbers of a trace, for CI.
 *
 * One pass over the trace makes all the breakdowns that the rules need. A rule that what is missing from the trace could
 * turn either way is not kept: it would say that all is well where nobody knows.
 */
#include "check-junit.h"
#include "check-rules.h"
#include "check-tell.h"
#include "check-value.h"
#include "commands.h"
#include "terminal.h"
#include "trace-numbers.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MESSAGE 640

struct options {
	const char *trace;
	struct aspan_check_rules rules;
	const char *junit; /* NULL: none */
	bool allows_missing;
	bool is_verbose;
	char **passed; /* on to `allocspan report` */
	size_t passed_count;
};

enum option_key { KEY_JUNIT = 256, KEY_ALLOW_MISSING, KEY_BIND, KEY_FROM, KEY_TO, KEY_TEMPORARY };

static const struct argp_option option_list[] = {
	{ "file", 'f', "FILE", 0, "Take rules from FILE too, one a line; '#' begins a comment", 0 },
	{ "junit", KEY_JUNIT, "FILE", 0, "Write the verdicts to FILE as JUnit XML", 0 },
	{ "allow-missing", KEY_ALLOW_MISSING, NULL, 0,
	  "Take what the trace does not have for zero, instead of for a mistake", 0 },
	{ "bind", KEY_BIND, "SPEC", 0, "As of 'allocspan report'", 0 },
	{ "from", KEY_FROM, "TIME", 0, "As of 'allocspan report'", 0 },
	{ "to", KEY_TO, "TIME", 0, "As of 'allocspan report'", 0 },
	{ "temporary", KEY_TEMPORARY, "TIME", 0, "As of 'allocspan report'", 0 },
	{ "verbose", 'v', NULL, 0, "Print the rules that are kept too", 0 },
	{ 0 },
};

static const char documentation[] =
	"Check rules on what groups, tags, spans and others allocate and hold."
	"\vTRACE is the directory of a trace, or a report that 'allocspan report --format json' "
	"wrote. A RULE is, for example, 'peak(tag:tenant=42) < 64MiB', 'leak(parser) == 0', "
	"'allocs(span:render) <= 0' or 'bytes(total) < 1GiB'; allocspan-check(1) has them all. "
	"The exit status is 0 if all rules are kept, 1 if one is not, or something failed, 3 if "
	"the trace does not tell whether one is, and 2 for wrong arguments.";

static void add_rule(struct argp_state *state, const char *text)
{
	struct options *options = state->input;
	char message[MAX_MESSAGE];

	if (aspan_check_rules_add(&options->rules, text, message, sizeof(message))) {
		argp_error(state, "'%s': %s", text, message);
	}
}

static void add_file(struct argp_state *state, const char *path)
{
	struct options *options = state->input;
	char message[MAX_MESSAGE];

	if (aspan_check_rules_add_file(&options->rules, path, message, sizeof(message))) {
		argp_error(state, "%s", message);
	}
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

static void take_argument(struct argp_state *state, const char *argument)
{
	struct options *options = state->input;

	if (options->trace) {
		add_rule(state, argument);
	} else {
		options->trace = argument;
	}
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'f':
		add_file(state, argument);
		return 0;
	case KEY_JUNIT:
		options->junit = argument;
		return 0;
	case KEY_ALLOW_MISSING:
		options->allows_missing = true;
		return 0;
	case KEY_BIND:
		pass_on(state, "bind", argument);
		return 0;
	case KEY_FROM:
		pass_on(state, "from", argument);
		return 0;
	case KEY_TO:
		pass_on(state, "to", argument);
		return 0;
	case KEY_TEMPORARY:
		pass_on(state, "temporary", argument);
		return 0;
	case 'v':
		options->is_verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		take_argument(state, argument);
		return 0;
	case ARGP_KEY_END:
		if (!options->trace) {
			argp_error(state, "name a trace, and rules");
		} else if (options->rules.count == 0) {
			argp_error(state, "there is no rule: give one, or a file of them with -f");
		}
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What the rules need, once each. Both arrays have room for all. */
static size_t collect_breakdowns(const struct options *options, const char **breakdowns)
{
	size_t count = 0;

	for (size_t i = 0; i < options->rules.count; i++) {
		const struct aspan_check_rule *rule = &options->rules.items[i];
		size_t j = 0;

		while (rule->by && j < count && strcmp(breakdowns[j], rule->by) != 0) {
			j++;
		}
		if (rule->by && j == count) {
			breakdowns[count++] = rule->by;
		}
	}
	return count;
}

static int read_with(const struct options *options, const char **breakdowns, const char **passed,
		     struct json_object **report)
{
	struct aspan_trace_numbers_options numbers = { .report_options = passed,
						       .breakdowns = breakdowns };

	numbers.breakdown_count = collect_breakdowns(options, breakdowns);
	for (size_t i = 0; i < options->passed_count; i++) {
		passed[numbers.report_option_count++] = options->passed[i];
	}
	passed[numbers.report_option_count++] = "--show=leaks,lifetimes";
	/* There is always one, so that the report does not make all that there are. */
	passed[numbers.report_option_count++] = "--by=group";
	for (size_t i = 0; i < numbers.breakdown_count; i++) {
		char *by;

		if (asprintf(&by, "--by=%s", breakdowns[i]) < 0) {
			return -ENOMEM;
		}
		passed[numbers.report_option_count++] = by;
	}
	return aspan_trace_numbers_read(options->trace, &numbers, report);
}

static int read_report(const struct options *options, struct json_object **report)
{
	size_t own = options->passed_count + 2;
	size_t room = own + options->rules.count + 1;
	const char **breakdowns = calloc(room, sizeof(*breakdowns));
	const char **passed = calloc(room, sizeof(*passed));
	int result = breakdowns && passed ? read_with(options, breakdowns, passed, report) :
					    -ENOMEM;

	for (size_t i = own; passed && passed[i]; i++) {
		free((char *) (uintptr_t) passed[i]);
	}
	free(passed);
	free(breakdowns);
	return result;
}

static int judge(const struct options *options, const struct aspan_check_rule *rule,
		 struct json_object *report, struct aspan_check_result *result)
{
	struct aspan_check_value value;
	int status = aspan_check_value_find(&value, rule, report);

	*result = (struct aspan_check_result){ .rule = rule->text };
	if (status) {
		return status;
	}
	if (value.is_unknown) {
		result->outcome = ASPAN_OUTCOME_ERROR;
		result->message = strdup("the report was made without it: make it with 'allocspan "
					 "report --format json', without --show");
	} else if (!value.is_found && !options->allows_missing) {
		result->outcome = ASPAN_OUTCOME_ERROR;
		result->message = aspan_check_tell_missing(rule, &value);
	} else if (aspan_check_value_judge(&value, rule) == ASPAN_VERDICT_BROKEN) {
		result->outcome = ASPAN_OUTCOME_BROKEN;
		result->message = aspan_check_tell_number(rule, &value);
	} else if (aspan_check_value_judge(&value, rule) == ASPAN_VERDICT_UNDECIDED) {
		result->outcome = ASPAN_OUTCOME_ERROR;
		result->is_undecided = true;
		result->message = aspan_check_tell_undecided(rule, &value);
	} else {
		result->message = aspan_check_tell_number(rule, &value);
	}
	aspan_check_value_fini(&value);
	return result->message ? 0 : -ENOMEM;
}

static void print_result(const struct options *options, const struct aspan_check_result *result)
{
	static const struct {
		const char *word;
		enum aspan_terminal_style style;
	} words[] = {
		[ASPAN_OUTCOME_KEPT] = { "kept", ASPAN_STYLE_GOOD },
		[ASPAN_OUTCOME_BROKEN] = { "broken", ASPAN_STYLE_BAD },
		[ASPAN_OUTCOME_ERROR] = { "error", ASPAN_STYLE_BAD },
	};

	if (result->outcome == ASPAN_OUTCOME_KEPT && !options->is_verbose) {
		return;
	}
	printf("%s%s%s: %s: %s\n", aspan_terminal_get_style(stdout, words[result->outcome].style),
	       words[result->outcome].word, aspan_terminal_get_style(stdout, ASPAN_STYLE_PLAIN),
	       result->rule, result->message);
}

static int check_all(const struct options *options, struct json_object *report,
		     struct aspan_check_result *results)
{
	size_t kept = 0, undecided = 0;
	int status = 0;

	for (size_t i = 0; !status && i < options->rules.count; i++) {
		status = judge(options, &options->rules.items[i], report, &results[i]);
		if (!status) {
			print_result(options, &results[i]);
			kept += results[i].outcome == ASPAN_OUTCOME_KEPT;
			undecided += results[i].is_undecided;
		}
	}
	if (status) {
		aspan_terminal_error("no memory for the verdicts");
		return EXIT_FAILURE;
	}
	printf("%zu of %zu rules are kept\n", kept, options->rules.count);
	if (options->junit && aspan_check_junit_write(options->junit, options->trace, results,
						      options->rules.count)) {
		return EXIT_FAILURE;
	}
	if (kept + undecided < options->rules.count) {
		return EXIT_FAILURE;
	}
	return undecided ? ASPAN_CLI_EXIT_UNDECIDED : EXIT_SUCCESS;
}

static int check(const struct options *options)
{
	struct aspan_check_result *results = calloc(options->rules.count, sizeof(*results));
	struct json_object *report = NULL;
	int status = EXIT_FAILURE;

	if (!results) {
		aspan_terminal_error("no memory for the verdicts");
	} else if (read_report(options, &report) == 0) {
		status = check_all(options, report, results);
	}
	for (size_t i = 0; results && i < options->rules.count; i++) {
		free(results[i].message);
	}
	free(results);
	json_object_put(report);
	return status;
}

int aspan_cli_check(int argc, char **argv)
{
	static const struct argp parser = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "TRACE [RULE]...",
		.doc = documentation,
	};
	struct options options = { .passed = calloc((size_t) argc, sizeof(*options.passed)) };
	int status;

	argp_err_exit_status = ASPAN_CLI_EXIT_USAGE;
	if (!options.passed) {
		aspan_terminal_error("no memory for a check");
		return EXIT_FAILURE;
	}
	argp_parse(&parser, argc, argv, 0, NULL, &options);
	status = check(&options);
	for (size_t i = 0; i < options.passed_count; i++) {
		free(options.passed[i]);
	}
	free(options.passed);
	aspan_check_rules_fini(&options.rules);
	return status;
}

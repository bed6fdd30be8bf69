/* SPDX-License-Identifier: MIT */
/*
 * The arguments of `allocspan record`.
 *
 * What comes after the command's name belongs to the command, with or without `--`.
 */
#include "record-options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* As in lib/core/call-stack.h. */
#define STACK_DEPTH_MAX 128

enum option_key {
	KEY_OUTPUT = 'o',
	KEY_ROOT = 0x100, /* beyond the letters: these have long names only */
	KEY_PACKED,
	KEY_CALLSITE,
	KEY_STACK,
	KEY_CONTEXT,
	KEY_FILTER,
	KEY_EVENT,
	KEY_BIND,
	KEY_NO_LEDGER,
	KEY_WAIT,
	KEY_NO_WAIT,
	KEY_BUFFERS,
};

static const struct argp_option option_list[] = {
	{ "output", KEY_OUTPUT, "DIR", 0,
	  "Write the trace into DIR, which must not exist or be empty (default: "
	  "allocspan-COMMAND-DATE-TIME)",
	  0 },
	{ "root", KEY_ROOT, NULL, 0,
	  "Give what is allocated outside of every group to the group 'root'", 0 },
	{ "packed", KEY_PACKED, NULL, 0,
	  "Record allocations many at once: at a fraction of the time and size, and nothing less in "
	  "it; 'allocspan report' reads that, and other viewers what 'allocspan export' makes of it",
	  0 },
	{ "callsite", KEY_CALLSITE, NULL, 0,
	  "Record which code allocates and frees; reports then tell function, file and line", 0 },
	{ "stack", KEY_STACK, "N", 0,
	  "Record the call stack of each allocation, too, at most N frames of it (1 to 128); implies "
	  "--callsite",
	  0 },
	{ "context", KEY_CONTEXT, "C", 0,
	  "Record this LTTng context with each event, too: pthread_id, perf:thread:cache-misses, ...",
	  0 },
	{ "filter", KEY_FILTER, "EXPR", 0,
	  "Record only the allocations and frees for which this LTTng filter holds, for example "
	  "'tags == \"*,group=parser,*\"'",
	  0 },
	{ "event", KEY_EVENT, "E", 0, "Record these LTTng-UST events, too, for example 'myapp:*'",
	  0 },
	{ "bind", KEY_BIND, "SPEC", 0,
	  "Give what is allocated between two tracepoints that the command already has to a group, "
	  "for example 'ros2:callback_start..callback_end,by=callback' (allocspan-bind(7)); "
	  "'allocspan tracepoints COMMAND' lists them",
	  0 },
	{ "no-ledger", KEY_NO_LEDGER, NULL, 0,
	  "Keep no ledgers: what a process that is killed allocated last is not known then", 0 },
	{ "wait", KEY_WAIT, NULL, 0,
	  "Record until all recorded processes have ended, also those that the command leaves in "
	  "the background (default)",
	  0 },
	{ "no-wait", KEY_NO_WAIT, NULL, 0,
	  "Record until the command has ended, and say which processes go on", 0 },
	{ "buffers", KEY_BUFFERS, "KIND", 0,
	  "Whose LTTng's buffers are: 'user' (default): all processes share large ones, which lose little, but a process that is killed "
	  "can make others' events be lost; 'process': each process has small ones of its own",
	  0 },
	{ 0 },
};

static void take_stack_depth(struct argp_state *state, const char *argument)
{
	struct aspan_record_options *options = state->input;
	char *end;
	unsigned long depth = strtoul(argument, &end, 10);

	if (*argument < '0' || *argument > '9' || *end || depth < 1 || depth > STACK_DEPTH_MAX) {
		argp_error(state, "--stack: '%s' is not a number of 1 to %d", argument,
			   STACK_DEPTH_MAX);
	}
	options->stack_depth = argument;
	options->has_callsite = true;
}

static void take_buffers(struct argp_state *state, const char *argument)
{
	struct aspan_record_options *options = state->input;

	if (strcmp(argument, "process") != 0 && strcmp(argument, "user") != 0) {
		argp_error(state, "invalid value '%s' for --buffers (expected process or user)",
			   argument);
	}
	options->has_user_buffers = strcmp(argument, "user") == 0;
}

/* What is asked of each event while it happens cannot be asked of many at once. */
static void check_packed(struct argp_state *state)
{
	const struct aspan_record_options *options = state->input;

	if (options->is_packed && options->filter) {
		argp_error(state,
			   "--filter looks at each event, and --packed has many in one; leave "
			   "one of them out");
	}
	if (options->is_packed && options->stack_depth) {
		argp_error(state, "--stack needs an event for each allocation; leave --packed out");
	}
}

static int parse_option(int key, char *argument, struct argp_state *state)
{
	struct aspan_record_options *options = state->input;

	switch (key) {
	case KEY_OUTPUT:
		options->output = argument;
		return 0;
	case KEY_ROOT:
		options->has_root = true;
		return 0;
	case KEY_PACKED:
		options->is_packed = true;
		return 0;
	case KEY_CALLSITE:
		options->has_callsite = true;
		return 0;
	case KEY_STACK:
		take_stack_depth(state, argument);
		return 0;
	case KEY_CONTEXT:
		options->contexts[options->context_count++] = argument;
		return 0;
	case KEY_FILTER:
		options->filter = argument;
		return 0;
	case KEY_EVENT:
		options->events[options->event_count++] = argument;
		return 0;
	case KEY_BIND:
		options->bindings[options->binding_count++] = argument;
		return 0;
	case KEY_NO_LEDGER:
		options->has_no_ledger = true;
		return 0;
	case KEY_WAIT:
		options->has_no_wait = false;
		return 0;
	case KEY_NO_WAIT:
		options->has_no_wait = true;
		return 0;
	case KEY_BUFFERS:
		take_buffers(state, argument);
		return 0;
	case ARGP_KEY_ARG:
		options->command = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no command to record; try: allocspan record -- PROGRAM");
		return EINVAL;
	case ARGP_KEY_END:
		check_packed(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_list,
	.parser = parse_option,
	.args_doc = "[--] COMMAND [ARGUMENT]...",
	.doc = "Run a command and record which group owns its allocations."
	       "\vThe exit status is that of the command, or 1 if nothing could be recorded, 125 if "
	       "the command returned 0 and the recording is not complete, 126 if the command cannot "
	       "be run, 127 if there is none. Ctrl-C stops the command and keeps "
	       "the trace. Afterwards type: allocspan report DIR",
};

int aspan_record_options_init(struct aspan_record_options *options, int argc, char **argv)
{
	*options = (struct aspan_record_options){ .has_user_buffers = true };
	/* There are fewer of each than there are arguments. */
	options->contexts = calloc((size_t) argc, sizeof(*options->contexts));
	options->events = calloc((size_t) argc, sizeof(*options->events));
	options->bindings = calloc((size_t) argc, sizeof(*options->bindings));
	if (!options->contexts || !options->events || !options->bindings) {
		return -ENOMEM;
	}
	return -argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, options);
}

void aspan_record_options_fini(struct aspan_record_options *options)
{
	free(options->contexts);
	free(options->events);
	free(options->bindings);
}

/* SPDX-License-Identifier: MIT */
/*
 * `allocspan tracepoints`: lists the tracepoints that a program has, and which of them could begin and end a span.
 */
#include "commands.h"
#include "locate.h"
#include "program.h"
#include "terminal.h"
#include "tracepoints-list.h"
#include "tracepoints-objects.h"
#include "tracepoints-pairs.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDENT "  "

struct options {
	const char *target;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (options->target) {
			argp_error(state, "one program or process at a time");
		}
		options->target = argument;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name a program, or the number of a process");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* A number is a process, unless there is a file of that name. */
static bool is_process(const char *target, pid_t *pid)
{
	char *end = NULL;
	long number;

	errno = 0;
	number = strtol(target, &end, 10);
	if (errno || end == target || *end || number <= 0 || access(target, F_OK) == 0) {
		return false;
	}
	*pid = (pid_t) number;
	return true;
}

static int list_process(struct aspan_tracepoint_list *list, pid_t pid)
{
	int result = aspan_tracepoints_of_process(list, pid);

	if (result == -ESRCH) {
		aspan_terminal_error("there is no process %d", (int) pid);
	} else if (result) {
		aspan_terminal_error("cannot look into process %d: %s; run it as its user or root",
				     (int) pid, strerror(-result));
	}
	return result;
}

static int list_program(struct aspan_tracepoint_list *list, const char *name)
{
	struct aspan_program program = { .path = NULL };
	char *path = NULL;
	int result = aspan_locate_program(name, &path);

	/* A library is a file that cannot be executed. */
	if (result && access(name, R_OK) == 0) {
		free(path);
		path = strdup(name);
		result = path ? 0 : -ENOMEM;
	}
	if (!result) {
		result = aspan_program_examine(&program, path);
	}
	if (!result && !program.is_elf) {
		aspan_terminal_error("%s is not a program: no ELF file", name);
		result = -ENOEXEC;
	} else if (!result) {
		result = aspan_tracepoints_of_program(list, program.path);
	} else {
		aspan_terminal_error("%s cannot be read: %s; check the name and PATH", name,
				     strerror(-result));
	}
	aspan_program_fini(&program);
	free(path);
	return result;
}

static void print(const struct aspan_tracepoint_list *list)
{
	const char *bold = aspan_terminal_get_style(stdout, ASPAN_STYLE_BOLD);
	const char *plain = aspan_terminal_get_style(stdout, ASPAN_STYLE_PLAIN);
	const char *file = "";

	for (size_t i = 0; i < list->count; i++) {
		const struct aspan_tracepoint *tracepoint = &list->items[i];

		if (strcmp(file, tracepoint->file) != 0) {
			printf("%s%s%s%s\n", i ? "\n" : "", bold, tracepoint->file, plain);
			file = tracepoint->file;
		}
		printf(INDENT "%s:%s(", tracepoint->provider, tracepoint->name);
		aspan_tracepoints_print_arguments(tracepoint->signature, stdout);
		puts(")");
	}
}

/* The heading comes only where something follows it. */
static void print_pairs(const struct aspan_tracepoint_list *list)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	if (!stream) {
		return;
	}
	if (aspan_tracepoints_print_pairs(list, INDENT "--bind '", stream) == 0) {
		fclose(stream);
		puts("\nNo two of them look like a begin and an end; name them: "
		     "allocspan record --bind 'PROVIDER:BEGIN..PROVIDER:END' -- COMMAND");
	} else {
		fclose(stream);
		printf("\nPairs that look like a begin and an end, for 'allocspan record':\n");
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			printf("%s'\n", line);
		}
	}
	free(text);
}

static int list_target(const char *target)
{
	struct aspan_tracepoint_list list = { .count = 0 };
	pid_t pid;
	int result = is_process(target, &pid) ? list_process(&list, pid) :
						list_program(&list, target);

	if (!result && list.count == 0) {
		aspan_terminal_error(
			"%s has no LTTng-UST tracepoints, and neither have its "
			"libraries; what it opens when it runs is seen in the process: "
			"allocspan tracepoints PID",
			target);
		result = -ENOENT;
	} else if (!result) {
		print(&list);
		print_pairs(&list);
	}
	aspan_tracepoint_list_fini(&list);
	return result ? EXIT_FAILURE : EXIT_SUCCESS;
}

int aspan_cli_tracepoints(int argc, char **argv)
{
	static const struct argp parser = {
		.parser = parse_option,
		.args_doc = "PROGRAM|PID",
		.doc = "List the LTTng-UST tracepoints of a program or a process, with their "
		       "arguments, and those that look like the begin and the end of something."
		       "\vBind two of them with: allocspan record --bind SPEC -- PROGRAM",
	};
	struct options options = { .target = NULL };

	argp_err_exit_status = 2;
	argp_parse(&parser, argc, argv, 0, NULL, &options);
	return list_target(options.target);
}

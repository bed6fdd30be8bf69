/* SPDX-License-Identifier: MIT */
/*
 * `allocspan salvage`: what `allocspan record` does at its end, for programs that ran with ALLOCSPAN_LEDGER under plain LTTng: takes
 * the ledgers of processes that ended to the trace, and makes a trace of what waited in them.
 */
#include "commands.h"
#include "record-gather.h"
#include "salvage-trace.h"
#include "terminal.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct options {
	const char *output;
	const char *ledgers; /* NULL: only those that the trace has */
};

static const struct argp_option option_list[] = {
	{ "output", 'o', "TRACE_DIR", 0,
	  "The directory of the trace, as of 'lttng create --output'; made if it does not exist",
	  0 },
	{ 0 },
};

static const char documentation[] =
	"Keep what processes left behind: their final counters, and the allocations that waited "
	"to be recorded."
	"\vLEDGER_DIR is what ALLOCSPAN_LEDGER was for the programs; the ledgers of those that "
	"ended are moved to TRACE_DIR/ledger, and what waited in them is written to "
	"TRACE_DIR/salvaged. Without it, the ledgers that are there are looked at again. The "
	"exit status is 0 if all was kept, 1 if something failed, and 2 for wrong arguments.";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'o':
		options->output = argument;
		return 0;
	case ARGP_KEY_ARG:
		if (options->ledgers) {
			argp_error(state, "name one LEDGER_DIR");
		}
		options->ledgers = argument;
		return 0;
	case ARGP_KEY_END:
		if (!options->output || !*options->output) {
			argp_error(state, "say with -o which trace it is of");
		}
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int fail(const char *path, int error)
{
	aspan_terminal_error("cannot open %s: %s", path, strerror(error));
	return -error;
}

static int open_directory(const char *path)
{
	int file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return file < 0 ? fail(path, errno) : file;
}

static int tell_gathered(const struct aspan_record_gather *gather)
{
	if (gather->running_count) {
		aspan_terminal_note("%zu process%s still run%s; say this again when %s ended",
				    gather->running_count, gather->running_count == 1 ? "" : "es",
				    gather->running_count == 1 ? "s" : "",
				    gather->running_count == 1 ? "it has" : "they have");
	}
	if (gather->lost_count) {
		aspan_terminal_error(
			"%zu ledgers could not be kept: %s; they are still where they were",
			gather->lost_count, strerror(-gather->error));
		return -EIO;
	}
	return 0;
}

static int gather(const char *from, int output)
{
	struct aspan_record_gather gather;
	int file = open_directory(from);
	int result;

	if (file < 0) {
		return file;
	}
	aspan_record_gather_init(&gather, file, output);
	aspan_record_gather_once(&gather);
	result = tell_gathered(&gather);
	aspan_record_gather_fini(&gather);
	close(file);
	return result;
}

static int salvage(const struct options *options)
{
	struct aspan_salvaged salvaged = { 0 };
	size_t unread_count = 0;
	int output, result;

	if (mkdir(options->output, 0770) < 0 && errno != EEXIST) {
		return fail(options->output, errno);
	}
	output = open_directory(options->output);
	if (output < 0) {
		return output;
	}
	result = options->ledgers ? gather(options->ledgers, output) : 0;
	close(output);
	if (!result) {
		result = aspan_salvage_trace_write(options->output, &salvaged);
	}
	if (!result) {
		aspan_terminal_note("salvaged %" PRIu64
				    " allocations and frees that waited in %" PRIu64 " process%s",
				    salvaged.record_count, salvaged.process_count,
				    salvaged.process_count == 1 ? "" : "es");
		result = aspan_salvage_trace_tell_unread(options->output, &unread_count);
	}
	return unread_count ? -EIO : result;
}

int aspan_cli_salvage(int argc, char **argv)
{
	static const struct argp parser = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "[LEDGER_DIR]",
		.doc = documentation,
	};
	struct options options = { .output = NULL };

	argp_err_exit_status = ASPAN_CLI_EXIT_USAGE;
	argp_parse(&parser, argc, argv, 0, NULL, &options);
	return salvage(&options) ? EXIT_FAILURE : EXIT_SUCCESS;
}

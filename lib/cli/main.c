/* SPDX-License-Identifier: MIT */
/*
 * The command `allocspan`: chooses the subcommand, and answers what none of them can.
 */
#include "commands.h"
#include "near-word.h"
#include "terminal.h"

#include <allocspan/version.h>

#include <argp.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STRINGIFY_(value) #value
#define STRINGIFY(value) STRINGIFY_(value)
#define VERSION                                                                                    \
	STRINGIFY(ALLOCSPAN_VERSION_MAJOR)                                                         \
	"." STRINGIFY(ALLOCSPAN_VERSION_MINOR) "." STRINGIFY(ALLOCSPAN_VERSION_PATCH)

/* Of argp, which must find it: so it is exported. */
__attribute__((visibility("default"))) const char *argp_program_version = "allocspan " VERSION;

static const struct subcommand {
	const char *name;
	int (*run)(int argc, char **argv);
	char *title; /* argv[0] of the subcommand; argv is not const */
	const char *summary;
} subcommands[] = {
	{ "record", aspan_cli_record, (char[]){ "allocspan record" },
	  "Run a command and record which group owns its allocations" },
	{ "report", aspan_cli_report, (char[]){ "allocspan report" },
	  "Print what each group allocated, and what it still holds" },
	{ "diff", aspan_cli_diff, (char[]){ "allocspan diff" },
	  "Print what changed between two traces" },
	{ "check", aspan_cli_check, (char[]){ "allocspan check" },
	  "Check rules on what groups allocate and hold, for CI" },
	{ "export", aspan_cli_export, (char[]){ "allocspan export" },
	  "Write traces in a form that other tools read" },
	{ "salvage", aspan_cli_salvage, (char[]){ "allocspan salvage" },
	  "Keep what processes under plain LTTng left behind" },
	{ "tracepoints", aspan_cli_tracepoints, (char[]){ "allocspan tracepoints" },
	  "List the tracepoints of a program, to bind groups to" },
	{ "doctor", aspan_cli_doctor, (char[]){ "allocspan doctor" },
	  "Check what recording needs, and say what to do" },
};

#define SUBCOMMAND_COUNT (sizeof(subcommands) / sizeof(subcommands[0]))

static void print_help(FILE *stream)
{
	fputs("Usage: allocspan COMMAND [ARGUMENT]...\n"
	      "Tell which piece of work owns the heap.\n\n",
	      stream);
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++) {
		fprintf(stream, "  %-11s  %s\n", subcommands[i].name, subcommands[i].summary);
	}
	fputs("  help         Explain a command\n\n"
	      "      --help     Print this and exit\n"
	      "      --version  Print the version and exit\n\n"
	      "Begin with: allocspan record -- PROGRAM\n",
	      stream);
}

static const struct subcommand *find_subcommand(const char *name)
{
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++) {
		if (strcmp(subcommands[i].name, name) == 0) {
			return &subcommands[i];
		}
	}
	return NULL;
}

static int complain_about(const char *name)
{
	struct aspan_near_word near = { .typed = name };

	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++) {
		aspan_near_word_offer(&near, subcommands[i].name);
	}
	if (near.nearest) {
		aspan_terminal_error("there is no command '%s'; did you mean '%s'?", name,
				     near.nearest);
	} else {
		aspan_terminal_error("there is no command '%s'; see 'allocspan --help'", name);
	}
	return ASPAN_CLI_EXIT_USAGE;
}

static int run_subcommand(const char *name, int argc, char **argv)
{
	const struct subcommand *subcommand = find_subcommand(name);

	if (!subcommand) {
		return complain_about(name);
	}
	argv[0] = subcommand->title;
	return subcommand->run(argc, argv);
}

static int help(int argc, char **argv)
{
	char *arguments[] = { NULL, (char[]){ "--help" }, NULL };

	if (argc < 3) {
		print_help(stdout);
		return EXIT_SUCCESS;
	}
	return run_subcommand(argv[2], 2, arguments);
}

/*
 * A pipe must not become one of the standard streams where these are closed. What is run gets them closed, as it should.
 */
static void reserve_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0) {
		close(fd);
	}
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	reserve_standard_streams();
	argp_err_exit_status = ASPAN_CLI_EXIT_USAGE;
	if (!word) {
		print_help(stderr);
		return ASPAN_CLI_EXIT_USAGE;
	}
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
		puts(argp_program_version);
		return EXIT_SUCCESS;
	}
	if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
	    strcmp(word, "-?") == 0) {
		return help(argc, argv);
	}
	return run_subcommand(word, argc - 1, argv + 1);
}

/* SPDX-License-Identifier: MIT */
/*
 * The subcommands of `allocspan`.
 *
 * Each is a function with the arguments of a main(): argv[0] is "allocspan NAME", so that messages and
 * usage lines name the subcommand. The result is the exit status: 0 done, 1 failed, 2 wrong usage,
 * and of `check` 3: it could not tell. Each answers --help and --version itself (argp).
 */
#ifndef ASPAN_CLI_COMMANDS_H
#define ASPAN_CLI_COMMANDS_H

/* What argp exits with when the arguments are wrong. */
#define ASPAN_CLI_EXIT_USAGE 2

/* The trace does not tell what was asked. */
#define ASPAN_CLI_EXIT_UNDECIDED 3

int aspan_cli_record(int argc, char **argv);
int aspan_cli_report(int argc, char **argv);
int aspan_cli_diff(int argc, char **argv);
int aspan_cli_check(int argc, char **argv);
int aspan_cli_export(int argc, char **argv);
int aspan_cli_salvage(int argc, char **argv);
int aspan_cli_doctor(int argc, char **argv);
int aspan_cli_tracepoints(int argc, char **argv);

#endif

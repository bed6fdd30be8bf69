/* SPDX-License-Identifier: MIT */
/*
 * The arguments that all benchmark programs take.
 *
 *	PROGRAM CASE[,CASE]... [--rounds N] [--ops N] [--warm-up N] [--pause-ms N] [--threads N] [--processor N]
 *		[--group none|entered|both] [--registered N] [--blocks N]
 */
#include "bench-internal.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench_options bench_options = {
	.rounds = 20,
	.ops = 10000,
	.warm_up_ops = 10000,
	.threads = 1,
	.processor = -1,
	.blocks = 1000000,
};

static const struct option options[] = {
	{ "rounds", required_argument, NULL, 'r' },  { "ops", required_argument, NULL, 'o' },
	{ "warm-up", required_argument, NULL, 'w' }, { "pause-ms", required_argument, NULL, 'p' },
	{ "threads", required_argument, NULL, 't' }, { "processor", required_argument, NULL, 'c' },
	{ "group", required_argument, NULL, 'g' },   { "registered", required_argument, NULL, 'm' },
	{ "blocks", required_argument, NULL, 'b' },  { 0 },
};

void bench_fail(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "bench: ");
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "\n");
	va_end(arguments);
	exit(status);
}

static uint64_t parse_number(const char *text, uint64_t most)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || number > most) {
		bench_fail(2, "not a number, or too large: %s", text);
	}
	return number;
}

static void parse_group(const char *text, struct bench_states *states)
{
	bool is_both = !strcmp(text, "both");

	states->has[BENCH_WITHOUT] = is_both || !strcmp(text, "none");
	states->has[BENCH_WITH] = is_both || !strcmp(text, "entered");
	if (!states->has[BENCH_WITHOUT] && !states->has[BENCH_WITH]) {
		bench_fail(2, "--group is none, entered or both");
	}
}

static void parse_option(int option, const char *text)
{
	switch (option) {
	case 'r':
		bench_options.rounds = parse_number(text, UINT32_MAX);
		break;
	case 'o':
		bench_options.ops = parse_number(text, UINT32_MAX);
		break;
	case 'w':
		bench_options.warm_up_ops = parse_number(text, UINT64_MAX);
		break;
	case 'p':
		bench_options.pause_ms = (unsigned int) parse_number(text, 999);
		break;
	case 't':
		bench_options.threads = (unsigned int) parse_number(text, 1024);
		break;
	case 'c':
		bench_options.processor = (int) parse_number(text, INT_MAX);
		break;
	case 'm':
		bench_options.registered = parse_number(text, UINT32_MAX);
		break;
	case 'b':
		bench_options.blocks = parse_number(text, UINT32_MAX);
		break;
	default:
		exit(2);
	}
}

char *bench_parse_options(int argc, char **argv, struct bench_states *states)
{
	int option;

	parse_group("none", states);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'g') {
			parse_group(optarg, states);
		} else {
			parse_option(option, optarg);
		}
	}
	if (optind + 1 != argc || bench_options.rounds == 0 || bench_options.ops == 0) {
		bench_fail(2,
			   "usage: PROGRAM CASE[,CASE]... [OPTION]...; see tests/bench/README.md");
	}
	return argv[optind];
}

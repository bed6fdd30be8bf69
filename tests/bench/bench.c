/* SPDX-License-Identifier: MIT */
/*
 * Runs the cases of a benchmark program; see bench.h.
 *
 *	PROGRAM CASE[,CASE]... [--rounds N] [--ops N] [--warm-up N] [--pause-ms N] [--threads N]
 *		[--group none|entered|both] [--registered N] [--blocks N]
 *
 * `both` alternates: a round without the group, a round with it. Exit status 0 done, 1 failed, 2 usage.
 */
#include "bench.h"

#include <allocspan/guard.h>
#include <allocspan/token.h>

#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_CASES 16
#define PACE_OPS 8192
#define PROBE_TURNS 4096

struct bench_options bench_options = {
	.rounds = 20,
	.ops = 10000,
	.warm_up_ops = 10000,
	.threads = 1,
	.blocks = 1000000,
};

enum group_state { WITHOUT, WITH, STATES };

static const char *const state_names[STATES] = { "none", "entered" };

/* What is measured: a case in one state, and what its rounds took. */
struct series {
	const struct bench_case *bench_case;
	enum group_state state;
	uint64_t *wall_ns;
	uint64_t *cpu_ns;
	uint64_t *probe_ns;
};

static struct series series[MAX_CASES * STATES];
static unsigned int series_count;

/* Of the round that runs; written while no other thread of the case exists. */
static enum group_state state_now;

/* The library's functions, NULL unless the group is asked for. */
static struct allocspan_token *(*token_intern)(const char *, const struct allocspan_tag *, size_t);
static struct allocspan_guard (*token_enter)(struct allocspan_token *);
static void (*guard_exit)(struct allocspan_guard *);
static struct allocspan_token *token;
static __thread struct allocspan_guard guard;

__attribute__((noreturn, format(printf, 2, 3))) static void fail(int status, const char *format,
								 ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "bench: ");
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "\n");
	va_end(arguments);
	exit(status);
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t) time.tv_sec * 1000000000 + (uint64_t) time.tv_nsec;
}

uint64_t bench_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void bench_enter(void)
{
	if (state_now == WITH) {
		guard = token_enter(token);
	}
}

void bench_exit(void)
{
	if (state_now == WITH) {
		guard_exit(&guard);
	}
}

static void pause_between(void)
{
	struct timespec time = { .tv_nsec = (long) bench_options.pause_ms * 1000000 };

	if (bench_options.pause_ms > 0) {
		nanosleep(&time, NULL);
	}
}

void bench_pace(uint64_t done)
{
	if (done % PACE_OPS == 0) {
		pause_between();
	}
}

static void *find(const char *name)
{
	void *function = dlsym(RTLD_DEFAULT, name);

	if (!function) {
		fail(1, "%s is not loaded; preload liballocspan-preload.so or leave --group out",
		     name);
	}
	return function;
}

/* A group as a service has it: what --filter would look for is in its tags. */
static void load_group(void)
{
	const struct allocspan_tag tags[] = { { "component", "parser" }, { "tenant", "42" } };

	*(void **) &token_intern = find("allocspan_token_intern");
	*(void **) &token_enter = find("allocspan_token_enter");
	*(void **) &guard_exit = find("allocspan_guard_exit");
	token = token_intern("request", tags, 2);
	if (!token) {
		fail(1, "could not register the group: %s", strerror(errno));
	}
}

void bench_run_in_group(void (*run)(uint64_t ops), bool is_entered)
{
	if (is_entered) {
		load_group();
		state_now = WITH;
	}
	bench_enter();
	run(1);
	bench_exit();
}

/* They stay registered, each with a tag of its own. */
static void register_others(void)
{
	for (uint64_t i = 0; i < bench_options.registered; i++) {
		char value[24];
		const struct allocspan_tag tag = { "tenant", value };

		*(void **) &token_intern = find("allocspan_token_intern");
		snprintf(value, sizeof value, "%llu", (unsigned long long) i);
		if (!token_intern("other", &tag, 1)) {
			fail(1, "could not register group %llu: %s", (unsigned long long) i,
			     strerror(errno));
		}
		bench_pace(i);
	}
}

static void add_series(const struct bench_case *bench_case, enum group_state state)
{
	struct series *added = &series[series_count++];

	added->bench_case = bench_case;
	added->state = state;
	added->wall_ns = calloc(bench_options.rounds, sizeof *added->wall_ns);
	added->cpu_ns = calloc(bench_options.rounds, sizeof *added->cpu_ns);
	added->probe_ns = calloc(bench_options.rounds, sizeof *added->probe_ns);
	if (!added->wall_ns || !added->cpu_ns || !added->probe_ns) {
		fail(1, "no memory for %llu rounds", (unsigned long long) bench_options.rounds);
	}
}

static const struct bench_case *find_case(const struct bench_case *cases, const char *name)
{
	const struct bench_case *found = cases;

	while (found->name && strcmp(found->name, name)) {
		found++;
	}
	if (!found->name) {
		fail(2, "no case %s in this program", name);
	}
	return found;
}

static void add_cases(const struct bench_case *cases, char *names, const char *group)
{
	bool is_both = !strcmp(group, "both");

	for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		const struct bench_case *found = find_case(cases, name);

		if (series_count + STATES > MAX_CASES * STATES) {
			fail(2, "more than %d cases", MAX_CASES);
		}
		if (is_both || !strcmp(group, "none")) {
			add_series(found, WITHOUT);
		}
		if (is_both || !strcmp(group, "entered")) {
			add_series(found, WITH);
		}
	}
	if (series_count == 0) {
		fail(2, "nothing to run");
	}
}

static uint64_t parse_number(const char *text)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-') {
		fail(2, "not a number: %s", text);
	}
	return number;
}

static const char *parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "ops", required_argument, NULL, 'o' },
		{ "warm-up", required_argument, NULL, 'w' },
		{ "pause-ms", required_argument, NULL, 'p' },
		{ "threads", required_argument, NULL, 't' },
		{ "group", required_argument, NULL, 'g' },
		{ "registered", required_argument, NULL, 'm' },
		{ "blocks", required_argument, NULL, 'b' },
		{ 0 },
	};
	const char *group = "none";
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		uint64_t number = 0;

		if (option != 'g' && option != '?') {
			number = parse_number(optarg);
		}
		switch (option) {
		case 'r':
			bench_options.rounds = number;
			break;
		case 'o':
			bench_options.ops = number;
			break;
		case 'w':
			bench_options.warm_up_ops = number;
			break;
		case 'p':
			bench_options.pause_ms = (unsigned int) number;
			break;
		case 't':
			bench_options.threads = (unsigned int) number;
			break;
		case 'm':
			bench_options.registered = number;
			break;
		case 'b':
			bench_options.blocks = number;
			break;
		case 'g':
			group = optarg;
			break;
		default:
			exit(2);
		}
	}
	return group;
}

/* Not inlined: callgrind collects what happens inside this function and nothing else. */
__attribute__((noinline)) void bench_measured(const struct bench_case *bench_case, uint64_t ops);

void bench_measured(const struct bench_case *bench_case, uint64_t ops)
{
	bench_case->run(ops);
	__asm__ volatile("" : : : "memory");
}

static void run_ops(const struct series *of, uint64_t ops)
{
	state_now = of->state;
	bench_enter();
	bench_measured(of->bench_case, ops);
	bench_exit();
}

static void warm_up(const struct series *of)
{
	uint64_t left = bench_options.warm_up_ops;

	state_now = of->state;
	if (of->bench_case->set_up && (of == series || of->bench_case != of[-1].bench_case)) {
		bench_enter();
		of->bench_case->set_up();
		bench_exit();
	}
	while (left > 0) {
		uint64_t ops = left < bench_options.ops ? left : bench_options.ops;

		run_ops(of, ops);
		pause_between();
		left -= ops;
	}
}

/*
 * A few microseconds of independent additions, as many as the processor can do at once: they take longer while something
 * else runs on the same core (the other half of a hyper-threaded one, another guest's), on which nothing else
 * here can look. The driver compares with the fastest probe of the whole run and so knows which rounds were disturbed.
 */
static uint64_t probe(void)
{
	uint64_t start_ns = bench_now_ns();
	uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6;

	for (unsigned int i = 0; i < PROBE_TURNS; i++) {
		__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
		a += i;
		b += i;
		c += i;
		d += i;
		e += i;
		f += i;
	}
	__asm__ volatile("" : : "r"(a), "r"(b), "r"(c), "r"(d), "r"(e), "r"(f));
	return bench_now_ns() - start_ns;
}

static uint64_t greater(uint64_t left, uint64_t right)
{
	return left > right ? left : right;
}

static void run_round(const struct series *of, uint64_t round)
{
	uint64_t before_ns, cpu_ns, wall_ns;

	/* The blocks that the round frees first are of its own state, and so is what is in the caches. */
	run_ops(of, bench_options.ops / 16);
	before_ns = probe();
	cpu_ns = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	wall_ns = bench_now_ns();
	run_ops(of, bench_options.ops);
	of->wall_ns[round] = bench_now_ns() - wall_ns;
	of->cpu_ns[round] = read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns;
	of->probe_ns[round] = greater(before_ns, probe());
	pause_between();
}

static void print_numbers(const char *name, const uint64_t *total_ns, uint64_t ops)
{
	printf(", \"%s\": [", name);
	for (uint64_t i = 0; i < bench_options.rounds; i++) {
		printf("%s%.3f", i > 0 ? ", " : "", (double) total_ns[i] / (double) ops);
	}
	printf("]");
}

static void print_series(const struct series *of)
{
	printf("{\"case\": \"%s\", \"group\": \"%s\", \"ops\": %llu, \"threads\": %u",
	       of->bench_case->name, state_names[of->state], (unsigned long long) bench_options.ops,
	       bench_options.threads);
	print_numbers("ns_per_op", of->wall_ns, bench_options.ops);
	print_numbers("cpu_ns_per_op", of->cpu_ns, bench_options.ops);
	print_numbers("probe_ns", of->probe_ns, 1);
	printf("}\n");
}

int bench_main(int argc, char **argv, const struct bench_case *cases)
{
	const char *group = parse_options(argc, argv);

	if (optind + 1 != argc || bench_options.rounds == 0 || bench_options.ops == 0) {
		fail(2, "usage: PROGRAM CASE[,CASE]... [OPTION]...; see tests/bench/README.md");
	}
	if (strcmp(group, "none")) {
		load_group();
	}
	register_others();
	add_cases(cases, argv[optind], group);

	for (unsigned int i = 0; i < series_count; i++) {
		warm_up(&series[i]);
	}
	for (uint64_t round = 0; round < bench_options.rounds; round++) {
		for (unsigned int i = 0; i < series_count; i++) {
			run_round(&series[i], round);
		}
	}
	for (unsigned int i = 0; i < series_count; i++) {
		print_series(&series[i]);
		if (series[i].bench_case->tear_down &&
		    (i + 1 == series_count || series[i].bench_case != series[i + 1].bench_case)) {
			series[i].bench_case->tear_down();
		}
	}
	return 0;
}

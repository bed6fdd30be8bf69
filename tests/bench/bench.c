/* SPDX-License-Identifier: MIT */
/*
 * Runs the cases of a benchmark program round by round and prints what they took; see bench.h.
 *
 * Exit status 0 done, 1 failed, 2 usage.
 */
#include "bench-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_CASES 16
#define PACE_OPS 8192

static const char *const state_names[BENCH_STATES] = { "none", "entered" };

/* What is measured: a case in one state of the group, and what its rounds took. */
struct series {
	const struct bench_case *bench_case;
	enum bench_group_state state;
	uint64_t *wall_ns;
	uint64_t *cpu_ns;
	uint64_t *probe_ns;
};

static struct series series[MAX_CASES * BENCH_STATES];
static unsigned int series_count;

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

static uint64_t *allocate_rounds(void)
{
	uint64_t *rounds = calloc(bench_options.rounds, sizeof *rounds);

	if (!rounds) {
		bench_fail(1, "no memory for %llu rounds",
			   (unsigned long long) bench_options.rounds);
	}
	return rounds;
}

static void add_series(const struct bench_case *bench_case, enum bench_group_state state)
{
	struct series *added = &series[series_count];

	if (series_count++ == MAX_CASES * BENCH_STATES) {
		bench_fail(2, "more than %d cases", MAX_CASES);
	}
	added->bench_case = bench_case;
	added->state = state;
	added->wall_ns = allocate_rounds();
	added->cpu_ns = allocate_rounds();
	added->probe_ns = allocate_rounds();
}

static const struct bench_case *find_case(const struct bench_case *cases, const char *name)
{
	const struct bench_case *found = cases;

	while (found->name && strcmp(found->name, name)) {
		found++;
	}
	if (!found->name) {
		bench_fail(2, "no case %s in this program", name);
	}
	return found;
}

static void add_cases(const struct bench_case *cases, char *names,
		      const struct bench_states *states)
{
	for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		const struct bench_case *found = find_case(cases, name);

		for (enum bench_group_state state = 0; state < BENCH_STATES; state++) {
			if (states->has[state]) {
				add_series(found, state);
			}
		}
	}
	if (series_count == 0) {
		bench_fail(2, "nothing to run");
	}
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
	bench_group_set(of->state);
	bench_enter();
	bench_measured(of->bench_case, ops);
	bench_exit();
}

static void set_up(const struct series *of)
{
	bool is_set_up = of > series && of->bench_case == of[-1].bench_case;

	if (of->bench_case->set_up && !is_set_up) {
		bench_group_set(of->state);
		bench_enter();
		of->bench_case->set_up();
		bench_exit();
	}
}

static void warm_up(const struct series *of)
{
	uint64_t left = bench_options.warm_up_ops;

	while (left > 0) {
		uint64_t ops = left < bench_options.ops ? left : bench_options.ops;

		run_ops(of, ops);
		pause_between();
		left -= ops;
	}
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
	before_ns = bench_processor_probe();
	cpu_ns = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	wall_ns = bench_now_ns();
	run_ops(of, bench_options.ops);
	of->wall_ns[round] = bench_now_ns() - wall_ns;
	of->cpu_ns[round] = read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns;
	of->probe_ns[round] = greater(before_ns, bench_processor_probe());
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
	struct bench_states states;
	char *names = bench_parse_options(argc, argv, &states);

	if (states.has[BENCH_WITH]) {
		bench_group_load();
	}
	bench_groups_register(bench_options.registered);
	add_cases(cases, names, &states);

	bench_processor_separate();
	for (unsigned int i = 0; i < series_count; i++) {
		set_up(&series[i]);
		warm_up(&series[i]);
	}
	/* A tracer may have started threads with the first event: from this thread, and so on its processor. */
	bench_processor_separate();
	for (uint64_t round = 0; round < bench_options.rounds; round++) {
		for (unsigned int i = 0; i < series_count; i++) {
			run_round(&series[i], round);
		}
	}
	for (unsigned int i = 0; i < series_count; i++) {
		print_series(&series[i]);
	}
	return 0;
}

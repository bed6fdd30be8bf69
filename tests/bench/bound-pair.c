/* SPDX-License-Identifier: MIT */
/*
 * What a bound pair of tracepoints costs while no session records: bench-bound-pair [--rounds N]
 *
 * Beside what it is made of: entering and exiting a token or a span, and LTTng's calls of a probe that does nothing. Prints
 * one JSON object a line, {"case": ..., "median_ns": ..., "min_ns": ...}, nanoseconds for a pair. The cases are taken in
 * turn, round by round, so that what disturbs the machine disturbs all of them. Nothing is judged here.
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "bound-pair-provider.h"

#include <allocspan/allocspan.h>
#include <allocspan/bind.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAIRS_A_ROUND 20000
#define KEYS 64
#define SIGNATURE "const void *, callback, const char *, tenant"

static struct allocspan_token *token;
static struct allocspan_span *span;
static const char *const tenants[] = { "north", "south", "east", "west" };

static void run_token(void)
{
	for (size_t i = 0; i < PAIRS_A_ROUND; i++) {
		struct allocspan_guard guard = allocspan_token_enter(token);

		allocspan_guard_exit(&guard);
	}
}

static void run_span(void)
{
	for (size_t i = 0; i < PAIRS_A_ROUND; i++) {
		struct allocspan_guard guard = allocspan_span_enter(span);

		allocspan_guard_exit(&guard);
	}
}

#define DEFINE_RUN(name)                                                                           \
	static void run_##name(void)                                                               \
	{                                                                                          \
		for (size_t i = 0; i < PAIRS_A_ROUND; i++) {                                       \
			const void *callback = (const void *) (i % KEYS * 64);                     \
			const char *tenant = tenants[i % 4];                                       \
                                                                                                   \
			lttng_ust_tracepoint(bound_pair, name##_begin, callback, tenant);          \
			lttng_ust_tracepoint(bound_pair, name##_end, callback, tenant);            \
		}                                                                                  \
	}

DEFINE_RUN(unbound)
DEFINE_RUN(empty)
DEFINE_RUN(one_group)
DEFINE_RUN(by_pointer)
DEFINE_RUN(by_two)
DEFINE_RUN(by_string)
DEFINE_RUN(matched)

static struct bench {
	const char *name;
	void (*run)(void);
	const char *spec; /* NULL where nothing is bound */
	double *took_ns; /* of a pair, in each round */
} benches[] = {
	{ "token enter+exit", run_token, NULL, NULL },
	{ "span enter+exit", run_span, NULL, NULL },
	{ "two tracepoints", run_unbound, NULL, NULL },
	{ "two tracepoints with an empty probe", run_empty, NULL, NULL },
	{ "bound pair", run_one_group, "bound_pair:one_group_begin..one_group_end", NULL },
	{ "bound pair by a pointer", run_by_pointer,
	  "bound_pair:by_pointer_begin..by_pointer_end,by=callback", NULL },
	{ "bound pair by a pointer and a string", run_by_two,
	  "bound_pair:by_two_begin..by_two_end,by=callback,by=tenant", NULL },
	{ "bound pair by a string", run_by_string,
	  "bound_pair:by_string_begin..by_string_end,by=tenant", NULL },
	{ "bound pair by a string, matched by a pointer", run_matched,
	  "bound_pair:matched_begin..matched_end,by=tenant,match=callback", NULL },
};

#define BENCH_COUNT (sizeof(benches) / sizeof(benches[0]))

static double now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double) time.tv_sec * 1e9 + (double) time.tv_nsec;
}

static void measure(size_t round)
{
	for (size_t i = 0; i < BENCH_COUNT; i++) {
		double start = now_ns();

		benches[i].run();
		benches[i].took_ns[round] = (now_ns() - start) / PAIRS_A_ROUND;
	}
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *) a;
	double right = *(const double *) b;

	return (left > right) - (left < right);
}

static void nothing(void *data)
{
	__asm__ volatile("" : : "r"(data));
}

/* A probe of somebody else, as ours is to LTTng. */
static int connect_empty_probe(const char *event)
{
	return lttng_ust_tracepoint_provider_register("bound_pair", event, (void (*)(void)) nothing,
						      NULL, SIGNATURE);
}

static int set_up(size_t rounds)
{
	token = allocspan_token_register("token", NULL, 0);
	span = allocspan_span_create("span");
	if (!token || !span || allocspan_span_attach(span, token) != 0 ||
	    connect_empty_probe("empty_begin") != 0 || connect_empty_probe("empty_end") != 0) {
		fprintf(stderr, "bench-bound-pair: cannot be set up\n");
		return -1;
	}
	for (size_t i = 0; i < BENCH_COUNT; i++) {
		char message[256] = "no memory";

		benches[i].took_ns = calloc(rounds, sizeof(double));
		if (!benches[i].took_ns ||
		    (benches[i].spec &&
		     !allocspan_bind(benches[i].spec, message, sizeof(message)))) {
			fprintf(stderr, "bench-bound-pair: %s\n", message);
			return -1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	size_t rounds = 400;

	if (argc == 3 && strcmp(argv[1], "--rounds") == 0) {
		rounds = strtoul(argv[2], NULL, 10);
	} else if (argc != 1) {
		rounds = 0;
	}
	if (rounds < 1) {
		fprintf(stderr, "usage: bench-bound-pair [--rounds N]\n");
		return 2;
	}
	if (set_up(rounds)) {
		return 1;
	}
	measure(0); /* The groups of all values are made. */
	for (size_t round = 0; round < rounds; round++) {
		measure(round);
	}
	for (size_t i = 0; i < BENCH_COUNT; i++) {
		qsort(benches[i].took_ns, rounds, sizeof(double), compare);
		printf("{\"case\": \"%s\", \"median_ns\": %.2f, \"min_ns\": %.2f}\n",
		       benches[i].name, benches[i].took_ns[rounds / 2], benches[i].took_ns[0]);
	}
	return 0;
}

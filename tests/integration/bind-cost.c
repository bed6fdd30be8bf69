/* SPDX-License-Identifier: MIT */
/*
 * What a bound pair of tracepoints costs while no session records: bind-cost [ROUNDS]
 *
 * Prints nanoseconds for a pair, the best of many short runs, beside what it is made of: entering and exiting a span, and LTTng's
 * calls of two probes that do nothing. The difference is what finding the group and keeping the guard takes. Nothing is
 * asserted: machines differ, and run other things.
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "bind-loop-provider.h"

#include <allocspan/allocspan.h>
#include <allocspan/bind.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUNS 400
#define KEYS 64

static unsigned long rounds = 20000;
static struct allocspan_token *token;
static struct allocspan_span *span;

static double now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double) time.tv_sec * 1e9 + (double) time.tv_nsec;
}

static double measure(void (*run)(void))
{
	double best = 1e18;

	for (int i = 0; i < RUNS; i++) {
		double start = now_ns();
		double took;

		run();
		took = (now_ns() - start) / (double) rounds;
		best = took < best ? took : best;
	}
	return best;
}

static void run_token(void)
{
	for (unsigned long i = 0; i < rounds; i++) {
		struct allocspan_guard guard = allocspan_token_enter(token);

		allocspan_guard_exit(&guard);
	}
}

static void run_span(void)
{
	for (unsigned long i = 0; i < rounds; i++) {
		struct allocspan_guard guard = allocspan_span_enter(span);

		allocspan_guard_exit(&guard);
	}
}

static void run_callbacks(void)
{
	for (unsigned long i = 0; i < rounds; i++) {
		const void *callback = (const void *) (i % KEYS * 64);

		lttng_ust_tracepoint(loop, callback_start, callback, 0);
		lttng_ust_tracepoint(loop, callback_end, callback);
	}
}

static void run_requests(void)
{
	static const char *const tenants[] = { "north", "south", "east", "west" };

	for (unsigned long i = 0; i < rounds; i++) {
		lttng_ust_tracepoint(loop, request_begin, i, tenants[i % 4]);
		lttng_ust_tracepoint(loop, request_done, i);
	}
}

static void nothing(void *data)
{
	__asm__ volatile("" : : "r"(data));
}

static double measure_empty_probes(void)
{
	void (*probe)(void) = (void (*)(void)) nothing;
	double took;

	lttng_ust_tracepoint_provider_register("loop", "callback_start", probe, NULL,
					       "const void *, callback, int, is_intra_process");
	lttng_ust_tracepoint_provider_register("loop", "callback_end", probe, NULL,
					       "const void *, callback");
	took = measure(run_callbacks);
	lttng_ust_tracepoint_provider_unregister("loop", "callback_start", probe, NULL);
	lttng_ust_tracepoint_provider_unregister("loop", "callback_end", probe, NULL);
	return took;
}

static void report(const char *what, const char *spec, void (*run)(void), double base)
{
	struct allocspan_binding *binding = allocspan_bind(spec, NULL, 0);
	double took = measure(run);

	printf("%-44s %6.1f ns  %+6.1f ns\n", what, took, took - base);
	allocspan_binding_release(binding);
}

int main(int argc, char **argv)
{
	double unbound, empty, entered;

	if (argc > 1) {
		rounds = strtoul(argv[1], NULL, 10);
	}
	token = allocspan_token_register("token", NULL, 0);
	span = allocspan_span_create("span");
	allocspan_span_attach(span, token);

	unbound = measure(run_callbacks);
	empty = measure_empty_probes();
	entered = measure(run_span);
	printf("%-44s %6.1f ns\n", "two tracepoints, not bound", unbound);
	printf("%-44s %6.1f ns\n", "two tracepoints, probes that do nothing", empty);
	printf("%-44s %6.1f ns\n", "entering and exiting a token", measure(run_token));
	printf("%-44s %6.1f ns\n", "entering and exiting a span", entered);
	printf("bound, and how much more than the sum of span and probes:\n");
	report("  one group", "loop:callback_start..callback_end", run_callbacks, empty + entered);
	report("  by a pointer", "loop:callback_start..callback_end,by=callback", run_callbacks,
	       empty + entered);
	report("  by a pointer and an integer",
	       "loop:callback_start..callback_end,by=callback,by=is_intra_process", run_callbacks,
	       empty + entered);
	report("  by a string", "loop:request_begin..request_done,by=tenant", run_requests,
	       empty + entered);
	report("  by a string, matched by an integer",
	       "loop:request_begin..request_done,by=tenant,match=request", run_requests,
	       empty + entered);
	return 0;
}

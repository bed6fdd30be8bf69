/* SPDX-License-Identifier: MIT */
/*
 * What the calls of the library cost. An operation is an enter and its exit, or a registration and its release.
 *
 * empty-loop is the loop around nothing: what is over it belongs to the call. `guard` enters the outermost token of the
 * thread, `guard-inside` one inside another; `span` has no token, `span-token` has one.
 */
#include "bench.h"

#include <allocspan/allocspan.h>

#include <stdio.h>
#include <stdlib.h>

static struct allocspan_token *token, *outer;
static struct allocspan_span *span, *span_with_token;

static void run_empty(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		bench_use(&i);
	}
}

static void run_guard(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		struct allocspan_guard guard = allocspan_token_enter(token);

		allocspan_guard_exit(&guard);
	}
}

static void run_guard_inside(uint64_t ops)
{
	struct allocspan_guard around = allocspan_token_enter(outer);

	run_guard(ops);
	allocspan_guard_exit(&around);
}

static void enter_and_exit(struct allocspan_span *entered, uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		struct allocspan_guard guard = allocspan_span_enter(entered);

		allocspan_guard_exit(&guard);
	}
}

static void run_span(uint64_t ops)
{
	enter_and_exit(span, ops);
}

static void run_span_token(uint64_t ops)
{
	enter_and_exit(span_with_token, ops);
}

static void run_register(uint64_t ops)
{
	const struct allocspan_tag tags[] = { { "component", "parser" }, { "tenant", "43" } };

	for (uint64_t i = 0; i < ops; i++) {
		allocspan_token_release(allocspan_token_register("request", tags, 2));
	}
}

/* An interned group that exists: what a service does for each request of a known tenant. */
static void run_intern(uint64_t ops)
{
	const struct allocspan_tag tags[] = { { "component", "parser" }, { "tenant", "42" } };

	for (uint64_t i = 0; i < ops; i++) {
		allocspan_token_release(allocspan_token_intern("request", tags, 2));
	}
}

static const struct bench_case cases[] = {
	{ "empty-loop", NULL, run_empty },
	{ "guard", NULL, run_guard },
	{ "guard-inside", NULL, run_guard_inside },
	{ "span", NULL, run_span },
	{ "span-token", NULL, run_span_token },
	{ "register", NULL, run_register },
	{ "intern", NULL, run_intern },
	{ 0 },
};

int main(int argc, char **argv)
{
	const struct allocspan_tag tags[] = { { "component", "parser" }, { "tenant", "42" } };

	token = allocspan_token_intern("request", tags, 2);
	outer = allocspan_token_intern("server", NULL, 0);
	span = allocspan_span_create("work");
	span_with_token = allocspan_span_create("work of a tenant");
	if (!token || !outer || !span || !span_with_token ||
	    allocspan_span_attach(span_with_token, token) < 0) {
		perror("bench-api: could not register");
		return 1;
	}
	return bench_main(argc, argv, cases);
}

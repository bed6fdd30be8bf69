/* SPDX-License-Identifier: MIT */
/*
 * The group of a measurement, found with dlsym(): a benchmark program runs as well where there is no allocspan.
 */
#include "bench-internal.h"

#include <allocspan/guard.h>
#include <allocspan/token.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* NULL unless the group is asked for. */
static struct allocspan_token *(*token_intern)(const char *, const struct allocspan_tag *, size_t);
static struct allocspan_guard (*token_enter)(struct allocspan_token *);
static void (*guard_exit)(struct allocspan_guard *);
static struct allocspan_token *token;

static enum bench_group_state state_now;
static __thread struct allocspan_guard guard;

static void *find(const char *name)
{
	void *function = dlsym(RTLD_DEFAULT, name);

	if (!function) {
		bench_fail(1,
			   "%s is not loaded; preload liballocspan-preload.so or leave --group out",
			   name);
	}
	return function;
}

static struct allocspan_token *intern(const char *name, const struct allocspan_tag *tags,
				      size_t count)
{
	struct allocspan_token *found;

	*(void **) &token_intern = find("allocspan_token_intern");
	found = token_intern(name, tags, count);
	if (!found) {
		bench_fail(1, "could not register a group: %s", strerror(errno));
	}
	return found;
}

/* As a service has it: what a filter would look for is in its tags. */
void bench_group_load(void)
{
	const struct allocspan_tag tags[] = { { "component", "parser" }, { "tenant", "42" } };

	*(void **) &token_enter = find("allocspan_token_enter");
	*(void **) &guard_exit = find("allocspan_guard_exit");
	token = intern("request", tags, 2);
}

void bench_groups_register(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		char value[24];
		const struct allocspan_tag tag = { "tenant", value };

		snprintf(value, sizeof value, "%llu", (unsigned long long) i);
		intern("other", &tag, 1);
		bench_pace(i);
	}
}

void bench_group_set(enum bench_group_state state)
{
	state_now = state;
}

void bench_enter(void)
{
	if (state_now == BENCH_WITH) {
		guard = token_enter(token);
	}
}

void bench_exit(void)
{
	if (state_now == BENCH_WITH) {
		guard_exit(&guard);
	}
}

void bench_run_in_group(void (*run)(uint64_t ops), bool is_entered)
{
	if (is_entered) {
		bench_group_load();
		bench_group_set(BENCH_WITH);
	}
	bench_enter();
	run(1);
	bench_exit();
}

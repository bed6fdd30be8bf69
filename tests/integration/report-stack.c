/* SPDX-License-Identifier: MIT */
/*
 * A tree of calls with known call stacks, for record --stack: under spans, with an inlined function, and in two libraries that
 * are loaded one after the other. Arguments are the libraries; each has a function `make` that allocates by way of another one.
 */
#include <allocspan/allocspan.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define NOINLINE __attribute__((noinline))

/* So that a call is not the last thing that a function does, and blocks are not optimised away. */
static void *volatile kept[16];
static size_t kept_count;

static void keep(void *block)
{
	kept[kept_count++] = block;
}

static NOINLINE void leaf(size_t size_bytes)
{
	keep(malloc(size_bytes)); /* leaf */
}

static inline __attribute__((always_inline)) void inlined(size_t size_bytes)
{
	keep(malloc(size_bytes)); /* inlined */
}

static NOINLINE void left(void)
{
	leaf(100);
	kept[0] = kept[0];
}

static NOINLINE void right(void)
{
	leaf(30);
	inlined(7);
	kept[0] = kept[0];
}

static NOINLINE void parse(void)
{
	struct allocspan_span *span = allocspan_span_create("parse");
	struct allocspan_guard guard = allocspan_span_enter(span);

	left();
	right();
	allocspan_guard_exit(&guard);
	allocspan_span_release(span);
}

static NOINLINE void call_library(struct allocspan_token *token, const char *path)
{
	struct allocspan_guard guard;
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *(*make)(size_t) = library ? (void *(*) (size_t)) dlsym(library, "make") : NULL;

	if (!make) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	/* What dlopen() allocates is not of the group. */
	guard = allocspan_token_enter(token);
	keep(make(1000));
	allocspan_guard_exit(&guard);
	dlclose(library);
}

int main(int argc, char **argv)
{
	struct allocspan_token *token = allocspan_token_register("tree", NULL, 0);
	struct allocspan_span *span = allocspan_span_create("request");
	struct allocspan_guard guard, inner;

	allocspan_span_attach(span, token);
	guard = allocspan_span_enter(span);
	leaf(2);
	parse();
	allocspan_guard_exit(&guard);
	for (int i = 1; i < argc; i++) {
		call_library(token, argv[i]);
	}
	inner = allocspan_token_enter(token);
	leaf(1);
	allocspan_guard_exit(&inner);
	while (kept_count > 0) {
		free(kept[--kept_count]);
	}
	allocspan_span_release(span);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Each way of asking for memory once, between tracepoints that say which: for the events of LTTng's own
 * liblttng-ust-libc-wrapper, which differ for each. Has never heard of allocspan.
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "bind-stock-provider.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

/* The compiler does not know what becomes of it. */
static void *volatile block;
static volatile size_t too_much = PTRDIFF_MAX;
static volatile size_t nothing;
static volatile size_t odd = 3;

static void use_malloc(void)
{
	block = malloc(50);
	free(block);
}

static void use_calloc(void)
{
	block = calloc(3, 100);
	free(block);
}

static void use_memalign(void)
{
	block = memalign(64, 60);
	free(block);
}

static void use_posix_memalign(void)
{
	void *made;

	if (posix_memalign(&made, 64, 70) == 0) {
		free(made);
	}
}

/* What it would have given is no block. */
static void fail_posix_memalign(void)
{
	void *made = (void *) 16;

	if (posix_memalign(&made, odd, 80) == 0) {
		abort();
	}
}

static void use_realloc(void)
{
	block = realloc(NULL, 10);
	block = realloc(block, 1000);
	free(block);
	block = NULL;
}

static void grow_by_realloc(void)
{
	for (size_t size = 10; size <= 80; size *= 2) {
		block = realloc(block, size);
	}
	free(block);
	block = NULL;
}

/* The block stays what it is. */
static void fail_realloc(void)
{
	block = malloc(20);
	if (realloc(block, too_much)) {
		abort();
	}
}

static void free_by_realloc(void)
{
	block = malloc(30);
	if (realloc(block, nothing)) {
		abort();
	}
}

static const struct {
	const char *kind;
	void (*use)(void);
} uses[] = {
	{ "malloc", use_malloc },
	{ "calloc", use_calloc },
	{ "memalign", use_memalign },
	{ "posix_memalign", use_posix_memalign },
	{ "posix_memalign fails", fail_posix_memalign },
	{ "realloc", use_realloc },
	{ "realloc grows", grow_by_realloc },
	{ "realloc fails", fail_realloc },
	{ "realloc frees", free_by_realloc },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		lttng_ust_tracepoint(stock, work_begin, uses[i].kind);
		uses[i].use();
		lttng_ust_tracepoint(stock, work_end);
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * A program that has tracepoints of its own and has never heard of allocspan: bind-loop ROUNDS [wait]
 *
 * A message loop calls callbacks between callback_start and callback_end; workers serve requests, some of which another
 * thread finishes. It counts itself what it allocates inside of each and prints that, one line a group:
 *
 *     KIND<tab>KEY<tab>LABEL<tab>ALLOCATIONS<tab>BYTES
 *
 * With `wait`, it then prints "ready", waits for a line of input, and does it all again; what it prints counts both.
 *
 * It is built without our headers and stripped.
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "bind-loop-provider.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define CALLBACK_COUNT 3
#define TENANT_COUNT 4

struct count {
	unsigned long allocations;
	unsigned long bytes;
};

/* What is allocated is used, so that the compiler keeps it. */
static void *volatile sink;

static void allocate(struct count *count, size_t size)
{
	void *block = malloc(size);

	sink = block;
	free(block);
	__atomic_fetch_add(&count->allocations, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&count->bytes, size, __ATOMIC_RELAXED);
}

static void on_scan(struct count *count)
{
	for (size_t i = 1; i <= 5; i++) {
		allocate(count, 100 * i);
	}
}

static void on_odometry(struct count *count)
{
	allocate(count, 48);
	allocate(count, 4096);
}

static void on_timer(struct count *count)
{
	char *text = malloc(10);

	count->allocations += 2;
	count->bytes += 10 + 1000;
	text = realloc(text, 1000);
	sink = text;
	free(text);
}

static struct callback {
	const char *symbol;
	void (*function)(struct count *count);
	struct count count;
} callbacks[CALLBACK_COUNT] = {
	{ .symbol = "on_scan", .function = on_scan },
	{ .symbol = "on_odometry", .function = on_odometry },
	{ .symbol = "on_timer", .function = on_timer },
};

static const char *const tenants[TENANT_COUNT] = { "north", "south", "east, west", "" };
static struct count tenant_counts[TENANT_COUNT];
static struct count phase_count;
static struct count nobody; /* outside of all */

static void run_callbacks(unsigned int rounds)
{
	for (int i = 0; i < CALLBACK_COUNT; i++) {
		lttng_ust_tracepoint(loop, callback_register, &callbacks[i], callbacks[i].symbol);
	}
	for (unsigned int round = 0; round < rounds; round++) {
		struct callback *callback = &callbacks[round % CALLBACK_COUNT];

		allocate(&nobody, 64);
		lttng_ust_tracepoint(loop, callback_start, callback, round % 2);
		callback->function(&callback->count);
		lttng_ust_tracepoint(loop, callback_end, callback);
		allocate(&nobody, 64);
	}
}

static void run_phases(unsigned int rounds)
{
	for (unsigned int round = 0; round < rounds; round++) {
		lttng_ust_tracepoint(loop, phase, "flush", 0);
		allocate(&phase_count, 300);
		lttng_ust_tracepoint(loop, phase, "flush", 1);
		allocate(&nobody, 1);
	}
}

static void *run_requests(void *argument)
{
	unsigned int rounds = *(const unsigned int *) argument;

	for (unsigned int round = 0; round < rounds; round++) {
		unsigned int tenant = round % TENANT_COUNT;

		lttng_ust_tracepoint(loop, request_begin, round, tenants[tenant]);
		allocate(&tenant_counts[tenant], 200 + tenant);
		lttng_ust_tracepoint(loop, request_done, round);
	}
	return NULL;
}

static void print(const char *kind, const void *key, const char *label, const struct count *count)
{
	printf("%s\t%p\t%s\t%lu\t%lu\n", kind, key, label, count->allocations, count->bytes);
}

static void run(unsigned int rounds)
{
	pthread_t workers[2];

	for (int i = 0; i < 2; i++) {
		pthread_create(&workers[i], NULL, run_requests, &rounds);
	}
	run_callbacks(rounds);
	run_phases(rounds);
	for (int i = 0; i < 2; i++) {
		pthread_join(workers[i], NULL);
	}
}

static void wait_for_line(void)
{
	int character;

	puts("ready");
	fflush(stdout);
	while ((character = getchar()) != EOF && character != '\n') {
	}
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 1 ? (unsigned int) strtoul(argv[1], NULL, 10) : 30;

	run(rounds);
	if (argc > 2) {
		wait_for_line();
		run(rounds);
	}
	for (int i = 0; i < CALLBACK_COUNT; i++) {
		print("callback", &callbacks[i], callbacks[i].symbol, &callbacks[i].count);
	}
	for (int i = 0; i < TENANT_COUNT; i++) {
		print("tenant", NULL, tenants[i], &tenant_counts[i]);
	}
	print("phase", NULL, "flush", &phase_count);
	return 0;
}

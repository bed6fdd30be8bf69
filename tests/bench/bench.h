/* SPDX-License-Identifier: MIT */
/*
 * What the benchmark programs share: they list their cases, bench_main() runs them.
 *
 * A program prints one JSON object a line: the case, the state of the group, and the nanoseconds an operation took in each of
 * many short rounds. Cases and group states that are asked for together are taken in turn within one process, round by
 * round, so that what disturbs the machine disturbs all of them. Nothing is judged here.
 *
 * The programs do not link liballocspan (bench-api apart): the same binary runs with no interposer at all and with
 * anybody's. The group that `--group` asks for is entered through dlsym().
 */
#ifndef ALLOCSPAN_BENCH_H
#define ALLOCSPAN_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bench_case {
	const char *name;
	/* Once, before the first round, with the group entered if the first round has it; may be NULL. */
	void (*set_up)(void);
	/* Does exactly this many operations; called again and again. */
	void (*run)(uint64_t ops);
};

struct bench_options {
	uint64_t rounds;
	uint64_t ops;
	/* Operations before the first round. */
	uint64_t warm_up_ops;
	/* Between rounds, so that a tracer's consumer empties the buffers and no event is lost. */
	unsigned int pause_ms;
	unsigned int threads;
	/* For the measuring thread alone; -1: whichever the kernel chooses. */
	int processor;
	/* Groups that exist besides the one that is entered. */
	uint64_t registered;
	/* Live blocks where a case has a choice. */
	uint64_t blocks;
};

extern struct bench_options bench_options;

/* `cases` ends with an entry without a name. Returns main()'s status. */
int bench_main(int argc, char **argv, const struct bench_case *cases);

/* For a program with a main() of its own: calls the function once, inside the group if it is wanted. */
void bench_run_in_group(void (*run)(uint64_t ops), bool is_entered);

/* For the threads of a case: enters the group on this thread if the round has it, and exits it. */
void bench_enter(void);
void bench_exit(void);

/* For set_up() that allocates much: every 8192nd call pauses as between rounds. */
void bench_pace(uint64_t done);

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t bench_now_ns(void);

/* A 64-bit xorshift: the same numbers in each run. The state must not be 0. */
static inline uint64_t bench_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return x;
}

/* The compiler must assume that somebody reads the memory at the pointer. */
static inline void bench_use(void *pointer)
{
	__asm__ volatile("" : : "r"(pointer) : "memory");
}

#ifdef __cplusplus
}
#endif

#endif

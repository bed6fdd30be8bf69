/* SPDX-License-Identifier: MIT */
/*
 * What the files of the harness share among themselves; benchmark programs include bench.h.
 */
#ifndef ALLOCSPAN_BENCH_INTERNAL_H
#define ALLOCSPAN_BENCH_INTERNAL_H

#include "bench.h"

/* Whether the group is entered while operations run. */
enum bench_group_state { BENCH_WITHOUT, BENCH_WITH, BENCH_STATES };

/* Which states `--group` asks for: none, entered, both. */
struct bench_states {
	bool has[BENCH_STATES];
};

/* Prints the reason and ends the program. */
__attribute__((noreturn, format(printf, 2, 3))) void bench_fail(int status, const char *format,
								...);

/* Fills in bench_options; gives the case names, which are argv's. Ends the program where they are wrong. */
char *bench_parse_options(int argc, char **argv, struct bench_states *states);

/* Finds the library's functions and interns the group. */
void bench_group_load(void);
/* Registers groups that stay, each with a tag of its own. */
void bench_groups_register(uint64_t count);
/* What bench_enter() and bench_exit() do from now on; while no other thread of a case runs. */
void bench_group_set(enum bench_group_state state);

/* The calling thread gets the processor of --processor for itself, all other threads of the process the others. */
void bench_processor_separate(void);
/* How long a fixed piece of work takes now, in ns. */
uint64_t bench_processor_probe(void);

#endif

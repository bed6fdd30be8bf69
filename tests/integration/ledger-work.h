/* SPDX-License-Identifier: MIT */
/*
 * What the programs under test have in common that keep an account of themselves (ledger-account.h): allocations and frees at
 * random in groups, on any thread, each of them noted before and after.
 */
#ifndef LEDGER_WORK_H
#define LEDGER_WORK_H

#include <allocspan/allocspan.h>

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ledger-account.h"

/* How all threads work. */
struct manner {
	uint32_t largest; /* bytes of a block, all but this */
	bool is_growing; /* nothing is freed */
	bool is_touching; /* blocks are written to */
};

extern struct account *account;
extern struct allocspan_token *tokens[ACCOUNT_GROUPS];
extern struct manner manner;
extern _Atomic(struct account_process *) row; /* of this process */
extern _Atomic bool is_over; /* work() returns */
extern __thread unsigned int number; /* of the thread, in the account */
extern __thread volatile sig_atomic_t is_in_call; /* the account is whole: a handler may fork */

/* Maps the account of this file, and takes the first row. */
bool begin(const char *path, uint64_t seed);

struct account_process *take_row(pid_t parent);

/* In a child: the blocks of this thread are its parent's. */
void inherit_blocks(void);

void seed_thread(uint64_t seed);
uint32_t draw(uint32_t below);
void note(struct account_sum *sum, size_t bytes);
void work(uint32_t operations);

#endif

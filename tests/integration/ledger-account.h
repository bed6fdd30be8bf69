/* SPDX-License-Identifier: MIT */
/*
 * What a program under test did, by its own account: a file that it shares with the judge (ledger-judge.c), which reads it when
 * the program is dead, and holds its ledgers against it.
 *
 * Each process that the program becomes or forks has a row, and in it a tally for each thread and group. A call is noted
 * before it begins, and when it has returned: so a ledger must say at least what is done, and at most what has begun.
 */
#ifndef LEDGER_ACCOUNT_H
#define LEDGER_ACCOUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define ACCOUNT_GROUPS 5
/* One more: of groups that come and go, of which a ledger knows in the end only what they were together. */
#define ACCOUNT_PASSING ACCOUNT_GROUPS
#define ACCOUNT_TALLIES (ACCOUNT_GROUPS + 1)
#define ACCOUNT_THREADS 9
#define ACCOUNT_PROCESSES 64

struct account_sum {
	_Atomic uint64_t count;
	_Atomic uint64_t bytes;
};

struct account_tally {
	struct account_sum allocs_begun;
	struct account_sum allocs_done;
	struct account_sum frees_begun;
	struct account_sum frees_done;
	struct account_sum inherited_frees_begun;
	struct account_sum inherited_frees_done;
};

struct account_process {
	_Atomic int32_t pid; /* 0: the row is not used */
	_Atomic int32_t parent_pid; /* of a forked one; else 0 */
	_Atomic uint64_t is_finished; /* it did all that it had to do, and ends itself */
	struct account_tally tallies[ACCOUNT_THREADS][ACCOUNT_TALLIES];
};

struct account {
	_Atomic uint64_t process_count;
	_Atomic uint64_t is_told; /* the judge has done to the program what it waited for */
	struct account_process processes[ACCOUNT_PROCESSES];
};

/* What a trial does; each has a name on the command line. */
#define ACCOUNT_TRIALS(X)                                                                          \
	X(churn)                                                                                   \
	X(fork)                                                                                    \
	X(bare_fork)                                                                               \
	X(raw_fork)                                                                                \
	X(vfork)                                                                                   \
	X(spawn)                                                                                   \
	X(fork_among_threads)                                                                      \
	X(fork_in_handler)                                                                         \
	X(thread_churn)                                                                            \
	X(group_churn)

/* The groups' names, by their number. */
static inline const char *account_group_name(unsigned int group)
{
	static const char *const names[ACCOUNT_GROUPS] = { "first", "second", "third", "fourth",
							   "fifth" };

	return names[group];
}

#endif

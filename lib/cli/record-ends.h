/* SPDX-License-Identifier: MIT */
/*
 * How the processes of a recording ended, and what they lost, by the ledgers that were gathered.
 */
#ifndef ASPAN_CLI_RECORD_ENDS_H
#define ASPAN_CLI_RECORD_ENDS_H

#include "record-gather.h"

#include "account.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A process that left a ledger. */
struct aspan_record_end {
	int32_t vpid;
	uint64_t pid_ns;
	uint64_t start_ns;
	char *exe;
	char *file; /* the ledger's name */
	bool is_silent; /* it ended and did not say so: it was killed, or it crashed */
	bool is_exact;
	uint64_t lost_count; /* allocations and frees that made no event */
};

struct aspan_record_ends {
	struct aspan_record_end *ends;
	size_t end_count;
	size_t end_capacity;
	struct aspan_account_losses sum; /* of all ledgers */
	size_t unreadable_count;
	char unreadable[512]; /* what is wrong with the first of them */
};

/* Reads all that was gathered; Ctrl-C skips the rest. */
void aspan_record_ends_read(struct aspan_record_ends *ends,
			    const struct aspan_record_gather *gather);

/* The process with this pid, in our own PID namespace, and its last program; NULL: it left no ledger. */
const struct aspan_record_end *aspan_record_ends_find(const struct aspan_record_ends *ends,
						      pid_t pid);

/*
 * Prints how those ended that did not say so, one a line and not many: the command by its status, as from waitpid(), and others
 * as far as it is known.
 */
void aspan_record_ends_tell(const struct aspan_record_ends *ends, const char *program, pid_t pid,
			    int status);

void aspan_record_ends_fini(struct aspan_record_ends *ends);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Gathers ledgers: copies them to the trace, and deletes them where the processes kept them.
 */
#ifndef ASPAN_CLI_RECORD_GATHER_H
#define ASPAN_CLI_RECORD_GATHER_H

#include <stdbool.h>
#include <stddef.h>

/* Of the trace's directory. */
#define ASPAN_GATHER_DIRECTORY "ledger"

struct aspan_record_gather {
	int from; /* where the processes keep them */
	int output; /* the trace's directory */
	int to; /* its folder for ledgers; -1: not made yet */
	size_t count; /* gathered */
	size_t lost_count; /* that could not be kept */
	int error; /* the first reason for that: negative errno */
	char **running; /* names of those that processes still write to */
	size_t running_count;
	size_t running_capacity;
};

/* Both descriptors stay the caller's. */
void aspan_record_gather_init(struct aspan_record_gather *gather, int from, int output);

/* While the command runs: takes those that no process can write to any more. */
void aspan_record_gather_ended(struct aspan_record_gather *gather);

/* Without a recording: the same, and those that stay because a process still writes to them are listed in `running`. */
void aspan_record_gather_once(struct aspan_record_gather *gather);

/* At the end: takes all. What a process still writes to is copied as it is now, and listed in `running`. */
void aspan_record_gather_all(struct aspan_record_gather *gather);

/* Calls `found` for each that a process surely still writes to, until that gives true; whether it did. */
bool aspan_record_gather_find_written(const struct aspan_record_gather *gather,
				      bool (*found)(int file, const char *name, void *data),
				      void *data);

bool aspan_record_gather_is_running(const struct aspan_record_gather *gather, const char *name);

void aspan_record_gather_fini(struct aspan_record_gather *gather);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The folder in which the processes of one recording keep their ledgers.
 *
 * Its name begins with ASPAN_LEDGER_PLACE_PREFIX, it belongs to the user and is closed to others, and it is locked
 * (flock) as long as its recording lives, whatever ends that. So the next recording of the user knows the folders of dead ones,
 * and deletes them.
 */
#ifndef ASPAN_CLI_RECORD_LEDGER_PLACE_H
#define ASPAN_CLI_RECORD_LEDGER_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#define ASPAN_LEDGER_PLACE_PREFIX "allocspan-ledger-"

struct aspan_ledger_place {
	char *path; /* NULL: there is none */
	char *hidden_path;
	int fd; /* holds the lock */
	bool is_hidden; /* it has the other name */
};

/* Makes a folder in `parent`, and deletes those there whose recording is dead. 0 or negative errno. */
int aspan_ledger_place_make(struct aspan_ledger_place *place, const char *parent);

/* Whether files there are memory. On a disk, writeback now and then stops a program that writes into a mapped page. */
bool aspan_ledger_place_is_memory(const struct aspan_ledger_place *place);

/* What its file system has free. */
uint64_t aspan_ledger_place_free_bytes(const struct aspan_ledger_place *place);

/* What the files there take. */
uint64_t aspan_ledger_place_used_bytes(const struct aspan_ledger_place *place);

/* Takes away its name, so that no process can make or grow a file in it; or gives it back. */
void aspan_ledger_place_hide(struct aspan_ledger_place *place, bool is_hidden);

/* Deletes it with what is in it. May be called in any state. */
void aspan_ledger_place_remove(struct aspan_ledger_place *place);

#endif

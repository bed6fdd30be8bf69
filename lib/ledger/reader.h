/* SPDX-License-Identifier: MIT */
/*
 * Reads the ledger of a process: of one that ended from its file, of a living one from its memory.
 *
 * Nothing in a ledger is trusted: it may be half-written, damaged, or come from an attacker. Memory and time are bounded by what
 * the file really holds. What cannot be read gives one line; what can be read in part gives counts that are lower bounds.
 *
 * Each function returns 0 and *account, which aspan_account_destroy() frees; or negative errno, and *error has a text:
 *	-ENODATA	there is no ledger, or not yet one
 *	-ENOTSUP	a ledger of another version, byte order or word size
 *	-EINVAL		not a ledger, or a damaged one
 *	-EAGAIN		a living process changed faster than it could be read
 *	another		the file or the process could not be opened or read
 */
#ifndef ASPAN_LEDGER_READER_H
#define ASPAN_LEDGER_READER_H

#include <sys/types.h>

#include "account.h"
#include "ledger-error.h"

/* A regular file; symbolic links are not followed. */
int aspan_ledger_read_file(const char *path, struct aspan_account **account,
			   struct aspan_ledger_error *error);

/* An open file, which stays open; `name` is what the error calls it. The file's position does not matter, and stays. */
int aspan_ledger_read_fd(int file, const char *name, struct aspan_account **account,
			 struct aspan_ledger_error *error);

/*
 * A living process, with the rights of a debugger; it is neither stopped nor told. Counts are of no single instant: each call
 * that ended before is counted, some that ended meanwhile are, and no block is freed that is not also allocated.
 */
int aspan_ledger_read_process(pid_t pid, struct aspan_account **account,
			      struct aspan_ledger_error *error);

/* NULL is allowed. */
void aspan_account_destroy(struct aspan_account *account);

#endif

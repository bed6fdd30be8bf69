/* SPDX-License-Identifier: MIT */
/*
 * The ledger of this process (lib/ledger/layout.h) as a whole: whose it is, where its sections are, what could not be counted, and
 * whether the process has ended. Its memory is that of ledger-memory.h, its groups are in ledger-groups.h, and the counters of threads
 * (counters.h, thread.h) are in it, too.
 *
 * Call all of it with the lock held, but for what says otherwise.
 */
#ifndef ASPAN_CORE_LEDGER_H
#define ASPAN_CORE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"
#include "trace-process.h"

/* Reads ALLOCSPAN_LEDGER. Once, at the library's start, without the lock. */
void aspan_ledger_init(void);

/* Makes the ledger, where a file is wanted: so that a death is seen whenever it comes. */
void aspan_ledger_begin(void);

/* Makes it, unless it is there; false without memory. */
bool aspan_ledger_make(void);

/* A section of it. There must be a ledger. */
struct aspan_ledger_section *aspan_ledger_section(enum aspan_ledger_section_type type);

/*
 * Call with the lock held before a thread is unlinked from the list, and again before its memory is given back: a reader that
 * follows the list meanwhile begins anew.
 */
void aspan_ledger_note_thread_leaves(void);

/* The list of threads begins here. */
void aspan_ledger_set_first_thread(const void *record);

/* What could not be counted or recorded; never NULL. Needs no lock: only for atomic additions. */
struct aspan_ledger_losses *aspan_ledger_losses(void);

/* The process ends, or goes on after all. */
void aspan_ledger_close(enum aspan_trace_end_how how);
void aspan_ledger_reopen(void);

/* In a child: the ledger was its parent's. */
void aspan_ledger_after_fork(void);

#endif

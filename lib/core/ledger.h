/* SPDX-License-Identifier: MIT */
/*
 * The ledger of this process: the structures of lib/ledger/layout.h in the memory of ledger-memory.h, as the counting side uses them.
 *
 * The counters of threads (counters.h) are in the image already; here is what makes sense of them: which group has which
 * slot, what ended threads and reclaimed groups had counted, whose process it is, and what could not be counted.
 *
 * A group gets its entry when something of it is first counted in this process; a forked child begins without any.
 *
 * Call all of it with the lock held, but for what says otherwise.
 */
#ifndef ASPAN_CORE_LEDGER_H
#define ASPAN_CORE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "counters.h"
#include "layout.h"
#include "trace-process.h"

/* Reads ALLOCSPAN_LEDGER. Once, at the library's start, without the lock. */
void aspan_ledger_init(void);

/* Makes the ledger, where a file is wanted: so that a death is seen whenever it comes. */
void aspan_ledger_begin(void);

/* Makes it, unless it is there; false without memory. */
bool aspan_ledger_make(void);

/* Whether the slot, or one of its segment, has or had an entry. */
bool aspan_ledger_has_place(uint32_t slot);

/* The entry of a slot's group; NULL if it has none. */
struct aspan_ledger_group *aspan_ledger_find_group(uint32_t slot);

/* The same, made if there is none; NULL without memory. */
struct aspan_ledger_group *aspan_ledger_make_group(uint32_t slot, uint64_t id, const char *tags);

/* Counters of a slot that threads share: of ended threads, and of those without their own. */
static inline struct aspan_counters *aspan_ledger_shared(struct aspan_ledger_group *group)
{
	return (struct aspan_counters *) &group->ended;
}

/* Adds what a thread that ended had counted for a slot to the group, and clears it. */
void aspan_ledger_bequeath(uint32_t slot, struct aspan_counters *counters);

/*
 * The group of a slot is gone: `counted` is all that it counted. `clear` zeroes the counters of all threads for the slot.
 */
void aspan_ledger_retire_group(uint32_t slot, const struct aspan_ledger_plain_counts *counted,
			       void (*clear)(uint32_t slot));

void aspan_ledger_add_plain(struct aspan_ledger_plain_counts *sum,
			    const struct aspan_ledger_plain_counts *counts);

/* What groups counted that are gone. */
void aspan_ledger_get_retired(struct aspan_ledger_plain_counts *counts);

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

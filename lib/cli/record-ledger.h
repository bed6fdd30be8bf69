/* SPDX-License-Identifier: MIT */
/*
 * The ledgers of a recording: where the processes keep them while they run, and how they come to the trace.
 */
#ifndef ASPAN_CLI_RECORD_LEDGER_H
#define ASPAN_CLI_RECORD_LEDGER_H

#include "record-gather.h"
#include "record-ledger-place.h"

#include <stdbool.h>
#include <stdint.h>

struct aspan_record_ledger {
	struct aspan_ledger_place place;
	struct aspan_record_gather gather;
	int output; /* the trace's directory */
	uint64_t cap_bytes; /* what files of the place may take */
	uint64_t next_look_ns;
	bool was_full; /* so some processes may have no ledger */
};

/* None: the programs are recorded without ledgers. End it with aspan_record_ledger_fini(). */
void aspan_record_ledger_init(struct aspan_record_ledger *ledger);

/*
 * Makes the place where processes keep them: in memory if that can be, and says so if not. Without one, programs are recorded
 * without ledgers.
 */
void aspan_record_ledger_prepare(struct aspan_record_ledger *ledger, const char *output);

/* For the environment of the command; NULL: there is no place. */
const char *aspan_record_ledger_path(const struct aspan_record_ledger *ledger);

/*
 * Now and then while the command runs: keeps the place small, and gives the time of the next look. Times are of CLOCK_MONOTONIC.
 */
uint64_t aspan_record_ledger_look(struct aspan_record_ledger *ledger, uint64_t now_ns);

/* Takes all that is there to the trace, and deletes the place. May be called in any state. */
void aspan_record_ledger_finish(struct aspan_record_ledger *ledger);

/* Deletes the place with what is in it. May be called in any state. */
void aspan_record_ledger_abandon(struct aspan_record_ledger *ledger);

void aspan_record_ledger_fini(struct aspan_record_ledger *ledger);

#endif

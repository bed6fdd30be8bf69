/* SPDX-License-Identifier: MIT */
/*
 * What the recorded processes say that they lost, or did wrong.
 */
#ifndef ASPAN_CLI_RECORD_LOSSES_H
#define ASPAN_CLI_RECORD_LOSSES_H

#include "record-count.h"
#include "record-ends.h"

#include <stdint.h>

/* How many allocations and frees made no event, by ledgers, and by `process_end` where there is no ledger. */
uint64_t aspan_record_losses_count(const struct aspan_record_counts *counts,
				   const struct aspan_record_ends *ends);

/* Prints them, one line for each kind; nothing where nothing was lost. */
void aspan_record_losses_tell(const struct aspan_record_counts *counts,
			      const struct aspan_record_ends *ends);

#endif

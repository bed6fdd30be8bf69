/* SPDX-License-Identifier: MIT */
/*
 * Processes that left a ledger and are not in the trace.
 */
#ifndef ASPAN_CLI_RECORD_MISSING_H
#define ASPAN_CLI_RECORD_MISSING_H

#include "record-count.h"
#include "record-ends.h"

/* Prints who they are in one line; nothing if there are none. */
void aspan_record_missing_tell(const struct aspan_record_counts *counts,
			       const struct aspan_record_ends *ends);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Salvage: makes a trace, beside those of a recording, of what waited in its processes when they ended.
 *
 * It is made of the ledgers that were gathered (record-gather.h), which stay: so salvage that was interrupted can be repeated, and
 * nothing is in the trace twice.
 */
#ifndef ASPAN_CLI_SALVAGE_TRACE_H
#define ASPAN_CLI_SALVAGE_TRACE_H

#include <stddef.h>
#include <stdint.h>

/* Of the recording's directory. */
#define ASPAN_SALVAGE_DIRECTORY "salvaged"

struct aspan_salvaged {
	uint64_t record_count; /* allocations and frees */
	uint64_t process_count; /* in which they waited */
};

/* Writes it for a recording, if anything waits. 0; or negative errno, and the reason has been printed. */
int aspan_salvage_trace_write(const char *recording, struct aspan_salvaged *salvaged);

/* Prints a line for each ledger of the recording that cannot be read, and counts them. 0 or -ENOMEM. */
int aspan_salvage_trace_tell_unread(const char *recording, size_t *count);

#endif

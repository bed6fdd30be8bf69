/* SPDX-License-Identifier: MIT */
/*
 * What a ledger says, once it has been read and checked: plain numbers and strings, of one process.
 */
#ifndef ASPAN_LEDGER_ACCOUNT_H
#define ASPAN_LEDGER_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_account_counts {
	uint64_t alloc_count;
	uint64_t alloc_bytes;
	uint64_t free_count; /* without those of inherited blocks */
	uint64_t free_bytes;
	uint64_t inherited_free_count; /* of blocks that the parent of a fork allocated */
	uint64_t inherited_free_bytes;
};

struct aspan_account_group {
	uint64_t id;
	const char *tags; /* `,group=name,key=value,` as in the trace */
	struct aspan_account_counts counts;
};

struct aspan_account_losses {
	uint64_t untracked_blocks; /* that should have been tracked, and could not be */
	uint64_t unrecorded_allocs; /* counted here; no event was made */
	uint64_t unrecorded_frees;
	uint64_t
		unseen_frees; /* addresses that were allocated again and whose free was not shown */
	uint64_t misuses;
	uint64_t
		uncounted; /* changes that found no place in the image: the counts are lower bounds */
	uint64_t forks; /* children that it made: each must be known from elsewhere */
};

struct aspan_account {
	/* Its identity, as in the event `process_begin`. */
	int32_t vpid;
	uint64_t pid_ns;
	uint64_t start_ns;
	uint64_t start_realtime_ns; /* CLOCK_REALTIME at start_ns */
	int32_t parent_vpid;
	uint64_t parent_start_ns;
	uint32_t begin_how; /* enum aspan_trace_begin_how */
	const char *exe;
	/* Its end. */
	bool is_closed; /* the process ended in a way that it saw */
	bool is_running; /* a copy that was made while it ran; if neither, it was killed, or runs */
	uint32_t end_how; /* enum aspan_trace_end_how; of a closed one */
	/* Its counts. */
	bool is_exact; /* every completed call is counted; else all counts are lower bounds */
	uint64_t
		thread_count; /* threads that count, and had not ended; each may have been in the middle of a call */
	bool has_deep_fork; /* inherited blocks cannot all be told from its own: live figures are not known */
	struct aspan_account_losses losses;
	struct aspan_account_group *groups; /* those that have counts, by slot */
	size_t group_count;
	struct aspan_account_counts retired; /* of groups that are not there any more, together */
	uint64_t retired_group_count;
	struct aspan_account_counts total; /* of all groups, and of the retired ones */
};

#endif

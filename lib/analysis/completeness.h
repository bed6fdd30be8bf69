/* SPDX-License-Identifier: MIT */
/*
 * Completeness: whether the trace has everything that a process did, and how that is known.
 *
 * Complete is proved, never assumed. What the process counted itself is held against the events that were read:
 *
 *	ledger       the counters that outlived it            the last word, however it ended
 *	process_end  what it said when it ended               the last word, if it could say one
 *	checkpoint   the last group_stats of its groups       up to their time; in traces of older versions, which have no
 *	                                                      process_end, all of it if nothing came after them
 *
 * They are only equal to what was read if the recording began before the process. For a process that is older, the
 * first checkpoint of each group says what was before, and else they are bounds.
 */
#ifndef ASPAN_ANALYSIS_COMPLETENESS_H
#define ASPAN_ANALYSIS_COMPLETENESS_H

#include <stdbool.h>
#include <stdint.h>

struct aspan_model;

/* X(symbol, word in reports) */
#define ASPAN_PROOFS(X)                                                                            \
	X(NONE, none)                                                                              \
	X(CHECKPOINT, checkpoint)                                                                  \
	X(PROCESS_END, process_end)                                                                \
	X(LEDGER, ledger)

enum aspan_proof_kind {
#define ASPAN_PROOF_SYMBOL(symbol, word) ASPAN_PROOF_##symbol,
	ASPAN_PROOFS(ASPAN_PROOF_SYMBOL)
#undef ASPAN_PROOF_SYMBOL
		ASPAN_PROOF_COUNT
};

#define ASPAN_MISSING_UNKNOWN UINT64_MAX

/* How many events are missing. */
struct aspan_missing {
	uint64_t least;
	uint64_t most; /* ASPAN_MISSING_UNKNOWN: any number */
};

struct aspan_proof {
	enum aspan_proof_kind kind; /* against what the events were held */
	bool is_judged; /* by aspan_model_conclude() */
	bool is_complete;
	bool is_contradicted; /* more was read than the process did: the events are of several */
	bool has_ledger_figures; /* what its groups allocated, freed and hold is said by its ledger */
	bool has_checkpoint_figures; /* the same by the last checkpoints of its groups, which add up to its last word */
	uint64_t until_ns; /* of a checkpoint: events before are complete; 0: that is not known */
	struct aspan_missing allocs, frees;
};

/* "ledger" */
const char *aspan_proof_get_word(enum aspan_proof_kind kind);

/* Judges all processes. After the last event and the last ledger, before a report is made. */
void aspan_model_conclude(struct aspan_model *model);

#endif

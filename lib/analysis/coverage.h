/* SPDX-License-Identifier: MIT */
/*
 * Coverage: from when on the trace has all that a process did, and why not earlier.
 *
 *	process 1   |load ---------------------- end|          process_begin: since it began
 *	process 2 --------|session_start ----------------      recording: it is older than that
 *	ring 0            |packet 0  |packet 1  |packet 2
 *	ring 1            :(overwritten)  |packet 86 ----      overwritten: both are covered from here on only
 *	process 2 --------|-----|  stop ... |start ------      restarted: what it did meanwhile is missing
 *
 * A stream's first packet that has a number above 0 says that earlier ones are not there: they were overwritten (a snapshot), or
 * are in files that were not read (a chunk of a rotated recording). Who had events before is *cut*: what was seen of
 * it is less than what it did, and what seems to live may have been freed. Who comes later is not.
 *
 * Equality with the last word (completeness.h) proves more: who is complete lost nothing, whatever was overwritten.
 */
#ifndef ASPAN_ANALYSIS_COVERAGE_H
#define ASPAN_ANALYSIS_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

struct aspan_model;
struct aspan_process;

/* X(symbol, word in reports), the more is missing the later */
#define ASPAN_COVERAGE_REASONS(X)                                                                  \
	X(PROCESS_BEGIN, process_begin)                                                            \
	X(RECORDING, recording)                                                                    \
	X(RESTARTED, restarted)                                                                    \
	X(OVERWRITTEN, overwritten)

enum aspan_coverage_reason {
#define ASPAN_COVERAGE_SYMBOL(symbol, word) ASPAN_COVERAGE_##symbol,
	ASPAN_COVERAGE_REASONS(ASPAN_COVERAGE_SYMBOL)
#undef ASPAN_COVERAGE_SYMBOL
};

/* What befell the events of a process, as far as they have been read. */
struct aspan_process_cuts {
	uint64_t overwritten_until_ns; /* a stream begins then; 0: none, or the process is later */
	uint64_t restarted_ns; /* the last session_start of a process that was known; 0: none */
};

struct aspan_coverage {
	uint64_t begin_ns, end_ns; /* end_ns 0: nothing tells until when it is complete */
	enum aspan_coverage_reason reason; /* why it begins there and not earlier */
};

/* "overwritten" */
const char *aspan_coverage_get_word(enum aspan_coverage_reason reason);

/* A stream of a trace begins at time_ns, and so many packets before that are not there. */
void aspan_model_note_overwritten(struct aspan_model *model, uint32_t trace, uint64_t time_ns,
				  uint64_t packets);

/* A session started, and the process had been told of before. */
void aspan_process_note_restart(struct aspan_process *process, uint64_t time_ns);

/* Whether what was seen of a process may be only a part. */
static inline bool aspan_process_cuts_are_there(const struct aspan_process_cuts *cuts)
{
	return cuts->overwritten_until_ns || cuts->restarted_ns;
}

/* After aspan_model_conclude(). */
struct aspan_coverage aspan_model_get_process_coverage(const struct aspan_model *model,
						       const struct aspan_process *process);

/* From when on the trace has all that all processes in it did. After aspan_model_conclude(). */
struct aspan_coverage aspan_model_get_coverage(const struct aspan_model *model);

/* How many packets are known to be missing before streams begin. */
uint64_t aspan_model_count_overwritten(const struct aspan_model *model);

#endif

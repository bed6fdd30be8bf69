/* SPDX-License-Identifier: MIT */
/*
 * Stacks: each place of a report as frames, from the process to the call site, and a value of it.
 *
 * This is what flame graphs and profile viewers take. A stack is: process; thread, if somebody asked for threads; spans
 * from the outermost in; the group, in brackets; the call stack from the outermost frame in, where it is known, by the names of
 * functions; the call site, where it is known. All formats of stacks get them here,
 * so they show the same.
 *
 * Invariant: the values of a group's places sum to the group's number in the report, and none is negative. An unseen place
 * can be below zero (report.h): so much is then taken from the group's other places, from the largest first.
 */
#ifndef ASPAN_ANALYSIS_REPORT_STACKS_H
#define ASPAN_ANALYSIS_REPORT_STACKS_H

#include "report.h"

#include <stddef.h>
#include <stdint.h>

/* X(symbol, word of --value, title, unit: "bytes" or "none") */
#define ASPAN_STACK_VALUES(X)                                                                      \
	X(BYTES, "bytes", "allocated bytes", "bytes")                                              \
	X(COUNT, "count", "allocations", "none")                                                   \
	X(LIVE, "live", "live bytes at the end", "bytes")                                          \
	X(LIVE_COUNT, "live-count", "live blocks at the end", "none")                              \
	X(PEAK, "peak", "live bytes at the peak", "bytes")

enum aspan_stack_value {
#define ASPAN_STACK_VALUE_SYMBOL(symbol, word, title, unit) ASPAN_STACK_##symbol,
	ASPAN_STACK_VALUES(ASPAN_STACK_VALUE_SYMBOL)
#undef ASPAN_STACK_VALUE_SYMBOL
		ASPAN_STACK_VALUE_COUNT,
};

const char *aspan_stack_value_get_word(enum aspan_stack_value value);
const char *aspan_stack_value_get_title(enum aspan_stack_value value);
const char *aspan_stack_value_get_unit(enum aspan_stack_value value);

/* The value of a word; STACK_VALUE_COUNT if it is none. */
enum aspan_stack_value aspan_stack_value_find(const char *word);

/* Asks what stacks need: spans, call sites, and the parts of the peak. */
void aspan_stacks_ask(struct aspan_questions *questions);

/* A value for each place of the report; the caller frees them. 0 or -ENOMEM. */
int aspan_stacks_get_values(const struct aspan_report *report, enum aspan_stack_value value,
			    uint64_t **values);

enum aspan_frame_kind {
	ASPAN_FRAME_PROCESS,
	ASPAN_FRAME_THREAD,
	ASPAN_FRAME_SPAN,
	ASPAN_FRAME_GROUP,
	ASPAN_FRAME_UNSEEN, /* instead of spans and a call site */
	ASPAN_FRAME_CALL, /* a function that called the next one */
	ASPAN_FRAME_CALLSITE,
};

struct aspan_frame {
	enum aspan_frame_kind kind;
	uint32_t
		index; /* in the report's array of that kind, of CALL `callsites`; of UNSEEN: NONE */
	char *name; /* for people: "server(1234)", "parse", "[parser tenant=42]", "xml_parse at xml.c:12" */
};

/* All zero is an empty one. */
struct aspan_stack {
	struct aspan_frame *frames; /* the outermost first */
	size_t frame_count, frame_capacity;
};

/* Makes the frames of a place, instead of those that are there. 0 or -ENOMEM. */
int aspan_stack_fill(struct aspan_stack *stack, const struct aspan_report *report,
		     const struct aspan_report_place *place);
void aspan_stack_fini(struct aspan_stack *stack);

#endif

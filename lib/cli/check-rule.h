/* SPDX-License-Identifier: MIT */
/*
 * A rule of `allocspan check`, and its grammar:
 *
 *	rule    = metric "(" subject ")" operator limit
 *	subject = "total" | NAME | kind ":" NAME | "tag:" KEY "=" VALUE
 *	kind    = "group" | "span" | "span-only" | "thread" | "process" | "host" | "callsite"
 *	operator= "<" | "<=" | "==" | "!=" | ">=" | ">"
 *	limit   = number [unit]
 *
 * A NAME alone is all groups of this name. Names and values may be put in double quotes, in which `"` and `\` have a
 * backslash before them. Spaces are allowed between words. Bytes have the units B, KiB, MiB, GiB, TiB, kB, MB, GB and TB;
 * numbers of blocks have none, or k, M and G.
 */
#ifndef ASPAN_CLI_CHECK_RULE_H
#define ASPAN_CLI_CHECK_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a number that is not certain may be wrong. */
enum aspan_check_bound {
	ASPAN_BOUND_COUNT, /* what events tell happened: at least so much */
	ASPAN_BOUND_STATE, /* what follows from all events: anything, but at least so much where only the begin is missing */
	ASPAN_BOUND_GUESS, /* anything */
};

/* X(symbol, word, member of the report, is it bytes, does it add up over spans in spans, bound) */
#define ASPAN_CHECK_METRICS(X)                                                                     \
	X(ALLOCS, "allocs", "alloc_count", false, true, COUNT)                                     \
	X(BYTES, "bytes", "alloc_bytes", true, true, COUNT)                                        \
	X(FREES, "frees", "free_count", false, true, COUNT)                                        \
	X(FREED_BYTES, "freed_bytes", "free_bytes", true, true, COUNT)                             \
	X(LIVE, "live", "live_bytes", true, true, STATE)                                           \
	X(LIVE_BLOCKS, "live_blocks", "live_count", false, true, STATE)                            \
	X(PEAK, "peak", "peak_live_bytes", true, false, STATE)                                     \
	X(LEAK, "leak", "never_freed_bytes", true, true, STATE)                                    \
	X(LEAK_BLOCKS, "leak_blocks", "never_freed_count", false, true, STATE)                     \
	X(TEMPORARY, "temporary", "temporary_count", false, false, GUESS)                          \
	X(TEMPORARY_BYTES, "temporary_bytes", "temporary_bytes", true, false, GUESS)               \
	X(FREES_ELSEWHERE, "frees_elsewhere", "foreign_free_count", false, false, COUNT)           \
	X(BYTES_ELSEWHERE, "bytes_elsewhere", "foreign_free_bytes", true, false, COUNT)            \
	X(FREES_OTHER_THREAD, "frees_other_thread", "other_thread_free_count", false, false, COUNT)

enum aspan_check_metric {
#define ASPAN_CHECK_METRIC(symbol, word, member, is_bytes, adds_up, bound) ASPAN_METRIC_##symbol,
	ASPAN_CHECK_METRICS(ASPAN_CHECK_METRIC)
#undef ASPAN_CHECK_METRIC
		ASPAN_METRIC_COUNT,
};

struct aspan_check_metric_info {
	const char *word, *member;
	bool is_bytes, adds_up;
	enum aspan_check_bound bound;
};

const struct aspan_check_metric_info *aspan_check_metric_get_info(enum aspan_check_metric metric);

/* X(symbol, word before the colon, --by of its rows; "" where that depends) */
#define ASPAN_CHECK_SUBJECTS(X)                                                                    \
	X(TOTAL, "total", "")                                                                      \
	X(NAME, "name", "tag:group")                                                               \
	X(GROUP, "group", "group")                                                                 \
	X(TAG, "tag", "")                                                                          \
	X(SPAN, "span", "span")                                                                    \
	X(SPAN_ONLY, "span-only", "span")                                                          \
	X(THREAD, "thread", "thread")                                                              \
	X(PROCESS, "process", "process")                                                           \
	X(HOST, "host", "host")                                                                    \
	X(CALLSITE, "callsite", "callsite")

enum aspan_check_subject {
#define ASPAN_CHECK_SUBJECT(symbol, word, by) ASPAN_SUBJECT_##symbol,
	ASPAN_CHECK_SUBJECTS(ASPAN_CHECK_SUBJECT)
#undef ASPAN_CHECK_SUBJECT
		ASPAN_SUBJECT_COUNT,
};

/* What people call it: "group", "span". */
const char *aspan_check_subject_get_word(enum aspan_check_subject subject);

/* X(symbol, text); the longer of two that begin alike comes first. */
#define ASPAN_CHECK_OPERATORS(X)                                                                   \
	X(AT_MOST, "<=")                                                                           \
	X(BELOW, "<")                                                                              \
	X(IS, "==")                                                                                \
	X(IS_NOT, "!=")                                                                            \
	X(AT_LEAST, ">=")                                                                          \
	X(ABOVE, ">")

enum aspan_check_operator {
#define ASPAN_CHECK_OPERATOR(symbol, text) ASPAN_OPERATOR_##symbol,
	ASPAN_CHECK_OPERATORS(ASPAN_CHECK_OPERATOR)
#undef ASPAN_CHECK_OPERATOR
		ASPAN_OPERATOR_COUNT,
};

struct aspan_check_rule {
	char *text; /* as it was written, without spaces around it */
	enum aspan_check_metric metric;
	enum aspan_check_subject subject;
	char *key; /* of TAG */
	char *name; /* NULL: TOTAL */
	char *by; /* the breakdown that has its row; NULL: TOTAL */
	enum aspan_check_operator comparison;
	uint64_t limit;
};

/*
 * Parses a rule; aspan_check_rule_fini() frees it. 0; -ENOMEM; or -EINVAL, and *message says in one line what is wrong
 * and what may have been meant.
 */
int aspan_check_rule_parse(struct aspan_check_rule *rule, const char *text, char *message,
			   size_t message_bytes);

/* All zero is allowed, and what it leaves. */
void aspan_check_rule_fini(struct aspan_check_rule *rule);

#endif

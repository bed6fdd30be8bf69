/* SPDX-License-Identifier: MIT */
/*
 * What a report shall answer: chosen before the first event, so that what nobody asks for costs nothing.
 *
 * A breakdown tells a thing apart by one or two dimensions: `tag:tenant,span` has a row for each pair of a tenant and a
 * span that met. Extras are answers that cost something for each event. All zero asks for the groups alone.
 */
#ifndef ASPAN_ANALYSIS_QUESTIONS_H
#define ASPAN_ANALYSIS_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(symbol, word of --by, title of its column) */
#define ASPAN_DIMENSIONS(X)                                                                        \
	X(GROUP, group, "GROUP")                                                                   \
	X(TAG, tag, "TAG")                                                                         \
	X(SPAN, span, "SPAN")                                                                      \
	X(THREAD, thread, "THREAD")                                                                \
	X(PROCESS, process, "PROCESS")                                                             \
	X(HOST, host, "HOST")                                                                      \
	X(CALLSITE, callsite, "CALL SITE")

enum aspan_dimension {
#define ASPAN_DIMENSION_SYMBOL(symbol, word, title) ASPAN_BY_##symbol,
	ASPAN_DIMENSIONS(ASPAN_DIMENSION_SYMBOL)
#undef ASPAN_DIMENSION_SYMBOL
		ASPAN_DIMENSION_COUNT,
};

/* X(symbol, word of --show) */
#define ASPAN_EXTRAS(X)                                                                            \
	X(RATES, rates)                                                                            \
	X(SIZES, sizes)                                                                            \
	X(LIFETIMES, lifetimes)                                                                    \
	X(LEAKS, leaks)                                                                            \
	X(PEAK, peak)                                                                              \
	X(HANDOVER, handover)                                                                      \
	X(SPANS, spans)                                                                            \
	X(GROWTH, growth)                                                                          \
	X(TIMELINE, timeline)                                                                      \
	X(STACKS, stacks)

enum aspan_extra {
#define ASPAN_EXTRA_SYMBOL(symbol, word) ASPAN_SHOW_##symbol,
	ASPAN_EXTRAS(ASPAN_EXTRA_SYMBOL)
#undef ASPAN_EXTRA_SYMBOL
		ASPAN_EXTRA_COUNT,
};

/* X(symbol, word of --sort) */
#define ASPAN_SORTS(X)                                                                             \
	X(PEAK, peak)                                                                              \
	X(ALLOCS, allocs)                                                                          \
	X(BYTES, bytes)                                                                            \
	X(FREES, frees)                                                                            \
	X(LIVE, live)                                                                              \
	X(FOREIGN, foreign)                                                                        \
	X(TEMPORARY, temporary)                                                                    \
	X(LEAKED, leaked)                                                                          \
	X(NAME, name)

enum aspan_sort {
#define ASPAN_SORT_SYMBOL(symbol, word) ASPAN_SORT_##symbol,
	ASPAN_SORTS(ASPAN_SORT_SYMBOL)
#undef ASPAN_SORT_SYMBOL
		ASPAN_SORT_COUNT,
};

/* What a row can be about at once, and how many breakdowns one pass can make. */
#define ASPAN_BREAKDOWN_KEYS_MAX 2
#define ASPAN_BREAKDOWNS_MAX 32
/* Breakdowns by tag keys that nobody named; of a trace with more keys, the first that come. */
#define ASPAN_FOUND_TAG_KEYS_MAX 12
#define ASPAN_TAG_KEY_BYTES 64

struct aspan_breakdown_key {
	enum aspan_dimension dimension;
	char tag_key[ASPAN_TAG_KEY_BYTES]; /* of TAG; "group" is the group's name */
};

struct aspan_breakdown_question {
	struct aspan_breakdown_key keys[ASPAN_BREAKDOWN_KEYS_MAX];
	size_t key_count; /* 0: everything in one row */
};

struct aspan_questions {
	struct aspan_breakdown_question breakdowns[ASPAN_BREAKDOWNS_MAX];
	size_t breakdown_count;
	bool wants_found_tags; /* a breakdown for each tag key of the trace, too */
	unsigned int extras; /* bits: 1 << enum aspan_extra */
	/* A block that lived no longer is temporary, besides those freed before their thread's next allocation. */
	uint64_t temporary_ns;
	enum aspan_sort sort; /* of rows: the most first; names in their order */
	size_t top; /* how many single span entries are kept; 0: ASPAN_DEFAULT_TOP */
	/* The window, in ns since the Unix epoch; relative ones count from the first event. */
	bool has_from, is_from_relative;
	bool has_to, is_to_relative;
	uint64_t from_ns, to_ns;
};

#define ASPAN_DEFAULT_TOP 10

static inline bool aspan_questions_want(const struct aspan_questions *questions,
					enum aspan_extra extra)
{
	return questions->extras & (1U << extra);
}

/* Everything there is, as `--format json` gives it. */
void aspan_questions_want_all(struct aspan_questions *questions);

/*
 * Adds what `--by` says: "group", "tag:tenant", "tag:tenant,span". 0; or -EINVAL, and *message says in one line what is
 * wrong and what may have been meant. A breakdown that is there is not added again.
 */
int aspan_questions_add_breakdown(struct aspan_questions *questions, const char *text,
				  char *message, size_t message_bytes);

/* Adds what `--show` says: "sizes,leaks", "all". As above. */
int aspan_questions_add_extras(struct aspan_questions *questions, const char *text, char *message,
			       size_t message_bytes);

/* Takes what `--sort` says. As above. */
int aspan_questions_set_sort(struct aspan_questions *questions, const char *text, char *message,
			     size_t message_bytes);

/* The words that --by takes for this breakdown. Returns `text`. */
#define ASPAN_BREAKDOWN_TEXT_SIZE (ASPAN_BREAKDOWN_KEYS_MAX * (2 * ASPAN_TAG_KEY_BYTES + 16))
char *aspan_breakdown_get_text(const struct aspan_breakdown_question *question,
			       char text[ASPAN_BREAKDOWN_TEXT_SIZE]);

bool aspan_breakdown_is_same(const struct aspan_breakdown_question *a,
			     const struct aspan_breakdown_question *b);

const char *aspan_dimension_get_title(enum aspan_dimension dimension);
const char *aspan_dimension_get_word(enum aspan_dimension dimension);

#endif

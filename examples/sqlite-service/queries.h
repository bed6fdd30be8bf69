/* SPDX-License-Identifier: MIT */
/*
 * The questions that a tenant's users ask, answered from its database.
 */
#ifndef QUERIES_H
#define QUERIES_H

#include "tenant.h"

enum query_kind {
	QUERY_SEARCH, /* packages whose description has a word */
	QUERY_DEPENDS, /* all that a package needs, directly or not */
	QUERY_STATS, /* packages and size, section by section */
	QUERY_SUGGEST, /* names that begin with what was typed */
	QUERY_KIND_COUNT,
};

/* Also the name of the span. */
extern const char *const query_names[QUERY_KIND_COUNT];

/*
 * Gives the answer as text, to be freed with sqlite3_free(); NULL if it failed: sqlite3_errmsg() of
 * the tenant's database knows why. @argument: the word, package or beginning; unused for stats.
 */
char *query_answer(struct tenant *tenant, enum query_kind kind, const char *argument);

#endif

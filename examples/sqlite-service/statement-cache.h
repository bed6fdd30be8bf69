/* SPDX-License-Identifier: MIT */
/*
 * Prepared statements by the text of their SQL, so that none is compiled twice.
 *
 * This is where the service's bug lives. The cache is meant for a handful of texts with parameters;
 * by default it has no limit, and the query `suggest` (queries.c) gives it a new text for nearly
 * every request.
 */
#ifndef STATEMENT_CACHE_H
#define STATEMENT_CACHE_H

#include <sqlite3.h>
#include <stddef.h>

struct cached_statement;

struct statement_cache {
	struct cached_statement *first; /* the one used last */
	size_t count;
	size_t limit; /* 0: none */
};

/*
 * Gives the statement for the text, compiled now or before; NULL if SQLite fails or memory is
 * short. It belongs to the cache, and is valid until the next call.
 */
sqlite3_stmt *statement_cache_get(struct statement_cache *cache, sqlite3 *db, const char *sql);

void statement_cache_clear(struct statement_cache *cache);

#endif

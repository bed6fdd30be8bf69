/* SPDX-License-Identifier: MIT */
/*
 * A list, the one used last in front. SQLite keeps the text of each statement: sqlite3_sql().
 */
#include "statement-cache.h"

#include <stdlib.h>
#include <string.h>

struct cached_statement {
	struct cached_statement *next;
	sqlite3_stmt *statement;
};

static struct cached_statement *take(struct statement_cache *cache, const char *sql)
{
	struct cached_statement **link = &cache->first;

	while (*link && strcmp(sqlite3_sql((*link)->statement), sql) != 0) {
		link = &(*link)->next;
	}
	if (*link) {
		struct cached_statement *found = *link;

		*link = found->next;
		cache->count--;
		return found;
	}
	return NULL;
}

static void put_first(struct statement_cache *cache, struct cached_statement *cached)
{
	cached->next = cache->first;
	cache->first = cached;
	cache->count++;
}

static void drop_last(struct statement_cache *cache)
{
	struct cached_statement **link = &cache->first;

	while ((*link)->next) {
		link = &(*link)->next;
	}
	sqlite3_finalize((*link)->statement);
	free(*link);
	*link = NULL;
	cache->count--;
}

static struct cached_statement *compile(sqlite3 *db, const char *sql)
{
	struct cached_statement *cached = malloc(sizeof(*cached));

	if (!cached) {
		return NULL;
	}
	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &cached->statement, NULL) !=
	    SQLITE_OK) {
		free(cached);
		return NULL;
	}
	return cached;
}

sqlite3_stmt *statement_cache_get(struct statement_cache *cache, sqlite3 *db, const char *sql)
{
	struct cached_statement *cached = take(cache, sql);

	if (!cached) {
		cached = compile(db, sql);
	}
	if (!cached) {
		return NULL;
	}
	put_first(cache, cached);
	while (cache->limit > 0 && cache->count > cache->limit) {
		drop_last(cache);
	}
	return cached->statement;
}

void statement_cache_clear(struct statement_cache *cache)
{
	while (cache->first) {
		drop_last(cache);
	}
}

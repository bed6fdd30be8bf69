/* SPDX-License-Identifier: MIT */
/*
 * The text of each query, and how its rows become an answer: a line a row.
 */
#include "queries.h"

const char *const query_names[QUERY_KIND_COUNT] = {
	[QUERY_SEARCH] = "search",
	[QUERY_DEPENDS] = "depends",
	[QUERY_STATS] = "stats",
	[QUERY_SUGGEST] = "suggest",
};

/* ?1 is the argument. */
static const char *const texts[QUERY_KIND_COUNT] = {
	[QUERY_SEARCH] = ("SELECT name, summary FROM package"
			  " WHERE instr(summary, ?1) OR instr(description, ?1)"
			  " ORDER BY name LIMIT 20"),
	[QUERY_DEPENDS] = ("WITH RECURSIVE needed(name) AS (SELECT ?1 UNION"
			   " SELECT target FROM needed JOIN depends ON package = needed.name)"
			   " SELECT name FROM needed ORDER BY name"),
	[QUERY_STATS] = ("SELECT section, count(*), sum(installed_kib) FROM package"
			 " GROUP BY section ORDER BY 3 DESC"),
};

static sqlite3_stmt *prepare(struct tenant *tenant, enum query_kind kind, const char *argument)
{
	sqlite3_stmt *statement = statement_cache_get(&tenant->statements, tenant->db, texts[kind]);

	if (statement && sqlite3_bind_parameter_count(statement) > 0) {
		sqlite3_bind_text(statement, 1, argument, -1, SQLITE_TRANSIENT);
	}
	return statement;
}

/*
 * SQLite uses the index for LIKE if the pattern stands in the text, which is why somebody wrote it
 * so. It is quoted well, and fast; but each pattern is another text for the statement cache.
 */
static sqlite3_stmt *prepare_suggest(struct tenant *tenant, const char *typed)
{
	sqlite3_stmt *statement = NULL;
	char *sql = sqlite3_mprintf("SELECT name FROM package WHERE name LIKE '%q%%'"
				    " ORDER BY name LIMIT 10",
				    typed);

	if (sql) {
		statement = statement_cache_get(&tenant->statements, tenant->db, sql);
	}
	sqlite3_free(sql);
	return statement;
}

static void append_row(sqlite3_str *answer, sqlite3_stmt *statement)
{
	int columns = sqlite3_column_count(statement);

	for (int i = 0; i < columns; i++) {
		const unsigned char *text = sqlite3_column_text(statement, i);

		sqlite3_str_appendf(answer, "%s%s", i > 0 ? "\t" : "",
				    text ? (const char *) text : "");
	}
	sqlite3_str_appendchar(answer, 1, '\n');
}

char *query_answer(struct tenant *tenant, enum query_kind kind, const char *argument)
{
	sqlite3_stmt *statement = kind == QUERY_SUGGEST ? prepare_suggest(tenant, argument) :
							  prepare(tenant, kind, argument);
	sqlite3_str *answer;
	char *text;

	if (!statement) {
		return NULL;
	}
	answer = sqlite3_str_new(tenant->db);
	sqlite3_str_appendf(answer, "%s %s\n", query_names[kind], argument);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		append_row(answer, statement);
	}
	text = sqlite3_str_finish(answer);
	/* The result of the last step, or why it failed. */
	if (sqlite3_reset(statement) != SQLITE_OK) {
		sqlite3_free(text);
		text = NULL;
	}
	sqlite3_clear_bindings(statement);
	return text;
}

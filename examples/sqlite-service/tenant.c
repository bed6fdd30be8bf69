/* SPDX-License-Identifier: MIT */
/*
 * The tenants, and the import of packages into the database of one.
 */
#include "tenant.h"

#include <errno.h>
#include <string.h>

static const char schema[] =
	"CREATE TABLE package(name TEXT PRIMARY KEY COLLATE NOCASE, version, section, priority,"
	"  installed_kib INTEGER, summary, description) WITHOUT ROWID;"
	"CREATE TABLE depends(package TEXT, target TEXT, PRIMARY KEY(package, target))"
	"  WITHOUT ROWID;";

static bool is_base(const struct package *package)
{
	return strcmp(package->priority, "required") == 0 ||
	       strcmp(package->priority, "important") == 0 ||
	       strcmp(package->priority, "standard") == 0;
}

static bool is_library(const struct package *package)
{
	return !is_base(package) && strcmp(package->section, "libs") == 0;
}

static bool is_for_developers(const struct package *package)
{
	return !is_base(package) && (strcmp(package->section, "devel") == 0 ||
				     strcmp(package->section, "libdevel") == 0);
}

static bool is_application(const struct package *package)
{
	return !is_base(package) && !is_library(package) && !is_for_developers(package);
}

struct tenant tenants[TENANT_COUNT] = {
	{ .name = "base", .sees = is_base, .has_suggestions = true },
	{ .name = "libraries", .sees = is_library },
	{ .name = "developers", .sees = is_for_developers },
	{ .name = "applications", .sees = is_application },
};

int tenants_init(size_t statement_limit)
{
	for (size_t i = 0; i < TENANT_COUNT; i++) {
		struct tenant *tenant = &tenants[i];
		const struct allocspan_tag tags[] = { { "tenant", tenant->name } };

		tenant->statements.limit = statement_limit;
		pthread_mutex_init(&tenant->lock, NULL);
		tenant->token = allocspan_token_intern("tenant", tags, 1);
		if (!tenant->token) {
			return -errno;
		}
	}
	return 0;
}

void tenants_close(void)
{
	for (size_t i = 0; i < TENANT_COUNT; i++) {
		struct tenant *tenant = &tenants[i];

		ALLOCSPAN_SCOPE(tenant->token);
		statement_cache_clear(&tenant->statements);
		sqlite3_close(tenant->db);
		tenant->db = NULL;
	}
}

/* `a (>= 1) | b, c:any` becomes the rows a, b and c. */
static int insert_depends(sqlite3_stmt *insert, const struct package *package)
{
	const char *cursor = package->depends;

	while (*cursor) {
		size_t length;

		cursor += strspn(cursor, " ,|");
		length = strcspn(cursor, " ,|:(");
		if (length > 0) {
			sqlite3_bind_text(insert, 1, package->name, -1, SQLITE_STATIC);
			sqlite3_bind_text(insert, 2, cursor, (int) length, SQLITE_STATIC);
			if (sqlite3_step(insert) != SQLITE_DONE) {
				return sqlite3_reset(insert);
			}
			sqlite3_reset(insert);
		}
		cursor += strcspn(cursor, ",|");
	}
	return SQLITE_OK;
}

static int insert_package(sqlite3_stmt *insert, const struct package *package)
{
	sqlite3_bind_text(insert, 1, package->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 2, package->version, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 3, package->section, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 4, package->priority, -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 5, package->installed_kib);
	sqlite3_bind_text(insert, 6, package->summary, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 7, package->description, -1, SQLITE_STATIC);
	sqlite3_step(insert);
	return sqlite3_reset(insert);
}

static int insert_all(struct tenant *tenant, const struct package_list *packages,
		      sqlite3_stmt *into_package, sqlite3_stmt *into_depends)
{
	int status = SQLITE_OK;

	for (const struct package *package = packages->first; package && status == SQLITE_OK;
	     package = package->next) {
		if (!tenant->sees(package)) {
			continue;
		}
		status = insert_package(into_package, package);
		if (status == SQLITE_OK) {
			status = insert_depends(into_depends, package);
		}
		tenant->package_count++;
	}
	return status;
}

int tenant_import(struct tenant *tenant, const struct package_list *packages)
{
	sqlite3_stmt *into_package = NULL;
	sqlite3_stmt *into_depends = NULL;
	int status = sqlite3_open(":memory:", &tenant->db);

	if (status == SQLITE_OK) {
		status = sqlite3_exec(tenant->db, schema, NULL, NULL, NULL);
	}
	if (status == SQLITE_OK) {
		status = sqlite3_prepare_v2(tenant->db,
					    "INSERT OR REPLACE INTO package VALUES(?,?,?,?,?,?,?)",
					    -1, &into_package, NULL);
	}
	if (status == SQLITE_OK) {
		status = sqlite3_prepare_v2(tenant->db, "INSERT OR IGNORE INTO depends VALUES(?,?)",
					    -1, &into_depends, NULL);
	}
	if (status == SQLITE_OK) {
		status = sqlite3_exec(tenant->db, "BEGIN", NULL, NULL, NULL);
	}
	if (status == SQLITE_OK) {
		status = insert_all(tenant, packages, into_package, into_depends);
	}
	if (status == SQLITE_OK) {
		status = sqlite3_exec(tenant->db, "COMMIT", NULL, NULL, NULL);
	}
	sqlite3_finalize(into_depends);
	sqlite3_finalize(into_package);
	return status;
}

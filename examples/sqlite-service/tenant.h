/* SPDX-License-Identifier: MIT */
/*
 * A tenant: who the service works for. Each has a database of its own and an allocation group.
 *
 * Everything here that takes a tenant is called with the tenant's lock held and its group active:
 * so what SQLite allocates meanwhile is the tenant's.
 */
#ifndef TENANT_H
#define TENANT_H

#include "dpkg-status.h"
#include "statement-cache.h"

#include <allocspan/allocspan.h>

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct tenant {
	const char *name;
	/* Which packages it sees. */
	bool (*sees)(const struct package *package);
	/* Its users' client completes names while they type. */
	bool has_suggestions;

	/* What its memory is booked under: group `tenant` with the tag `tenant=NAME`. */
	struct allocspan_token *token;

	pthread_mutex_t lock;
	sqlite3 *db; /* in memory */
	struct statement_cache statements;
	size_t package_count;
	size_t request_count;
	/* Sum over all bytes of all answers: the same in each run, whatever the threads did. */
	uint64_t checksum;
};

#define TENANT_COUNT 4
extern struct tenant tenants[TENANT_COUNT];

/* Interns the group of each tenant. Returns 0 or a negative errno. */
int tenants_init(size_t statement_limit);

/* Closes the databases, on the only thread left. The groups stay as long as the process. */
void tenants_close(void);

/* Opens the database and fills it with what the tenant sees. Returns an SQLite result code. */
int tenant_import(struct tenant *tenant, const struct package_list *packages);

#endif

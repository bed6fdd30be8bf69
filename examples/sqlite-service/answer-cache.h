/* SPDX-License-Identifier: MIT */
/*
 * The latest answers of all tenants, bounded.
 *
 * An answer belongs to the tenant that asked. When the cache is full it makes room for one tenant's
 * answer by freeing another's: that is what the report calls a free under another group.
 */
#ifndef ANSWER_CACHE_H
#define ANSWER_CACHE_H

#include "queries.h"

#include <stdbool.h>
#include <stdint.h>

#define ANSWER_CACHE_SIZE 32

/* Looks an answer up, and adds its checksum to @checksum. Any thread. */
bool answer_cache_find(const struct tenant *tenant, enum query_kind kind, const char *argument,
		       uint64_t *checksum);

/* Keeps an answer of sqlite3_malloc(), which it takes. Any thread. */
void answer_cache_store(const struct tenant *tenant, enum query_kind kind, const char *argument,
			char *answer);

void answer_cache_clear(void);

uint64_t answer_checksum(const char *answer);

#endif

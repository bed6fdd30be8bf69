/* SPDX-License-Identifier: MIT */
/*
 * The users are a random number generator that always begins with the same number.
 */
#include "workload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TYPED_MAX 12

static const char *const words[] = {
	"library", "shared", "development", "files", "tool",   "system", "runtime", "support",
	"debug",   "common", "network",	    "text",  "python", "image",	 "data",    "GNU",
};

/* Knuth's MMIX generator; the high bits are the good ones. */
static size_t pick(uint64_t *state, size_t choices)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (size_t) ((*state >> 33) % choices);
}

static const char *pick_name(uint64_t *state, const struct package_list *packages)
{
	const struct package *package = packages->first;

	for (size_t skip = pick(state, packages->count); skip > 0; skip--) {
		package = package->next;
	}
	return package->name;
}

static int put(struct request_queue *queue, struct request *request)
{
	if (!request) {
		return -errno;
	}
	request_queue_put(queue, request);
	return 0;
}

/* Somebody types a name and asks for suggestions after some letters. */
static int put_suggest(struct request_queue *queue, struct tenant *tenant, uint64_t *state,
		       const struct package_list *packages)
{
	char typed[TYPED_MAX + 1];
	size_t letters = 3 + pick(state, TYPED_MAX - 2);

	snprintf(typed, letters + 1, "%s", pick_name(state, packages));
	return put(queue, request_create(tenant, NULL, QUERY_SUGGEST, typed));
}

static int put_query(struct request_queue *queue, struct tenant *tenant, uint64_t *state,
		     const struct package_list *packages)
{
	size_t dice = pick(state, 10);

	if (tenant->has_suggestions && dice < 7) {
		return put_suggest(queue, tenant, state, packages);
	}
	if (dice == 9) {
		return put(queue, request_create(tenant, NULL, QUERY_STATS, "sections"));
	}
	if (dice % 2 == 0) {
		const char *word = words[pick(state, sizeof(words) / sizeof(words[0]))];

		return put(queue, request_create(tenant, NULL, QUERY_SEARCH, word));
	}
	return put(queue, request_create(tenant, NULL, QUERY_DEPENDS, pick_name(state, packages)));
}

int workload_import(struct request_queue *queue, const struct package_list *packages)
{
	int status = 0;

	for (size_t i = 0; i < TENANT_COUNT && status == 0; i++) {
		status = put(queue, request_create(&tenants[i], packages, QUERY_KIND_COUNT, ""));
	}
	request_queue_drain(queue);
	return status;
}

int workload_queries(struct request_queue *queue, const struct package_list *packages, size_t count)
{
	uint64_t state = 1;
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++) {
		status = put_query(queue, &tenants[i % TENANT_COUNT], &state, packages);
	}
	request_queue_drain(queue);
	return status;
}

/* SPDX-License-Identifier: MIT */
/*
 * The counters are kept by liballocspan and are exact while nobody works for a tenant.
 */
#include "account.h"

#include <inttypes.h>
#include <stdio.h>

static void print_tenant(const struct tenant *tenant, const struct allocspan_stats *stats)
{
	printf("%-12s %8zu %8zu %10zu %16" PRIx64 " %11" PRIu64 " %11" PRIu64 " %11" PRIu64
	       " %12" PRIu64 " %10" PRIu64 " %12" PRIu64 "\n",
	       tenant->name, tenant->package_count, tenant->request_count, tenant->statements.count,
	       tenant->checksum, stats->live_blocks, stats->live_bytes, stats->alloc_count,
	       stats->alloc_bytes, stats->free_count, stats->free_bytes);
}

void account_print(void)
{
	uint64_t counted = 0;

	printf("%-12s %8s %8s %10s %16s %11s %11s %11s %12s %10s %12s\n", "tenant", "packages",
	       "requests", "statements", "checksum", "live_blocks", "live_bytes", "alloc_count",
	       "alloc_bytes", "free_count", "free_bytes");
	for (size_t i = 0; i < TENANT_COUNT; i++) {
		struct allocspan_stats stats = { 0 };

		allocspan_token_stats(tenants[i].token, &stats);
		print_tenant(&tenants[i], &stats);
		counted += stats.alloc_count;
	}
	fflush(stdout);
	if (counted == 0) {
		fprintf(stderr,
			"sqlite-service: nothing was counted; run it with `allocspan record --` or "
			"with LD_PRELOAD=liballocspan-preload.so\n");
	}
}

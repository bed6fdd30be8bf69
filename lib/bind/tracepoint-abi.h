/* SPDX-License-Identifier: MIT */
/*
 * What a program that was built with LTTng-UST 2.13 or later has in memory for each of its tracepoints.
 *
 * The layout is part of LTTng's ABI (lttng/tracepoint-types.h): fields are only added at the end. Each object lists its own
 * in a section of pointers, which it also hands to LTTng when it is loaded.
 */
#ifndef ASPAN_BIND_TRACEPOINT_ABI_H
#define ASPAN_BIND_TRACEPOINT_ABI_H

#include <stdbool.h>
#include <stdint.h>

#define ASPAN_BIND_SECTION "lttng_ust_tracepoints_ptrs"

struct lttng_ust_tracepoint {
	uint32_t struct_size;
	const char *provider_name;
	const char *event_name;
	int state;
	void *probes;
	int *tracepoint_provider_ref;
	const char *signature;
};

/* Whether an entry of the section has what we read of it. */
static inline bool aspan_bind_tracepoint_is_complete(const struct lttng_ust_tracepoint *tracepoint)
{
	return tracepoint && tracepoint->provider_name && tracepoint->event_name &&
	       tracepoint->signature;
}

typedef int aspan_bind_module_register(struct lttng_ust_tracepoint *const *start, int count);
typedef int aspan_bind_module_unregister(struct lttng_ust_tracepoint *const *start);

#endif

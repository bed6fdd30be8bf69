/* SPDX-License-Identifier: MIT */
/*
 * See misuse.h.
 */
#include "misuse.h"

#include <allocspan/guard.h>

#include <stdatomic.h>

#include "compiler.h"
#include "debug.h"
#include "ledger.h"
#include "trace.h"

static _Atomic uint64_t misuse_count;

static const char *const misuse_names[] = {
#define MISUSE_NAME(symbol, name) [ASPAN_MISUSE_##symbol] = #name,
	ASPAN_MISUSES(MISUSE_NAME)
};

ASPAN_SLOW void aspan_misuse(enum aspan_misuse what, uint64_t group_id, uint64_t span_id, void *ip)
{
	/* A count that nothing else depends on. */
	atomic_fetch_add_explicit(&misuse_count, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&aspan_ledger_losses()->misuses, 1, memory_order_relaxed);
	if (aspan_trace_enabled(misuse)) {
		/* Nothing was entered if it is an exit of what never was. */
		aspan_thread_watch();
		aspan_trace_emit(misuse, misuse_names[what], group_id, span_id, ip);
	}
	aspan_debug("misuse: %s at %p", misuse_names[what], ip);
}

uint64_t allocspan_misuse_count(void)
{
	return atomic_load_explicit(&misuse_count, memory_order_relaxed);
}

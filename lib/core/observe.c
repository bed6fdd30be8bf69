/* SPDX-License-Identifier: MIT */
/*
 * See observe.h.
 */
#include "observe.h"

#include <errno.h>

#include "budget.h"
#include "call-stack.h"
#include "group.h"
#include "ledger.h"
#include "packed-record.h"
#include "process.h"
#include "record.h"
#include "stats-thread.h"
#include "trace.h"
#include "tracker.h"

static void count_unrecorded(_Atomic uint64_t *count)
{
	atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

/* LTTng freeing a tracked block while it records must not come back to it; and another thread may end the program. */
static bool is_unrecordable(void)
{
	return aspan_thread.busy & ASPAN_BUSY_TRACER || aspan_trace_is_over();
}

void aspan_observe_alloc(void *address, size_t size_bytes, struct allocspan_token *group,
			 enum aspan_trace_kind kind, void *ip)
{
	int saved_errno = errno;

	if (aspan_trace_enabled(alloc)) {
		if (aspan_trace_is_over()) {
			count_unrecorded(&aspan_ledger_losses()->unrecorded_allocs);
		}
		aspan_call_stack_trace(address, group, ip);
		aspan_trace_emit(alloc, address, size_bytes, group->view.id, aspan_thread.span_id,
				 kind, group->tag_string, ip);
	}
	aspan_packed_alloc(&aspan_thread, address, size_bytes, group->slot, kind, ip);
	aspan_stats_thread_ensure();
	if (aspan_process_has_hook(ASPAN_HOOK_BUDGET)) {
		aspan_budget_alloc(group, size_bytes, ip);
	}
	if (aspan_process_has_hook(ASPAN_HOOK_TRACKER)) {
		aspan_tracker_alloc(address, size_bytes, group, kind);
	}
	errno = saved_errno;
}

void aspan_observe_free(void *address, size_t size_bytes, struct allocspan_token *group,
			enum aspan_trace_kind kind, void *ip)
{
	int saved_errno = errno;
	uint32_t current = aspan_record_slot(&aspan_thread);

	if (aspan_process_has_hook(ASPAN_HOOK_TRACKER)) {
		aspan_tracker_free(address, size_bytes, group, kind);
	}
	if (aspan_process_has_hook(ASPAN_HOOK_BUDGET)) {
		aspan_budget_free(group, size_bytes);
	}
	if (aspan_trace_enabled(free) && is_unrecordable()) {
		count_unrecorded(&aspan_ledger_losses()->unrecorded_frees);
	}
	if (aspan_trace_enabled(free) && !(aspan_thread.busy & ASPAN_BUSY_TRACER)) {
		aspan_trace_emit(
			free, address, size_bytes, group->view.id,
			aspan_slot_is_group(current) ? aspan_group_of_slot(current)->view.id : 0,
			aspan_thread.span_id, kind, group->tag_string, ip);
	}
	aspan_packed_free(&aspan_thread, address, size_bytes, group->slot, kind, ip);
	errno = saved_errno;
}

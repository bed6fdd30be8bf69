/* SPDX-License-Identifier: MIT */
/*
 * Instantiates the providers `allocspan` and `allocspan_packed` and exports them as one table of functions.
 *
 * `_LGPL_SOURCE` makes LTTng's read-side lock inline; it takes the headers of lttng-ust as LGPL
 * headers, which their licence allows for small inline functions in any program.
 */
#define _LGPL_SOURCE
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#define LTTNG_UST_TRACEPOINT_HIDDEN_DEFINITION
#define LTTNG_UST_TRACEPOINT_PROVIDER_HIDDEN_DEFINITION
#include "direct-probes.h"

#include "allocspan-provider.h"
#include "packed-provider.h"

#include <lttng/ust-fork.h>
#include <lttng/ust-thread.h>

#include "trace-events.h"

#define DEFINE_EMIT(event, parameters, arguments)                                                  \
	static void emit_##event parameters                                                        \
	{                                                                                          \
		lttng_ust_do_tracepoint(allocspan, event, ASPAN_UNPACK arguments);                 \
	}
#define ASPAN_UNPACK(...) __VA_ARGS__
ASPAN_TRACE_EVENTS(DEFINE_EMIT)

static void emit_packed_events(const struct aspan_packed_event *event, void *ip)
{
	lttng_ust_do_tracepoint(allocspan_packed, events, event, ip);
}

#define TABLE_ENTRY_OF(event, tracepoint)                                                          \
	.event = {                                                                                 \
		.enabled = &tracepoint.state,                                                      \
		.sessions = (void *const *) &tracepoint.probes,                                    \
		.emit = emit_##event,                                                              \
	},
#define TABLE_ENTRY(event, parameters, arguments)                                                  \
	TABLE_ENTRY_OF(event, lttng_ust_tracepoint_allocspan___##event)

__attribute__((visibility("default"))) const struct aspan_trace_events aspan_trace_events = {
	.size_bytes = sizeof(struct aspan_trace_events),
	ASPAN_TRACE_EVENTS(TABLE_ENTRY)
		TABLE_ENTRY_OF(packed_events, lttng_ust_tracepoint_allocspan_packed___events)
			.before_fork = lttng_ust_before_fork,
	.after_fork_in_parent = lttng_ust_after_fork_parent,
	.after_fork_in_child = lttng_ust_after_fork_child,
	.init_thread = lttng_ust_init_thread,
};

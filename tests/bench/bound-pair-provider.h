/* SPDX-License-Identifier: MIT */
/*
 * The tracepoints that bound-pair.c measures: a pair for each case, so that all cases can be taken in turn.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER bound_pair

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "bound-pair-provider.h"

#if !defined(TESTS_BENCH_BOUND_PAIR_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define TESTS_BENCH_BOUND_PAIR_PROVIDER_H

#include <lttng/tracepoint.h>

LTTNG_UST_TRACEPOINT_EVENT_CLASS(
	bound_pair, work, LTTNG_UST_TP_ARGS(const void *, callback, const char *, tenant),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_integer_hex(uintptr_t, callback, (uintptr_t) callback)
				    lttng_ust_field_string(tenant, tenant)))

#define BOUND_PAIR_EVENTS(name)                                                                    \
	LTTNG_UST_TRACEPOINT_EVENT_INSTANCE(                                                       \
		bound_pair, work, bound_pair, name##_begin,                                        \
		LTTNG_UST_TP_ARGS(const void *, callback, const char *, tenant))                   \
	LTTNG_UST_TRACEPOINT_EVENT_INSTANCE(                                                       \
		bound_pair, work, bound_pair, name##_end,                                          \
		LTTNG_UST_TP_ARGS(const void *, callback, const char *, tenant))

BOUND_PAIR_EVENTS(unbound)
BOUND_PAIR_EVENTS(empty)
BOUND_PAIR_EVENTS(one_group)
BOUND_PAIR_EVENTS(by_pointer)
BOUND_PAIR_EVENTS(by_two)
BOUND_PAIR_EVENTS(by_string)
BOUND_PAIR_EVENTS(matched)

#endif

#include <lttng/tracepoint-event.h>

/* SPDX-License-Identifier: MIT */
/*
 * The provider of bind-loop.c: a message loop shaped like that of ROS 2. It knows nothing of allocspan.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER loop

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "bind-loop-provider.h"

#if !defined(TEST_BIND_LOOP_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define TEST_BIND_LOOP_PROVIDER_H

#include <lttng/tracepoint.h>

#include <stdint.h>

/* clang-format off */
LTTNG_UST_TRACEPOINT_EVENT(loop, callback_register,
	LTTNG_UST_TP_ARGS(const void *, callback, const char *, symbol),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer_hex(uintptr_t, callback, (uintptr_t) callback)
		lttng_ust_field_string(symbol, symbol)))

LTTNG_UST_TRACEPOINT_EVENT(loop, callback_start,
	LTTNG_UST_TP_ARGS(const void *, callback, int, is_intra_process),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer_hex(uintptr_t, callback, (uintptr_t) callback)
		lttng_ust_field_integer(int, is_intra_process, is_intra_process)))

LTTNG_UST_TRACEPOINT_EVENT(loop, callback_end,
	LTTNG_UST_TP_ARGS(const void *, callback),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer_hex(uintptr_t, callback, (uintptr_t) callback)))

LTTNG_UST_TRACEPOINT_EVENT(loop, phase,
	LTTNG_UST_TP_ARGS(const char *, what, int, phase),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_string(what, what)
		lttng_ust_field_integer(int, phase, phase)))

LTTNG_UST_TRACEPOINT_EVENT(loop, request_begin,
	LTTNG_UST_TP_ARGS(uint64_t, request, const char *, tenant),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint64_t, request, request)
		lttng_ust_field_string(tenant, tenant)))

LTTNG_UST_TRACEPOINT_EVENT(loop, request_done,
	LTTNG_UST_TP_ARGS(uint64_t, request),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint64_t, request, request)))
/* clang-format on */

#endif

#include <lttng/tracepoint-event.h>

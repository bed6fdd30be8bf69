/* SPDX-License-Identifier: MIT */
/*
 * The tracepoints of the message loop, shaped like those of ROS 2: callbacks get a name when they are registered, and are
 * an address from then on.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER message_loop

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "message-loop-provider.h"

#if !defined(MESSAGE_LOOP_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define MESSAGE_LOOP_PROVIDER_H

#include <lttng/tracepoint.h>

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
LTTNG_UST_TRACEPOINT_EVENT(message_loop, callback_register,
	LTTNG_UST_TP_ARGS(const void *, callback, const char *, symbol),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer_hex(uintptr_t, callback, (uintptr_t) callback)
		lttng_ust_field_string(symbol, symbol)))

LTTNG_UST_TRACEPOINT_EVENT(message_loop, callback_start,
	LTTNG_UST_TP_ARGS(const void *, callback, bool, is_intra_process),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer_hex(uintptr_t, callback, (uintptr_t) callback)
		lttng_ust_field_integer(int, is_intra_process, is_intra_process)))

LTTNG_UST_TRACEPOINT_EVENT(message_loop, callback_end,
	LTTNG_UST_TP_ARGS(const void *, callback),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer_hex(uintptr_t, callback, (uintptr_t) callback)))
/* clang-format on */

#endif

#include <lttng/tracepoint-event.h>

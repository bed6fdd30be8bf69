/* SPDX-License-Identifier: MIT */
/*
 * The provider of bind-stock.c. As those of ROS 2, an argument is called kind_arg and its field kind.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER stock

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "bind-stock-provider.h"

#if !defined(TEST_BIND_STOCK_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define TEST_BIND_STOCK_PROVIDER_H

#include <lttng/tracepoint.h>

/* clang-format off */
LTTNG_UST_TRACEPOINT_EVENT(stock, work_begin,
	LTTNG_UST_TP_ARGS(const char *, kind_arg),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_string(kind, kind_arg)))

LTTNG_UST_TRACEPOINT_EVENT(stock, work_end,
	LTTNG_UST_TP_ARGS(),
	LTTNG_UST_TP_FIELDS())
/* clang-format on */

#endif

#include <lttng/tracepoint-event.h>

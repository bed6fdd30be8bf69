/* SPDX-License-Identifier: MIT */
/*
 * The provider of bind-plugin.c. With PLUGIN_VERSION 2 an event has another signature.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER plugin

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "bind-plugin-provider.h"

#if !defined(TEST_BIND_PLUGIN_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define TEST_BIND_PLUGIN_PROVIDER_H

#include <lttng/tracepoint.h>

/* clang-format off */
#if PLUGIN_VERSION == 1
LTTNG_UST_TRACEPOINT_EVENT(plugin, work_begin,
	LTTNG_UST_TP_ARGS(int, number),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, number, number)))
#else
LTTNG_UST_TRACEPOINT_EVENT(plugin, work_begin,
	LTTNG_UST_TP_ARGS(const char *, name, int, number),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_string(name, name)
		lttng_ust_field_integer(int, number, number)))
#endif

LTTNG_UST_TRACEPOINT_EVENT(plugin, work_end,
	LTTNG_UST_TP_ARGS(),
	LTTNG_UST_TP_FIELDS())
/* clang-format on */

#endif

#include <lttng/tracepoint-event.h>

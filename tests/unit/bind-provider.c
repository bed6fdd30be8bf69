/* SPDX-License-Identifier: MIT */
/*
 * Defines the tracepoints of bind-provider.h.
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "bind-provider.h"

/* SPDX-License-Identifier: MIT */
/*
 * Observing: shows a tracked block to everybody who looks at single blocks: the session that records events, the
 * program's tracker, the group's budget. Outside of the hot path; `errno` is kept.
 */
#ifndef ASPAN_CORE_OBSERVE_H
#define ASPAN_CORE_OBSERVE_H

#include <stddef.h>

#include "compiler.h"
#include "trace-kind.h"

struct allocspan_token;

/* After a block was allocated and counted. */
ASPAN_SLOW void aspan_observe_alloc(void *address, size_t size_bytes, struct allocspan_token *group,
				    enum aspan_trace_kind kind, void *ip);

/* Before a block is counted as freed; its group may be gone afterwards. */
ASPAN_SLOW void aspan_observe_free(void *address, size_t size_bytes, struct allocspan_token *group,
				   enum aspan_trace_kind kind, void *ip);

#endif

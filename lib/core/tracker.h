/* SPDX-License-Identifier: MIT */
/*
 * Calls the program's tracker. A tracker is never called from inside itself.
 */
#ifndef ASPAN_CORE_TRACKER_H
#define ASPAN_CORE_TRACKER_H

#include <stddef.h>

#include "trace-kind.h"

struct allocspan_token;

void aspan_tracker_alloc(void *address, size_t size_bytes, const struct allocspan_token *group,
			 enum aspan_trace_kind kind);
void aspan_tracker_free(void *address, size_t size_bytes, const struct allocspan_token *group,
			enum aspan_trace_kind kind);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Spans: their records, and the events of entering and exiting.
 *
 * Records are used again only as spans, so a stale pointer always points to one and misuse is seen instead of followed.
 */
#ifndef ASPAN_CORE_SPAN_H
#define ASPAN_CORE_SPAN_H

#include <allocspan/span.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "group-stack.h"

struct allocspan_span {
	uint64_t id;
	_Atomic(struct allocspan_token *)
		token; /* attached, with a reference; changed with the lock held */
	_Atomic uint32_t references;
	_Atomic uint32_t revivals; /* how often a capture took it up without a reference */
	const char *name;
	/* The following are protected by the lock. */
	size_t name_bytes;
	bool is_released;
	uint32_t seen_epoch; /* reclaim.c: when it was last found on a stack */
	uint32_t revivals_before; /* reclaim.c: before it looked */
	bool was_unreferenced; /* reclaim.c: before it looked */
	struct allocspan_span *next; /* of the free, or of the released */
};

/* allocspan_span_enter() for a caller at `ip`. */
ASPAN_PRIVATE struct allocspan_guard aspan_span_enter(struct allocspan_span *span, void *ip);

/* One reference more; the caller holds one, or has the span entered. */
void aspan_span_retain(struct allocspan_span *span);

/* The innermost span of this thread, or NULL. */
struct allocspan_span *aspan_span_current(const struct aspan_thread *thread);

/* Records the exit of a span's entry, before it is removed. */
void aspan_span_trace_exit(const struct aspan_thread *thread, const struct aspan_entry *entry,
			   void *ip);

/* Before what is active outside of an entry changes: its exit's event says what its enter's did. */
void aspan_span_keep_group_id(struct aspan_entry *entry);

/* Takes a released span's memory away. Call with the lock held (reclaim.c). */
void aspan_span_reclaim(struct allocspan_span *span);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A binary heap of threads that have a packed record, the one with the oldest on top.
 *
 * Invariant: a parent is never younger than its children. An all-zero heap is an empty one.
 */
#ifndef ASPAN_ANALYSIS_PACKED_HEAP_H
#define ASPAN_ANALYSIS_PACKED_HEAP_H

#include "packed-threads.h"

#include <stddef.h>

struct aspan_packed_heap {
	struct aspan_packed_thread **threads;
	size_t count, capacity;
};

void aspan_packed_heap_fini(struct aspan_packed_heap *heap);

/* 0 or -ENOMEM. */
int aspan_packed_heap_push(struct aspan_packed_heap *heap, struct aspan_packed_thread *thread);

/* The thread on top has another record, which is younger than its last. */
void aspan_packed_heap_sift_top(struct aspan_packed_heap *heap);

/* The thread on top leaves. */
void aspan_packed_heap_pop(struct aspan_packed_heap *heap);

#endif

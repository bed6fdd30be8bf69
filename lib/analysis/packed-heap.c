/* SPDX-License-Identifier: MIT */
/*
 * A binary heap of threads that have a packed record.
 */
#include "packed-heap.h"

#include <errno.h>
#include <stdlib.h>

#define MIN_CAPACITY 16

void aspan_packed_heap_fini(struct aspan_packed_heap *heap)
{
	free(heap->threads);
	*heap = (struct aspan_packed_heap){ 0 };
}

static void sift_up(struct aspan_packed_heap *heap, size_t at)
{
	struct aspan_packed_thread *thread = heap->threads[at];

	for (; at > 0 && thread->time_ns < heap->threads[(at - 1) / 2]->time_ns;
	     at = (at - 1) / 2) {
		heap->threads[at] = heap->threads[(at - 1) / 2];
	}
	heap->threads[at] = thread;
}

void aspan_packed_heap_sift_top(struct aspan_packed_heap *heap)
{
	struct aspan_packed_thread *thread = heap->threads[0];
	size_t at = 0, child;

	while ((child = at * 2 + 1) < heap->count) {
		if (child + 1 < heap->count &&
		    heap->threads[child + 1]->time_ns < heap->threads[child]->time_ns) {
			child++;
		}
		if (thread->time_ns <= heap->threads[child]->time_ns) {
			break;
		}
		heap->threads[at] = heap->threads[child];
		at = child;
	}
	heap->threads[at] = thread;
}

int aspan_packed_heap_push(struct aspan_packed_heap *heap, struct aspan_packed_thread *thread)
{
	if (heap->count == heap->capacity) {
		size_t bigger = heap->capacity ? heap->capacity * 2 : MIN_CAPACITY;
		struct aspan_packed_thread **moved =
			reallocarray(heap->threads, bigger, sizeof(struct aspan_packed_thread *));

		if (!moved) {
			return -ENOMEM;
		}
		heap->threads = moved;
		heap->capacity = bigger;
	}
	heap->threads[heap->count++] = thread;
	sift_up(heap, heap->count - 1);
	return 0;
}

void aspan_packed_heap_pop(struct aspan_packed_heap *heap)
{
	heap->threads[0] = heap->threads[--heap->count];
	if (heap->count > 0) {
		aspan_packed_heap_sift_top(heap);
	}
}

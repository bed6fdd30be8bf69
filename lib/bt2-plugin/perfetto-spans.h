/* SPDX-License-Identifier: MIT */
/*
 * The spans of a trace as slices of their threads.
 *
 * A slice is written when its span ends, with what was allocated and freed inside. A span that is not exited in order
 * cannot be a slice of its thread, as slices are inside each other; it becomes an asynchronous one, on a track beside.
 * A span of which only the end is in the trace begins with it; one of which only the begin is has no end. So memory grows
 * with the spans that are open, and no further.
 */
#ifndef ASPAN_BT2_PERFETTO_SPANS_H
#define ASPAN_BT2_PERFETTO_SPANS_H

#include "perfetto-output.h"

#include <stddef.h>
#include <stdint.h>

struct aspan_perfetto_thread;

/* All zero is none. */
struct aspan_perfetto_spans {
	struct aspan_perfetto_thread *threads;
	size_t thread_count, thread_capacity;
	struct aspan_id_map by_id;
	uint64_t async_count;
};

void aspan_perfetto_spans_fini(struct aspan_perfetto_spans *spans);

/* Takes a span_enter or a span_exit. 0 or -ENOMEM. */
int aspan_perfetto_spans_take(struct aspan_perfetto_spans *spans,
			      struct aspan_perfetto_output *output, const struct aspan_model *model,
			      const struct aspan_event *event, uint32_t process);

/* Writes the spans that are open. 0 or -ENOMEM. */
int aspan_perfetto_spans_finish(struct aspan_perfetto_spans *spans,
				struct aspan_perfetto_output *output,
				const struct aspan_model *model);

#endif

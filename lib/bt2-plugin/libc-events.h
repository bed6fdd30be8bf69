/* SPDX-License-Identifier: MIT */
/*
 * Events as LTTng's liblttng-ust-libc-wrapper records them: the provider `lttng_ust_libc`, with its names, fields and types.
 *
 * What differs from what the wrapper would have recorded, because the traces do not tell more:
 * - A realloc is a `free` of the old block and a `realloc` of NULL (in_ptr is 0), as it is two events of allocspan. No
 *   address is allocated twice at any time.
 * - What aligned_alloc(), posix_memalign() and their kin allocated is a `memalign` whose alignment is 0: unknown.
 * - `operator new` is a `malloc`, which it calls.
 */
#ifndef ASPAN_BT2_LIBC_EVENTS_H
#define ASPAN_BT2_LIBC_EVENTS_H

#include "events.h"
#include "unpack-stream.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>

/* X(symbol, name); their order is that of the event classes' ids. */
#define ASPAN_LIBC_EVENTS(X)                                                                       \
	X(MALLOC, "malloc")                                                                        \
	X(FREE, "free")                                                                            \
	X(CALLOC, "calloc")                                                                        \
	X(REALLOC, "realloc")                                                                      \
	X(MEMALIGN, "memalign")                                                                    \
	X(POSIX_MEMALIGN, "posix_memalign")

enum aspan_libc_event {
#define ASPAN_LIBC_SYMBOL(symbol, name) ASPAN_LIBC_##symbol,
	ASPAN_LIBC_EVENTS(ASPAN_LIBC_SYMBOL)
#undef ASPAN_LIBC_SYMBOL
		ASPAN_LIBC_EVENT_COUNT,
};

struct aspan_libc_events {
	struct aspan_unpack_made_stream made;
	bt_event_class *classes[ASPAN_LIBC_EVENT_COUNT];
	bool has_ip;
};

/* Begins a stream of them in a trace. 0 or -ENOMEM; in any case aspan_libc_events_fini() frees it. */
int aspan_libc_events_init(struct aspan_libc_events *events, bt_self_message_iterator *iterator,
			   struct aspan_unpack_queue *queue, bt_trace_class *trace_class,
			   bt_trace *trace, bt_clock_class *clock_class, bool has_ip);
void aspan_libc_events_fini(struct aspan_libc_events *events);

/* An event `alloc` or `free` of allocspan. */
struct aspan_libc_source {
	bool is_free;
	uint64_t time_ns;
	struct aspan_origin origin;
	uint64_t address;
	uint64_t size_bytes;
	uint64_t kind;
	uint64_t ip;
};

/* Makes its event; none of a block that no allocator of the C library made. 0 or -ENOMEM. */
int aspan_libc_events_add(struct aspan_libc_events *events, const struct aspan_libc_source *source);

#endif

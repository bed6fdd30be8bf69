/* SPDX-License-Identifier: MIT */
/*
 * The probes of the events that come by the million, written by hand: `alloc`, `free` and the packed one.
 *
 * What LTTng's macros generate calls the tracer once for each field, and has strings copied byte by byte. These put the payload
 * together and hand it over in one piece, or in three; the trace is the same (tests/integration/direct-probes.sh). Where more
 * is to be done than that (a filter, a trigger, tags of unusual length), they call the generated ones.
 *
 * How the two meet: LTTng's headers paste the name of a probe, in its declaration and its definition, where a parenthesis follows,
 * and in the event's description, where none does. A function-like macro of that name renames only the former.
 *
 * Include this before the providers. Where the tracer is of a series that nobody has tried, or its buffers are aligned, all
 * probes are the generated ones.
 */
#ifndef ASPAN_TP_DIRECT_PROBES_H
#define ASPAN_TP_DIRECT_PROBES_H

#include <lttng/ust-tracer.h>
#include <lttng/ust-version.h>

#if LTTNG_UST_MAJOR_VERSION == 2 && LTTNG_UST_MINOR_VERSION == 13 &&                               \
	!defined(LTTNG_UST_RING_BUFFER_NATURAL_ALIGN)

#include <lttng/tracepoint.h>
#include <lttng/ust-events.h>
#include <lttng/ust-ringbuffer-context.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "packed-event.h"
#include "packed-format.h"

#define lttng_ust__event_probe__allocspan___alloc(...) generated_alloc_probe(__VA_ARGS__)
#define lttng_ust__event_probe__allocspan___free(...) generated_free_probe(__VA_ARGS__)
#define lttng_ust__event_probe__allocspan_packed___events(...) generated_packed_probe(__VA_ARGS__)

static void generated_alloc_probe(void *event, const void *ptr, size_t size, uint64_t group_id,
				  uint64_t span_id, unsigned int kind, const char *tags, void *ip);
static void generated_free_probe(void *event, const void *ptr, size_t size,
				 uint64_t source_group_id, uint64_t current_group_id,
				 uint64_t span_id, unsigned int kind, const char *tags, void *ip);
static void generated_packed_probe(void *event, const struct aspan_packed_event *packed, void *ip);

/* Longer ones are for the generated probes. */
#define MOST_TAG_BYTES 256

/* The fields in the order of allocspan-provider.h. */
struct __attribute__((packed)) direct_alloc {
	uintptr_t ptr;
	uint64_t size;
	uint64_t group_id;
	uint64_t span_id;
	uint8_t kind;
	char tags[MOST_TAG_BYTES];
};

struct __attribute__((packed)) direct_free {
	uintptr_t ptr;
	uint64_t size;
	int64_t delta;
	uint64_t source_group_id;
	uint64_t current_group_id;
	uint64_t span_id;
	uint8_t kind;
	char tags[MOST_TAG_BYTES];
};

/* The longest name of a thread, with its end. */
#define MOST_NAME_BYTES 16

/* The fields in the order of packed-provider.h up to the first string, and from it to the next. */
struct __attribute__((packed)) direct_packed_begin {
	uint8_t version;
	int32_t vpid;
	int32_t vtid;
};

struct __attribute__((packed)) direct_packed_numbers {
	uint64_t record_index;
	uint32_t record_count;
	uint64_t begin_ns;
	uint64_t flush_ns;
	uint64_t span_id;
};

struct __attribute__((packed)) direct_packed {
	struct direct_packed_begin begin;
	char rest[MOST_NAME_BYTES + sizeof(struct direct_packed_numbers)];
};

/* Whether recording is all that a probe has to do. */
static inline bool is_direct(const struct lttng_ust_event_common *event)
{
	return event->type == LTTNG_UST_EVENT_TYPE_RECORDER && !CMM_ACCESS_ONCE(event->eval_filter);
}

static inline struct lttng_ust_channel_buffer *
channel_of(const struct lttng_ust_event_common *event)
{
	return ((struct lttng_ust_event_recorder *) event->child)->chan;
}

/* Whether a session wants the event now: what every probe of LTTng's asks first. */
static inline bool is_wanted(const struct lttng_ust_event_common *event)
{
	const struct lttng_ust_channel_common *channel = channel_of(event)->parent;

	return CMM_ACCESS_ONCE(channel->session->active) && CMM_ACCESS_ONCE(channel->enabled) &&
	       CMM_ACCESS_ONCE(event->enabled);
}

static inline bool reserve(struct lttng_ust_ring_buffer_ctx *context,
			   const struct lttng_ust_event_common *event, size_t bytes,
			   struct lttng_ust_probe_ctx *probe)
{
	lttng_ust_ring_buffer_ctx_init(context, event->child, bytes, 1, probe);
	return channel_of(event)->ops->event_reserve(context) >= 0;
}

static inline void record(const struct lttng_ust_event_common *event, const void *payload,
			  size_t bytes, void *ip)
{
	struct lttng_ust_probe_ctx probe = { .struct_size = sizeof(probe), .ip = ip };
	const struct lttng_ust_channel_buffer_ops *ops = channel_of(event)->ops;
	struct lttng_ust_ring_buffer_ctx context;

	if (reserve(&context, event, bytes, &probe)) {
		ops->event_write(&context, payload, bytes, 1);
		ops->event_commit(&context);
	}
}

/* In parentheses, the names are not those of the macros above. */
static void(lttng_ust__event_probe__allocspan___alloc)(void *data, const void *ptr, size_t size,
						       uint64_t group_id, uint64_t span_id,
						       unsigned int kind, const char *tags,
						       void *ip)
{
	const struct lttng_ust_event_common *event = data;
	size_t tag_bytes = strlen(tags) + 1;
	struct direct_alloc payload;

	if (!is_direct(event) || tag_bytes > MOST_TAG_BYTES) {
		generated_alloc_probe(data, ptr, size, group_id, span_id, kind, tags, ip);
		return;
	}
	if (!is_wanted(event)) {
		return;
	}
	payload.ptr = (uintptr_t) ptr;
	payload.size = size;
	payload.group_id = group_id;
	payload.span_id = span_id;
	payload.kind = (uint8_t) kind;
	memcpy(payload.tags, tags, tag_bytes);
	record(event, &payload, offsetof(struct direct_alloc, tags) + tag_bytes, ip);
}

static void(lttng_ust__event_probe__allocspan___free)(void *data, const void *ptr, size_t size,
						      uint64_t source_group_id,
						      uint64_t current_group_id, uint64_t span_id,
						      unsigned int kind, const char *tags, void *ip)
{
	const struct lttng_ust_event_common *event = data;
	size_t tag_bytes = strlen(tags) + 1;
	struct direct_free payload;

	if (!is_direct(event) || tag_bytes > MOST_TAG_BYTES) {
		generated_free_probe(data, ptr, size, source_group_id, current_group_id, span_id,
				     kind, tags, ip);
		return;
	}
	if (!is_wanted(event)) {
		return;
	}
	payload.ptr = (uintptr_t) ptr;
	payload.size = size;
	payload.delta = -(int64_t) size;
	payload.source_group_id = source_group_id;
	payload.current_group_id = current_group_id;
	payload.span_id = span_id;
	payload.kind = (uint8_t) kind;
	memcpy(payload.tags, tags, tag_bytes);
	record(event, &payload, offsetof(struct direct_free, tags) + tag_bytes, ip);
}

/* Fills in all that is before the groups; gives how many bytes that is. */
static inline size_t fill_packed(struct direct_packed *payload,
				 const struct aspan_packed_event *packed, size_t name_bytes)
{
	const struct direct_packed_numbers numbers = {
		.record_index = packed->record_index,
		.record_count = packed->record_count,
		.begin_ns = packed->begin_ns,
		.flush_ns = packed->flush_ns,
		.span_id = packed->span_id,
	};

	payload->begin = (struct direct_packed_begin){
		.version = ASPAN_PACKED_VERSION,
		.vpid = packed->vpid,
		.vtid = packed->vtid,
	};
	memcpy(payload->rest, packed->thread_name, name_bytes);
	memcpy(payload->rest + name_bytes, &numbers, sizeof(numbers));
	return sizeof(payload->begin) + name_bytes + sizeof(numbers);
}

static void(lttng_ust__event_probe__allocspan_packed___events)(
	void *data, const struct aspan_packed_event *packed, void *ip)
{
	const struct lttng_ust_event_common *event = data;
	struct lttng_ust_probe_ctx probe = { .struct_size = sizeof(probe), .ip = ip };
	size_t name_bytes = strlen(packed->thread_name) + 1;
	size_t groups_bytes = packed->groups_length + 1;
	size_t records_bytes = packed->records_length + 1;
	struct lttng_ust_ring_buffer_ctx context;
	struct direct_packed payload;
	size_t payload_bytes;

	if (!is_direct(event) || name_bytes > MOST_NAME_BYTES) {
		generated_packed_probe(data, packed, ip);
		return;
	}
	if (!is_wanted(event)) {
		return;
	}
	payload_bytes = fill_packed(&payload, packed, name_bytes);
	if (reserve(&context, event, payload_bytes + groups_bytes + records_bytes, &probe)) {
		const struct lttng_ust_channel_buffer_ops *ops = channel_of(event)->ops;

		ops->event_write(&context, &payload, payload_bytes, 1);
		ops->event_write(&context, packed->groups, groups_bytes, 1);
		ops->event_write(&context, packed->records, records_bytes, 1);
		ops->event_commit(&context);
	}
}

#undef MOST_TAG_BYTES
#undef MOST_NAME_BYTES

#endif

#endif

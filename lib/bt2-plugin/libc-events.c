/* SPDX-License-Identifier: MIT */
/*
 * Events as LTTng's liblttng-ust-libc-wrapper records them.
 */
#include "libc-events.h"

#include "unpack-declare.h"
#include "unpack-field.h"

#include "trace-kind.h"

#include <errno.h>

#define PROVIDER "lttng_ust_libc:"

#define SIZE(name)                                                                                 \
	{                                                                                          \
		name, ASPAN_UNPACK_UNSIGNED, 64, 10                                                \
	}
#define POINTER(name)                                                                              \
	{                                                                                          \
		name, ASPAN_UNPACK_UNSIGNED, 64, 16                                                \
	}

static const struct aspan_unpack_declared contexts[] = {
	{ "vpid", ASPAN_UNPACK_SIGNED, 32, 10 },
	{ "vtid", ASPAN_UNPACK_SIGNED, 32, 10 },
	{ "procname", ASPAN_UNPACK_STRING, 0, 0 },
	/* LTTng declares it decimal. */
	SIZE("ip"),
};

#define CONTEXT_COUNT (sizeof(contexts) / sizeof(contexts[0]))

#define MAX_FIELDS 4

static const struct {
	const char *name;
	size_t field_count;
	struct aspan_unpack_declared fields[MAX_FIELDS];
} declared[ASPAN_LIBC_EVENT_COUNT] = {
	[ASPAN_LIBC_MALLOC] = { PROVIDER "malloc", 2, { SIZE("size"), POINTER("ptr") } },
	[ASPAN_LIBC_FREE] = { PROVIDER "free", 1, { POINTER("ptr") } },
	[ASPAN_LIBC_CALLOC] = { PROVIDER "calloc",
				3,
				{ SIZE("nmemb"), SIZE("size"), POINTER("ptr") } },
	[ASPAN_LIBC_REALLOC] = { PROVIDER "realloc",
				 3,
				 { POINTER("in_ptr"), SIZE("size"), POINTER("ptr") } },
	[ASPAN_LIBC_MEMALIGN] = { PROVIDER "memalign",
				  3,
				  { SIZE("alignment"), SIZE("size"), POINTER("ptr") } },
	[ASPAN_LIBC_POSIX_MEMALIGN] = { PROVIDER "posix_memalign",
					4,
					{ POINTER("out_ptr"),
					  SIZE("alignment"),
					  SIZE("size"),
					  { "result", ASPAN_UNPACK_SIGNED, 32, 10 } } },
};

static int declare(struct aspan_libc_events *events, bt_trace_class *trace_class)
{
	bt_stream_class *stream_class = events->made.stream_class;
	/* ip is the last one. */
	size_t context_count = CONTEXT_COUNT - !events->has_ip;
	int result =
		aspan_unpack_declare_contexts(trace_class, stream_class, contexts, context_count);

	for (size_t i = 0; !result && i < ASPAN_LIBC_EVENT_COUNT; i++) {
		events->classes[i] =
			aspan_unpack_declare_event(trace_class, stream_class, declared[i].name,
						   BT_EVENT_CLASS_LOG_LEVEL_DEBUG_LINE,
						   declared[i].fields, declared[i].field_count);
		result = events->classes[i] ? 0 : -ENOMEM;
	}
	return result;
}

int aspan_libc_events_init(struct aspan_libc_events *events, bt_self_message_iterator *iterator,
			   struct aspan_unpack_queue *queue, bt_trace_class *trace_class,
			   bt_trace *trace, bt_clock_class *clock_class, bool has_ip)
{
	int result;

	*events = (struct aspan_libc_events){ .has_ip = has_ip };
	result = aspan_unpack_made_stream_init(&events->made, iterator, queue, trace_class,
					       clock_class);
	result = result ? result : declare(events, trace_class);
	return result ? result : aspan_unpack_made_stream_begin(&events->made, trace);
}

void aspan_libc_events_fini(struct aspan_libc_events *events)
{
	for (size_t i = 0; i < ASPAN_LIBC_EVENT_COUNT; i++) {
		bt_event_class_put_ref(events->classes[i]);
	}
	aspan_unpack_made_stream_fini(&events->made);
}

static enum aspan_libc_event choose(const struct aspan_libc_source *source)
{
	if (source->is_free) {
		return ASPAN_LIBC_FREE;
	}
	switch (source->kind) {
	case ASPAN_KIND_CALLOC:
		return ASPAN_LIBC_CALLOC;
	case ASPAN_KIND_REALLOC:
		return ASPAN_LIBC_REALLOC;
	case ASPAN_KIND_MEMALIGN:
		return ASPAN_LIBC_MEMALIGN;
	default:
		return ASPAN_LIBC_MALLOC;
	}
}

static void fill_payload(bt_field *fields, enum aspan_libc_event type,
			 const struct aspan_libc_source *source)
{
	uint64_t i = 0;

	if (type == ASPAN_LIBC_CALLOC) {
		aspan_unpack_field_set_unsigned(fields, i++, 1);
	} else if (type == ASPAN_LIBC_REALLOC || type == ASPAN_LIBC_MEMALIGN) {
		aspan_unpack_field_set_unsigned(fields, i++, 0);
	}
	if (type != ASPAN_LIBC_FREE) {
		aspan_unpack_field_set_unsigned(fields, i++, source->size_bytes);
	}
	aspan_unpack_field_set_unsigned(fields, i, source->address);
}

static int fill_contexts(const struct aspan_libc_events *events, bt_field *fields,
			 const struct aspan_libc_source *source)
{
	const char *name = source->origin.procname;

	aspan_unpack_field_set_signed(fields, 0, (int64_t) source->origin.vpid);
	aspan_unpack_field_set_signed(fields, 1, (int64_t) source->origin.vtid);
	if (events->has_ip) {
		aspan_unpack_field_set_unsigned(fields, 3, source->ip);
	}
	return aspan_unpack_field_set_string(fields, 2, name ? name : "");
}

int aspan_libc_events_add(struct aspan_libc_events *events, const struct aspan_libc_source *source)
{
	enum aspan_libc_event type = choose(source);
	bt_message *message;
	bt_event *event;

	if (source->kind == ASPAN_KIND_USER) {
		return 0;
	}
	message =
		aspan_unpack_made_stream_add(&events->made, events->classes[type], source->time_ns);
	if (!message) {
		return -ENOMEM;
	}
	event = bt_message_event_borrow_event(message);
	if (fill_contexts(events, bt_event_borrow_common_context_field(event), source)) {
		bt_message_put_ref(message);
		return -ENOMEM;
	}
	fill_payload(bt_event_borrow_payload_field(event), type, source);
	return aspan_unpack_queue_push(events->made.queue, message);
}

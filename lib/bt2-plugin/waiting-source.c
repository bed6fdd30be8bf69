/* SPDX-License-Identifier: MIT */
/*
 * See waiting-source.h.
 */
#include "waiting-source.h"

#include "unpack-declare.h"
#include "unpack-field.h"
#include "waiting-list.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define NS_PER_S UINT64_C(1000000000)
#define TRACE_NAME "salvaged"

/* As LTTng declares them; what fills them counts along. */
static const struct aspan_unpack_declared contexts[] = {
	{ "vpid", ASPAN_UNPACK_SIGNED, 32, 10 },
	{ "vtid", ASPAN_UNPACK_SIGNED, 32, 10 },
	{ "procname", ASPAN_UNPACK_STRING, 0, 0 },
	{ "pid_ns", ASPAN_UNPACK_UNSIGNED, 64, 10 },
};

static const struct aspan_unpack_declared fields[] = {
	{ "version", ASPAN_UNPACK_UNSIGNED, 8, 10 },
	{ "vpid", ASPAN_UNPACK_SIGNED, 32, 10 },
	{ "vtid", ASPAN_UNPACK_SIGNED, 32, 10 },
	{ "thread_name", ASPAN_UNPACK_STRING, 0, 0 },
	{ "record_index", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "record_count", ASPAN_UNPACK_UNSIGNED, 32, 10 },
	{ "begin_ns", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "flush_ns", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "span_id", ASPAN_UNPACK_UNSIGNED, 64, 10 },
	{ "groups", ASPAN_UNPACK_STRING, 0, 0 },
	{ "records", ASPAN_UNPACK_STRING, 0, 0 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct source {
	struct aspan_waiting_list list;
	bt_stream_class *stream_class;
	bt_event_class *event_class;
	bt_trace *trace;
	bt_stream *stream;
};

struct iterator {
	struct source *source; /* borrowed */
	size_t next; /* 0: the stream's beginning; then the items; then its end */
};

#define FAIL(self, ...)                                                                            \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(                                       \
		bt_self_component_source_as_self_component(self), __VA_ARGS__)

static void destroy(struct source *source)
{
	if (source) {
		bt_stream_put_ref(source->stream);
		bt_trace_put_ref(source->trace);
		bt_event_class_put_ref(source->event_class);
		bt_stream_class_put_ref(source->stream_class);
		aspan_waiting_list_fini(&source->list);
		free(source);
	}
}

/* LTTng's: CLOCK_MONOTONIC, and when that was 0. */
static bt_clock_class *create_clock(bt_self_component *self, uint64_t offset_ns)
{
	bt_clock_class *clock = bt_clock_class_create(self);

	if (clock && bt_clock_class_set_name(clock, "monotonic")) {
		BT_CLOCK_CLASS_PUT_REF_AND_RESET(clock);
	}
	if (clock) {
		bt_clock_class_set_frequency(clock, NS_PER_S);
		bt_clock_class_set_origin_is_unix_epoch(clock, BT_TRUE);
		bt_clock_class_set_offset(clock, (int64_t) (offset_ns / NS_PER_S),
					  offset_ns % NS_PER_S);
	}
	return clock;
}

static int declare(struct source *source, bt_self_component *self, bt_trace_class *trace_class)
{
	bt_clock_class *clock = create_clock(self, source->list.realtime_offset_ns);
	int result = -ENOMEM;

	source->stream_class = clock ? bt_stream_class_create(trace_class) : NULL;
	if (source->stream_class &&
	    !bt_stream_class_set_default_clock_class(source->stream_class, clock)) {
		result = aspan_unpack_declare_contexts(trace_class, source->stream_class, contexts,
						       COUNT(contexts));
	}
	if (!result) {
		source->event_class = aspan_unpack_declare_event(
			trace_class, source->stream_class, "allocspan_packed:events",
			BT_EVENT_CLASS_LOG_LEVEL_DEBUG, fields, COUNT(fields));
		result = source->event_class ? 0 : -ENOMEM;
	}
	bt_clock_class_put_ref(clock);
	return result;
}

static bool set_environment(bt_trace *trace)
{
	struct utsname host;

	return uname(&host) == 0 && !bt_trace_set_name(trace, TRACE_NAME) &&
	       !bt_trace_set_environment_entry_string(trace, "hostname", host.nodename) &&
	       !bt_trace_set_environment_entry_string(trace, "tracer_name", "allocspan") &&
	       !bt_trace_set_environment_entry_integer(trace, ASPAN_SALVAGED_ENTRY, 1);
}

static int make_trace(struct source *source, bt_self_component *self)
{
	bt_trace_class *trace_class = bt_trace_class_create(self);
	int result = trace_class ? declare(source, self, trace_class) : -ENOMEM;

	if (!result) {
		source->trace = bt_trace_create(trace_class);
		source->stream = source->trace && set_environment(source->trace) ?
					 bt_stream_create(source->stream_class, source->trace) :
					 NULL;
		result = source->stream ? 0 : -ENOMEM;
	}
	bt_trace_class_put_ref(trace_class);
	return result;
}

/* What cannot be read is left out: whoever asks for the counts of these ledgers is told (ledger-files.h). */
static int read_ledgers(struct source *source, const bt_value *params)
{
	const bt_value *paths = bt_value_map_borrow_entry_value_const(params, "ledgers");
	uint64_t count = paths && bt_value_is_array(paths) ? bt_value_array_get_length(paths) : 0;

	for (uint64_t i = 0; i < count; i++) {
		const bt_value *path = bt_value_array_borrow_element_by_index_const(paths, i);

		if (!bt_value_is_string(path)) {
			return -EINVAL;
		}
		if (aspan_waiting_list_add(&source->list, bt_value_string_get(path)) == -ENOMEM) {
			return -ENOMEM;
		}
	}
	aspan_waiting_list_sort(&source->list);
	return count > 0 ? 0 : -EINVAL;
}

bt_component_class_initialize_method_status
aspan_waiting_source_initialize(bt_self_component_source *self,
				bt_self_component_source_configuration *config,
				const bt_value *params, void *data)
{
	struct source *source = calloc(1, sizeof(*source));
	int result = source ? read_ledgers(source, params) : -ENOMEM;

	(void) config;
	(void) data;
	if (!result) {
		result = make_trace(source, bt_self_component_source_as_self_component(self));
	}
	if (!result && bt_self_component_source_add_output_port(self, "out", NULL, NULL)) {
		result = -ENOMEM;
	}
	if (result) {
		FAIL(self, result == -EINVAL ? "the parameter 'ledgers' is no array of files" :
					       "no memory for what waits in ledgers");
		destroy(source);
		return result == -EINVAL ? BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR :
					   BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	}
	bt_self_component_set_data(bt_self_component_source_as_self_component(self), source);
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

void aspan_waiting_source_finalize(bt_self_component_source *self)
{
	destroy(bt_self_component_get_data(bt_self_component_source_as_self_component(self)));
}

bt_message_iterator_class_initialize_method_status
aspan_waiting_iterator_initialize(bt_self_message_iterator *self,
				  bt_self_message_iterator_configuration *config,
				  bt_self_component_port_output *port)
{
	struct iterator *iterator = calloc(1, sizeof(*iterator));

	(void) config;
	(void) port;
	if (!iterator) {
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	}
	iterator->source =
		bt_self_component_get_data(bt_self_message_iterator_borrow_component(self));
	bt_self_message_iterator_set_data(self, iterator);
	return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

void aspan_waiting_iterator_finalize(bt_self_message_iterator *self)
{
	free(bt_self_message_iterator_get_data(self));
}

static int fill_contexts(bt_field *structure, const struct aspan_waiting_item *item)
{
	aspan_unpack_field_set_signed(structure, 0, item->event.vpid);
	aspan_unpack_field_set_signed(structure, 1, item->event.vtid);
	aspan_unpack_field_set_unsigned(structure, 3, item->pid_ns);
	return aspan_unpack_field_set_string(structure, 2, item->event.thread_name);
}

static int fill_fields(bt_field *structure, const struct aspan_packed_fields *event)
{
	int result;

	aspan_unpack_field_set_unsigned(structure, 0, event->version);
	aspan_unpack_field_set_signed(structure, 1, event->vpid);
	aspan_unpack_field_set_signed(structure, 2, event->vtid);
	aspan_unpack_field_set_unsigned(structure, 4, event->record_index);
	aspan_unpack_field_set_unsigned(structure, 5, event->record_count);
	aspan_unpack_field_set_unsigned(structure, 6, event->begin_ns);
	aspan_unpack_field_set_unsigned(structure, 7, event->flush_ns);
	aspan_unpack_field_set_unsigned(structure, 8, event->span_id);
	result = aspan_unpack_field_set_string(structure, 3, event->thread_name);
	result = result ? result : aspan_unpack_field_set_string(structure, 9, event->groups);
	return result ? result : aspan_unpack_field_set_string(structure, 10, event->records);
}

static bt_message *create_event(bt_self_message_iterator *self, const struct source *source,
				const struct aspan_waiting_item *item)
{
	bt_message *message = bt_message_event_create_with_default_clock_snapshot(
		self, source->event_class, source->stream, item->event.flush_ns);
	bt_event *event = message ? bt_message_event_borrow_event(message) : NULL;

	if (event && (fill_contexts(bt_event_borrow_common_context_field(event), item) ||
		      fill_fields(bt_event_borrow_payload_field(event), &item->event))) {
		BT_MESSAGE_PUT_REF_AND_RESET(message);
	}
	return message;
}

static bt_message *create_next(bt_self_message_iterator *self, struct iterator *iterator)
{
	const struct source *source = iterator->source;
	size_t next = iterator->next++;

	if (next == 0) {
		return bt_message_stream_beginning_create(self, source->stream);
	}
	if (next <= source->list.count) {
		return create_event(self, source, &source->list.items[next - 1]);
	}
	return bt_message_stream_end_create(self, source->stream);
}

bt_message_iterator_class_next_method_status
aspan_waiting_iterator_next(bt_self_message_iterator *self, bt_message_array_const messages,
			    uint64_t capacity, uint64_t *count)
{
	struct iterator *iterator = bt_self_message_iterator_get_data(self);
	size_t end = iterator->source->list.count + 2;

	for (*count = 0; *count < capacity && iterator->next < end; (*count)++) {
		messages[*count] = create_next(self, iterator);
		if (!messages[*count]) {
			while (*count > 0) {
				bt_message_put_ref(messages[--*count]);
			}
			return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_MEMORY_ERROR;
		}
	}
	return *count ? BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK :
			BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_END;
}

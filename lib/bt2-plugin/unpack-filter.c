/* SPDX-License-Identifier: MIT */
/*
 * The filter component class `filter.allocspan.unpack`.
 *
 *	messages --> in one order with the records (packed-reader.h) --> copies (unpack-mirror.h) and events
 *	             of records (unpack-events.h)
 *
 * Until something may be packed, messages go through untouched.
 */
#include "unpack-filter.h"

#include "unpack-frame.h"
#include "packed-reader.h"
#include "unpack-traces.h"

#include <errno.h>
#include <stdlib.h>

#define FAIL(unpack, ...)                                                                          \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(                                       \
		bt_self_message_iterator_borrow_component((unpack)->self), __VA_ARGS__)

struct unpack {
	struct aspan_filter_iterator frame;
	bt_self_message_iterator *self;
	struct aspan_unpack_traces *traces;
	struct aspan_packed_reader *packed; /* NULL: there are no packed events so far */
};

bt_component_class_initialize_method_status
aspan_unpack_filter_initialize(bt_self_component_filter *self,
			       bt_self_component_filter_configuration *config,
			       const bt_value *params, void *data)
{
	(void) config;
	(void) data;
	return aspan_filter_initialize(self, params, "unpack");
}

static int push(struct unpack *unpack, const bt_message *message)
{
	int result = aspan_unpack_queue_push(&unpack->frame.queue, message);

	if (result) {
		FAIL(unpack, "no memory for what the trace holds");
	}
	return result;
}

/* Gives out a message that has waited, or its copy. */
static int give_message(struct unpack *unpack, const bt_message *message)
{
	struct aspan_unpack_trace *trace;
	int result = aspan_unpack_traces_find_of_message(unpack->traces, message, &trace);

	if (result) {
		return result;
	}
	if (trace && trace->is_mirrored) {
		return push(unpack, aspan_unpack_mirror_copy_message(trace->mirror, message));
	}
	bt_message_get_ref(message);
	return push(unpack, message);
}

static int give_output(struct unpack *unpack, const struct aspan_packed_output *output)
{
	struct aspan_unpack_trace *trace =
		aspan_unpack_traces_get(unpack->traces, output->origin.trace);
	int result =
		output->type == ASPAN_PACKED_RECORD ?
			aspan_unpack_events_add(&trace->events, output) :
			aspan_unpack_made_stream_discard(&trace->events.made, &output->lost_count);

	if (result) {
		FAIL(unpack, "no memory for the events of packed records");
	}
	return result;
}

static int give_what_is_due(struct unpack *unpack)
{
	struct aspan_packed_output output;
	const bt_message *message;
	int result;

	while ((result = aspan_packed_reader_next(unpack->packed, &output, &message)) == 1) {
		result = message ? give_message(unpack, message) : give_output(unpack, &output);
		bt_message_put_ref(message);
		if (result) {
			return result;
		}
	}
	return result;
}

static int read_time(struct unpack *unpack, const bt_message *message, uint64_t *time_ns)
{
	const bt_event *event = bt_message_event_borrow_event_const(message);
	int64_t ns;

	if (!bt_stream_class_borrow_default_clock_class_const(
		    bt_stream_borrow_class_const(bt_event_borrow_stream_const(event)))) {
		FAIL(unpack, "the trace has events without a time");
		return -EINVAL;
	}
	if (bt_clock_snapshot_get_ns_from_origin(
		    bt_message_event_borrow_default_clock_snapshot_const(message), &ns) !=
	    BT_CLOCK_SNAPSHOT_GET_NS_FROM_ORIGIN_STATUS_OK) {
		FAIL(unpack, "the trace has an event at an impossible time");
		return -EINVAL;
	}
	*time_ns = (uint64_t) ns;
	return 0;
}

static int take_packed_event(struct unpack *unpack, const bt_message *message,
			     const struct aspan_packed_layout *layout,
			     const struct aspan_stream *stream, uint64_t time_ns)
{
	struct aspan_origin origin;
	int result = aspan_unpack_traces_prepare(unpack->traces, stream, &unpack->frame.queue);

	if (result) {
		return result;
	}
	aspan_stream_read_origin(stream, bt_message_event_borrow_event_const(message), &origin);
	return aspan_packed_reader_add_event(unpack->packed, layout, message, &origin, time_ns);
}

static int take_event(struct unpack *unpack, const bt_message *message)
{
	const bt_event *event = bt_message_event_borrow_event_const(message);
	const struct aspan_unpack_class *event_class;
	const struct aspan_stream *stream;
	struct aspan_origin origin;
	uint64_t time_ns;
	int result = aspan_unpack_traces_find_stream(unpack->traces,
						     bt_event_borrow_stream_const(event), &stream);

	if (!result) {
		result = aspan_unpack_traces_find_class(
			unpack->traces, bt_event_borrow_class_const(event), &event_class);
	}
	result = result ? result : read_time(unpack, message, &time_ns);
	if (result) {
		return result;
	}
	if (event_class->packed.is_packed) {
		return take_packed_event(unpack, message, &event_class->packed, stream, time_ns);
	}
	if (event_class->is_allocation) {
		aspan_stream_read_origin(stream, event, &origin);
	}
	return aspan_packed_reader_add_message(unpack->packed, message, time_ns,
					       event_class->is_allocation ? &origin : NULL);
}

static int make_reader(struct unpack *unpack)
{
	unpack->packed =
		aspan_packed_reader_create(bt_self_message_iterator_borrow_component(unpack->self));
	if (!unpack->packed) {
		FAIL(unpack, "no memory for packed events");
		return -ENOMEM;
	}
	return 0;
}

static int take(void *state, const bt_message *message)
{
	struct unpack *unpack = state;
	int result = 0;

	if (!unpack->packed && aspan_packed_reader_is_wanted_for(message)) {
		result = make_reader(unpack);
	}
	if (result) {
		return result;
	}
	if (!unpack->packed) {
		struct aspan_unpack_trace *trace;

		/* So that a trace whose streams have begun is known as one that goes through. */
		result = aspan_unpack_traces_find_of_message(unpack->traces, message, &trace);
		bt_message_get_ref(message);
		return result ? result : push(unpack, message);
	}
	result = bt_message_get_type(message) == BT_MESSAGE_TYPE_EVENT ?
			 take_event(unpack, message) :
			 aspan_packed_reader_add_message(unpack->packed, message, 0, NULL);
	return result ? result : give_what_is_due(unpack);
}

static int end(void *state)
{
	struct unpack *unpack = state;
	int result;

	if (!unpack->packed) {
		return 0;
	}
	aspan_packed_reader_end(unpack->packed);
	result = give_what_is_due(unpack);
	return result ? result : aspan_unpack_traces_end(unpack->traces);
}

static void destroy(struct unpack *unpack)
{
	if (!unpack) {
		return;
	}
	aspan_filter_iterator_fini(&unpack->frame);
	aspan_packed_reader_destroy(unpack->packed);
	aspan_unpack_traces_destroy(unpack->traces);
	free(unpack);
}

bt_message_iterator_class_initialize_method_status
aspan_unpack_iterator_initialize(bt_self_message_iterator *self,
				 bt_self_message_iterator_configuration *config,
				 bt_self_component_port_output *port)
{
	struct unpack *unpack = calloc(1, sizeof(*unpack));

	(void) config;
	(void) port;
	if (unpack) {
		unpack->self = self;
		unpack->frame.work =
			(struct aspan_filter_work){ .state = unpack, .take = take, .end = end };
		unpack->traces = aspan_unpack_traces_create(self);
	}
	if (!unpack || !unpack->traces) {
		destroy(unpack);
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	}
	if (aspan_filter_iterator_connect(&unpack->frame, self)) {
		destroy(unpack);
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	bt_self_message_iterator_set_data(self, unpack);
	return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

void aspan_unpack_iterator_finalize(bt_self_message_iterator *self)
{
	destroy(bt_self_message_iterator_get_data(self));
}

bt_message_iterator_class_next_method_status
aspan_unpack_iterator_next(bt_self_message_iterator *self, bt_message_array_const messages,
			   uint64_t capacity, uint64_t *count)
{
	struct unpack *unpack = bt_self_message_iterator_get_data(self);

	return aspan_filter_iterator_next(&unpack->frame, messages, capacity, count);
}

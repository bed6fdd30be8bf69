/* SPDX-License-Identifier: MIT */
/*
 * What our filters have in common.
 */
#include "unpack-frame.h"

#include <errno.h>

#define FAIL(component, ...)                                                                       \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(component, __VA_ARGS__)

bt_component_class_initialize_method_status
aspan_filter_initialize(bt_self_component_filter *self, const bt_value *params, const char *name)
{
	bt_self_component *component = bt_self_component_filter_as_self_component(self);

	if (bt_value_map_get_size(params) > 0) {
		FAIL(component, "filter.allocspan.%s takes no parameters", name);
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	if (bt_self_component_filter_add_input_port(self, ASPAN_FILTER_IN, NULL, NULL) ||
	    bt_self_component_filter_add_output_port(self, ASPAN_FILTER_OUT, NULL, NULL)) {
		FAIL(component, "cannot add the ports of filter.allocspan.%s", name);
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

int aspan_filter_iterator_connect(struct aspan_filter_iterator *iterator,
				  bt_self_message_iterator *self)
{
	bt_self_component *component = bt_self_message_iterator_borrow_component(self);
	/* The library gives what it made for a filter, under a wider type. */
	bt_self_component_port_input *port = bt_self_component_filter_borrow_input_port_by_name(
		(bt_self_component_filter *) component, ASPAN_FILTER_IN);

	if (bt_message_iterator_create_from_message_iterator(self, port, &iterator->upstream) !=
	    BT_MESSAGE_ITERATOR_CREATE_FROM_MESSAGE_ITERATOR_STATUS_OK) {
		FAIL(component, "cannot begin to read the trace");
		return -EIO;
	}
	return 0;
}

void aspan_filter_iterator_fini(struct aspan_filter_iterator *iterator)
{
	aspan_unpack_queue_fini(&iterator->queue);
	bt_message_iterator_put_ref(iterator->upstream);
	iterator->upstream = NULL;
}

/* Takes what comes in; all of it is released, also after a failure. */
static int take_all(struct aspan_filter_iterator *iterator, bt_message_array_const messages,
		    uint64_t count)
{
	int result = 0;

	for (uint64_t i = 0; i < count; i++) {
		if (!result) {
			result = iterator->work.take(iterator->work.state, messages[i]);
		}
		bt_message_put_ref(messages[i]);
	}
	return result;
}

static bt_message_iterator_class_next_method_status from_errno(int result)
{
	return result == 0	 ? BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK :
	       result == -ENOMEM ? BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_MEMORY_ERROR :
				   BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_ERROR;
}

/*
 * babeltrace2 2.0's reader may fail, say that all is well, and leave its error with the thread: the next call that makes something
 * would abort.
 */
static bool has_failed_silently(void)
{
	const bt_error *error = bt_current_thread_take_error();

	if (error) {
		bt_current_thread_move_error(error);
	}
	return error;
}

static void put_all(bt_message_array_const messages, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		bt_message_put_ref(messages[i]);
	}
}

/* Takes one batch from upstream. */
static bt_message_iterator_class_next_method_status advance(struct aspan_filter_iterator *iterator)
{
	bt_message_array_const messages;
	uint64_t count;
	bt_message_iterator_next_status status =
		bt_message_iterator_next(iterator->upstream, &messages, &count);

	if (status == BT_MESSAGE_ITERATOR_NEXT_STATUS_OK && has_failed_silently()) {
		put_all(messages, count);
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_ERROR;
	}
	if (status == BT_MESSAGE_ITERATOR_NEXT_STATUS_OK) {
		return from_errno(take_all(iterator, messages, count));
	}
	if (status == BT_MESSAGE_ITERATOR_NEXT_STATUS_END) {
		iterator->has_ended = true;
		return from_errno(iterator->work.end(iterator->work.state));
	}
	/* The numbers of both enumerations are the same. */
	return (bt_message_iterator_class_next_method_status) status;
}

bt_message_iterator_class_next_method_status
aspan_filter_iterator_next(struct aspan_filter_iterator *iterator, bt_message_array_const messages,
			   uint64_t capacity, uint64_t *count)
{
	while (iterator->queue.count == 0) {
		bt_message_iterator_class_next_method_status status;

		if (iterator->has_ended) {
			return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_END;
		}
		status = advance(iterator);
		if (status != BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK) {
			return status;
		}
	}
	*count = aspan_unpack_queue_take(&iterator->queue, messages, capacity);
	return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK;
}

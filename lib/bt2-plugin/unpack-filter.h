/* SPDX-License-Identifier: MIT */
/*
 * The filter component class `filter.allocspan.unpack`: gives back packed events (tp/packed-format.md) as the events
 * `allocspan:alloc` and `allocspan:free` that a full recording has, in the order of their times, and lets all else through.
 *
 * A trace with packed events comes out as another trace of the same environment, whose metadata has the two
 * events, in a stream of their own. What is missing between packed events comes out as discarded events of that
 * stream. Other traces come out as they are. No parameters.
 */
#ifndef ASPAN_BT2_UNPACK_FILTER_H
#define ASPAN_BT2_UNPACK_FILTER_H

#include <babeltrace2/babeltrace.h>

#include <stdint.h>

bt_component_class_initialize_method_status
aspan_unpack_filter_initialize(bt_self_component_filter *self,
			       bt_self_component_filter_configuration *config,
			       const bt_value *params, void *data);
bt_message_iterator_class_initialize_method_status
aspan_unpack_iterator_initialize(bt_self_message_iterator *self,
				 bt_self_message_iterator_configuration *config,
				 bt_self_component_port_output *port);
void aspan_unpack_iterator_finalize(bt_self_message_iterator *self);
bt_message_iterator_class_next_method_status
aspan_unpack_iterator_next(bt_self_message_iterator *self, bt_message_array_const messages,
			   uint64_t capacity, uint64_t *count);

#endif

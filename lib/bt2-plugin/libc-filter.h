/* SPDX-License-Identifier: MIT */
/*
 * The filter component class `filter.allocspan.lttng-ust-libc`: makes of each trace one with the events that LTTng's
 * liblttng-ust-libc-wrapper records (libc-events.h), from its events `allocspan:alloc` and `allocspan:free`; all else is left
 * out, but for what was discarded. For viewers that know only those. No parameters.
 */
#ifndef ASPAN_BT2_LIBC_FILTER_H
#define ASPAN_BT2_LIBC_FILTER_H

#include <babeltrace2/babeltrace.h>

#include <stdint.h>

bt_component_class_initialize_method_status
aspan_libc_filter_initialize(bt_self_component_filter *self,
			     bt_self_component_filter_configuration *config, const bt_value *params,
			     void *data);
bt_message_iterator_class_initialize_method_status
aspan_libc_iterator_initialize(bt_self_message_iterator *self,
			       bt_self_message_iterator_configuration *config,
			       bt_self_component_port_output *port);
void aspan_libc_iterator_finalize(bt_self_message_iterator *self);
bt_message_iterator_class_next_method_status
aspan_libc_iterator_next(bt_self_message_iterator *self, bt_message_array_const messages,
			 uint64_t capacity, uint64_t *count);

#endif

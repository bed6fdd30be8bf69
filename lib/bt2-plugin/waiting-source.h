/* SPDX-License-Identifier: MIT */
/*
 * The source component class `source.allocspan.waiting`: a trace of what waited in processes when they ended.
 *
 * Its events are `allocspan_packed:events` with the contexts vpid, vtid, procname and pid_ns; its clock is LTTng's. The trace has
 * `allocspan_salvaged` in its environment, by which a reader knows that the processes are those of another trace.
 */
#ifndef ASPAN_BT2_WAITING_SOURCE_H
#define ASPAN_BT2_WAITING_SOURCE_H

#include <babeltrace2/babeltrace.h>

/* In the environment of a salvaged trace: 1. */
#define ASPAN_SALVAGED_ENTRY "allocspan_salvaged"

bt_component_class_initialize_method_status
aspan_waiting_source_initialize(bt_self_component_source *self,
				bt_self_component_source_configuration *config,
				const bt_value *params, void *data);
void aspan_waiting_source_finalize(bt_self_component_source *self);

bt_message_iterator_class_initialize_method_status
aspan_waiting_iterator_initialize(bt_self_message_iterator *self,
				  bt_self_message_iterator_configuration *config,
				  bt_self_component_port_output *port);
void aspan_waiting_iterator_finalize(bt_self_message_iterator *self);
bt_message_iterator_class_next_method_status
aspan_waiting_iterator_next(bt_self_message_iterator *self, bt_message_array_const messages,
			    uint64_t capacity, uint64_t *count);

#endif

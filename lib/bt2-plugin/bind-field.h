/* SPDX-License-Identifier: MIT */
/*
 * A field of an event class that the replay of bindings wants: where it is, and its value in an event.
 */
#ifndef ASPAN_BT2_BIND_FIELD_H
#define ASPAN_BT2_BIND_FIELD_H

#include "bind-replay.h"

#include <babeltrace2/babeltrace.h>

struct aspan_bind_wanted_field {
	uint64_t member_index;
	bt_field_class_type type;
	enum aspan_bind_kind kind;
};

/*
 * Finds the field for an argument. 0; or -EINVAL where the class has none, or it is not a number or a string, and a
 * cause that says which fields it has is appended as the component's.
 */
int aspan_bind_wanted_field_find(struct aspan_bind_wanted_field *field,
				 bt_self_component *component, const char *event,
				 const bt_field_class *payload,
				 const struct aspan_bind_argument *argument);

/* A string is borrowed from the event. */
void aspan_bind_wanted_field_read(struct aspan_bind_field *value,
				  const struct aspan_bind_wanted_field *wanted,
				  const bt_field *payload);

#endif

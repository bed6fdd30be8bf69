/* SPDX-License-Identifier: MIT */
/*
 * Events by which LTTng tells which objects a process has loaded, for bindings that name functions.
 */
#ifndef ASPAN_BT2_BIND_OBJECT_H
#define ASPAN_BT2_BIND_OBJECT_H

#include "bind-field.h"

#include <stdbool.h>

#define ASPAN_BIND_OBJECT_FIELDS 3

struct aspan_bind_object {
	bool is_wanted;
	struct aspan_bind_wanted_field fields[ASPAN_BIND_OBJECT_FIELDS];
};

/* Recognises an event class by its name. 0, or -EINVAL as aspan_bind_wanted_field_find(). */
int aspan_bind_object_find(struct aspan_bind_object *object, bt_self_component *component,
			   const char *name, const bt_field_class *payload);

/* Hands an event to the replay. 0 or -ENOMEM. */
int aspan_bind_object_read(const struct aspan_bind_object *object, struct aspan_bind_replay *replay,
			   const bt_field *payload, const struct aspan_event *event);

#endif

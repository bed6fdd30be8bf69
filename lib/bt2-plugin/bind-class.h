/* SPDX-License-Identifier: MIT */
/*
 * What the replay of bindings (bind-replay.h) wants of an event class: the program's own events that SPECs name, and the
 * allocations that LTTng's liblttng-ust-libc-wrapper records.
 *
 * Fields are looked up once a class. One that a SPEC wants and the class does not have is an error that says which it has.
 */
#ifndef ASPAN_BT2_BIND_CLASS_H
#define ASPAN_BT2_BIND_CLASS_H

#include "bind-replay.h"

#include <babeltrace2/babeltrace.h>

struct aspan_bind_class;

/*
 * Makes *class, or leaves it NULL if nothing of the event class is wanted. 0; or -ENOMEM or -EINVAL, and a cause is
 * appended as the component's.
 */
int aspan_bind_class_create(struct aspan_bind_class **class, struct aspan_bind_replay *replay,
			    bt_self_component *component, const bt_event_class *event_class);

/* NULL is allowed. */
void aspan_bind_class_destroy(struct aspan_bind_class *class);

/* Hands an event to the replay; `event` has its time and origin, and is used up. 0 or negative errno. */
int aspan_bind_class_read(const struct aspan_bind_class *class, struct aspan_bind_replay *replay,
			  struct aspan_model *model, const bt_event *source,
			  struct aspan_event *event);

#endif

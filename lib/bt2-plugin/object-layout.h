/* SPDX-License-Identifier: MIT */
/*
 * Events of lttng-ust that tell what a process has loaded, and where: those of its state dump, of dlopen() and of the libraries
 * that come with it.
 */
#ifndef ASPAN_BT2_OBJECT_LAYOUT_H
#define ASPAN_BT2_OBJECT_LAYOUT_H

#include "loaded-objects.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>

struct aspan_object_layout {
	bool is_wanted; /* else it is another event */
	enum aspan_object_change change;
	/* Members of the payload; -1: the event has none such. */
	int base, size, path, is_position_independent, has_build_id, build_id;
};

/* As aspan_event_layout_init(). */
int aspan_object_layout_init(struct aspan_object_layout *layout, const bt_event_class *event_class,
			     const char **bad_field);

/* Strings are borrowed from the source. */
void aspan_object_layout_read(const struct aspan_object_layout *layout, const bt_event *source,
			      struct aspan_object_event *event);

#endif

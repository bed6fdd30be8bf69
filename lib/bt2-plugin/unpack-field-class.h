/* SPDX-License-Identifier: MIT */
/*
 * Copies of field classes in a trace class of our own.
 *
 * babeltrace2 2.0 lets a filter change no trace class that it was given, so one that adds events to a trace copies
 * all of it. The length of an array and the selector of a variant are other fields, named by a path: their copies
 * are found by the originals they were made of. A field class nests as deep as the trace's metadata, which
 * babeltrace2 has parsed by recursion before.
 */
#ifndef ASPAN_BT2_UNPACK_FIELD_CLASS_H
#define ASPAN_BT2_UNPACK_FIELD_CLASS_H

#include <babeltrace2/babeltrace.h>

#include <stddef.h>

struct aspan_unpack_field_pair {
	const bt_field_class *source;
	bt_field_class *copy; /* borrowed: it is part of what was copied */
};

struct aspan_unpack_field_classes {
	bt_trace_class *trace_class; /* of the copies */
	/* Where paths begin; NULL: there is none. The caller sets them before a copy. */
	const bt_field_class *packet_context, *common_context, *specific_context, *payload;
	struct aspan_unpack_field_pair *pairs;
	size_t pair_count;
};

void aspan_unpack_field_classes_fini(struct aspan_unpack_field_classes *classes);

/* A copy, with a reference for the caller; NULL without memory, or for what nobody knows. */
bt_field_class *aspan_unpack_field_class_copy(struct aspan_unpack_field_classes *classes,
					      const bt_field_class *source);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Declares the fields of events that a filter makes, from lists.
 */
#ifndef ASPAN_BT2_UNPACK_DECLARE_H
#define ASPAN_BT2_UNPACK_DECLARE_H

#include <babeltrace2/babeltrace.h>

#include <stddef.h>

enum aspan_unpack_declared_type {
	ASPAN_UNPACK_UNSIGNED,
	ASPAN_UNPACK_SIGNED,
	ASPAN_UNPACK_STRING,
	ASPAN_UNPACK_KIND, /* the enumeration of tp/trace-kind.h */
};

struct aspan_unpack_declared {
	const char *name;
	enum aspan_unpack_declared_type type;
	unsigned int bits; /* of a number */
	unsigned int base; /* 10 or 16 */
};

/* Gives the class's events these contexts. 0 or -ENOMEM. */
int aspan_unpack_declare_contexts(bt_trace_class *trace_class, bt_stream_class *stream_class,
				  const struct aspan_unpack_declared *fields, size_t count);

/* An event class, with a reference for the caller; NULL without memory. */
bt_event_class *aspan_unpack_declare_event(bt_trace_class *trace_class,
					   bt_stream_class *stream_class, const char *name,
					   bt_event_class_log_level log_level,
					   const struct aspan_unpack_declared *fields,
					   size_t count);

#endif

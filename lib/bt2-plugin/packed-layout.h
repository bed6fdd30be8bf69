/* SPDX-License-Identifier: MIT */
/*
 * Where the fields of the event `allocspan_packed:events` are, looked up once.
 */
#ifndef ASPAN_BT2_PACKED_LAYOUT_H
#define ASPAN_BT2_PACKED_LAYOUT_H

#include "packed-fields.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stdint.h>

#define ASPAN_PACKED_FIELD_COUNT 11

struct aspan_packed_layout {
	bool is_packed; /* this event class is that event's */
	uint32_t member_indexes[ASPAN_PACKED_FIELD_COUNT];
};

bool aspan_packed_layout_is_class(const bt_event_class *event_class);

/* Whether events of a trace class may be packed ones. */
bool aspan_packed_layout_is_in_trace_class(const bt_trace_class *trace_class);

/*
 * Fills the layout of an event class; any other than the packed one's is not an error. 0; or -EINVAL, and *bad_field
 * is then the name of the field that is missing or of the wrong type.
 */
int aspan_packed_layout_init(struct aspan_packed_layout *layout, const bt_event_class *event_class,
			     const char **bad_field);

/* Reads the payload; strings are borrowed from it. */
void aspan_packed_layout_read(const struct aspan_packed_layout *layout, const bt_event *source,
			      struct aspan_packed_fields *fields);

/*
 * What makes times of records times of the trace, for an event at time_ns; it wraps. Where the trace's clock is LTTng's
 * own, it counts what the records count, and the offset is exact; else it is right to within the time that writing an
 * event takes.
 */
uint64_t aspan_packed_layout_get_offset(const bt_clock_snapshot *snapshot, uint64_t time_ns,
					uint64_t flush_ns);

/* The same of any event; false if the trace's clock is another one. */
bool aspan_packed_layout_get_clock_offset(const bt_clock_snapshot *snapshot, uint64_t time_ns,
					  uint64_t *offset_ns);

#endif

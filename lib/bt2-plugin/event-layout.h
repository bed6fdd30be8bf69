/* SPDX-License-Identifier: MIT */
/*
 * Where the fields of an event class are, looked up once, so that reading an event asks for no name.
 *
 * An event of allocspan whose class lacks a field, or has one of another type, is of a schema that this
 * reader does not know: that is an error, and never a zero.
 */
#ifndef ASPAN_BT2_EVENT_LAYOUT_H
#define ASPAN_BT2_EVENT_LAYOUT_H

#include "events.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASPAN_EVENT_LAYOUT_MAX_READS 9
/* Of a longer stack the outermost frames are left out. */
#define ASPAN_EVENT_FRAMES_MAX 512

/* A member of the payload, and the member of aspan_event that takes its value. */
struct aspan_field_read {
	uint32_t member_index;
	uint16_t offset;
	bool is_string;
};

struct aspan_event_layout {
	enum aspan_event_type type;
	int address_member; /* -1: there is no address */
	int frames_member; /* -1: there are no frames, or nobody wants them */
	size_t read_count;
	struct aspan_field_read reads[ASPAN_EVENT_LAYOUT_MAX_READS];
};

/*
 * Fills the layout of an event class; of a class that is not allocspan's, the type is OTHER. wants_detail: also the
 * fields that only questions beyond groups need. 0; or -EINVAL, and *bad_field is then the name of the field that is
 * missing or of the wrong type.
 */
int aspan_event_layout_init(struct aspan_event_layout *layout, const bt_event_class *event_class,
			    bool wants_detail, const char **bad_field);

/* Copies the payload's values into the event; strings are borrowed from it. */
void aspan_event_layout_read(const struct aspan_event_layout *layout, const bt_event *source,
			     struct aspan_event *event);

/* Copies the frames of a stack, if there are any, which event->frames then points to. */
void aspan_event_layout_read_frames(const struct aspan_event_layout *layout, const bt_event *source,
				    uint64_t frames[ASPAN_EVENT_FRAMES_MAX],
				    struct aspan_event *event);

/* Only the address; false if the event has none. */
bool aspan_event_layout_read_address(const struct aspan_event_layout *layout,
				     const bt_event *source, uint64_t *address);

/* The value of a string field. babeltrace2 2.0 gives for an empty one what the recycled field held before. */
const char *aspan_string_field_get(const bt_field *field);

/* The index of a member of a structure field class, or -1; also for a NULL class, and one of another type. */
int aspan_field_find(const bt_field_class *structure_class, const char *name,
		     bt_field_class_type type);

/* The same of a sequence of unsigned numbers. */
int aspan_field_find_numbers(const bt_field_class *structure_class, const char *name);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The events process_begin and process_end: where their fields are, and what they tell.
 */
#ifndef ASPAN_BT2_PROCESS_LAYOUT_H
#define ASPAN_BT2_PROCESS_LAYOUT_H

#include "events.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stdint.h>

#define ASPAN_PROCESS_LAYOUT_MAX_READS 9

struct aspan_process_read {
	uint32_t member_index;
	uint16_t offset; /* in struct aspan_process_facts */
	bool is_signed, is_string;
};

struct aspan_process_layout {
	bool is_wanted; /* else it is another event */
	uint32_t read_count;
	struct aspan_process_read reads[ASPAN_PROCESS_LAYOUT_MAX_READS];
};

/* As aspan_event_layout_init(), for a class of this type. */
int aspan_process_layout_init(struct aspan_process_layout *layout, enum aspan_event_type type,
			      const bt_event_class *event_class, const char **bad_field);

/* Strings are borrowed from the source. */
void aspan_process_layout_read(const struct aspan_process_layout *layout, const bt_event *source,
			       struct aspan_process_facts *facts);

#endif

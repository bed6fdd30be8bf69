/* SPDX-License-Identifier: MIT */
/*
 * What stands between the messages of traces with packed events and whoever wants records and messages in one order:
 * lib/analysis/packed-merge.h for messages of babeltrace2.
 *
 * Rules:
 * - A trace without packed events pays nothing: this is made when the first stream or event is seen that may be packed
 *   (aspan_packed_reader_is_wanted_for()).
 * - A message that waits is held by a reference.
 */
#ifndef ASPAN_BT2_PACKED_READER_H
#define ASPAN_BT2_PACKED_READER_H

#include "packed-layout.h"
#include "packed-merge.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stdint.h>

struct aspan_packed_reader;

/* Whether this message begins what needs a reader. */
bool aspan_packed_reader_is_wanted_for(const bt_message *message);

/* Causes of errors are appended as the component's. NULL without memory. */
struct aspan_packed_reader *aspan_packed_reader_create(bt_self_component *component);

/* As aspan_packed_merge_set_announce(). */
void aspan_packed_reader_set_announce(struct aspan_packed_reader *reader,
				      void (*announce)(void *data, uint64_t address), void *data);

/* NULL is allowed. */
void aspan_packed_reader_destroy(struct aspan_packed_reader *reader);

/* Adds a packed event at time_ns, of a trace and namespace. 0; or negative errno, and a cause is appended. */
int aspan_packed_reader_add_event(struct aspan_packed_reader *reader,
				  const struct aspan_packed_layout *layout,
				  const bt_message *message, const struct aspan_origin *origin,
				  uint64_t time_ns);

/* The process of this event, which has a time, is in its trace: before the event is added. As above. */
int aspan_packed_reader_note_process(struct aspan_packed_reader *reader, const bt_message *message,
				     const struct aspan_origin *origin, uint64_t time_ns);

/* That process began in the trace, with this event. After that. */
void aspan_packed_reader_note_begin(struct aspan_packed_reader *reader,
				    const struct aspan_origin *origin);

/*
 * Adds any other message; time_ns is 0 for one without a time. `allocation_origin`: NULL, or whose a full `alloc` or `free`
 * is. 0; or negative errno, and a cause is appended.
 */
int aspan_packed_reader_add_message(struct aspan_packed_reader *reader, const bt_message *message,
				    uint64_t time_ns, const struct aspan_origin *allocation_origin);

/* Nothing more is added. */
void aspan_packed_reader_end(struct aspan_packed_reader *reader);

/*
 * Gives what is due next: a record, a loss, or an ordinary message (*message, of which the caller gets the reference). 1; 0:
 * nothing is due; or negative errno, and a cause is appended.
 */
int aspan_packed_reader_next(struct aspan_packed_reader *reader, struct aspan_packed_output *output,
			     const bt_message **message);

const struct aspan_packed_merge_counts *
aspan_packed_reader_get_counts(const struct aspan_packed_reader *reader);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Puts packed records of many threads, and the ordinary events of the trace, into the order of their times.
 *
 * The big picture
 * ---------------
 *
 *	ordinary events, in order  -->  a queue ------------------------.
 *	packed events of thread 1  -->  a queue of bytes, a cursor --.   >-->  one event or record
 *	packed events of thread 2  -->  a queue of bytes, a cursor --+--'      after the other
 *	                                                 a heap of threads
 *
 * A packed event comes when it was written, with records that are up to ASPAN_PACKED_MAX_AGE_NS older, where the machine
 * lets the recorder's helper run. So everything waits until the trace has gone on by ASPAN_PACKED_HOLD_NS.
 *
 * Ordering guarantees
 * -------------------
 * 1. Times that come out never go back.
 * 2. Records of a thread come in their order, and ordinary events in theirs.
 * 3. Records and events are in the order of their times if no record is older than the hold-back when it comes. What is
 *    older comes at the earliest time still possible, and is counted.
 * 4. Of the same time, ordinary events come first: a group is registered before it has blocks.
 *
 * Both forms at once: an allocation that is recorded in both must be counted once. Of a process that has packed records
 * the full `alloc` and `free` events are given back as such that are to be ignored, from its first packed record on;
 * where the trace does not say of which process events are, from the first of the trace on.
 *
 * Memory: what the trace has in ASPAN_PACKED_HOLD_NS, and a little for each thread and process.
 */
#ifndef ASPAN_ANALYSIS_PACKED_MERGE_H
#define ASPAN_ANALYSIS_PACKED_MERGE_H

#include "events.h"
#include "packed-decode.h"
#include "packed-fields.h"

#include <stddef.h>
#include <stdint.h>

/* Five times what the recorder keeps to: for a helper that waits for a CPU. */
#define ASPAN_PACKED_HOLD_NS UINT64_C(500000000)

/*
 * Of a process that has both forms, the full event of its first record may be a moment older than the record, as the two
 * read the clock one after the other.
 */
#define ASPAN_PACKED_MIXED_SLACK_NS UINT64_C(1000000)

enum aspan_packed_output_type {
	ASPAN_PACKED_ITEM, /* an ordinary event */
	ASPAN_PACKED_IGNORED_ITEM, /* one that a packed record tells, too */
	ASPAN_PACKED_RECORD,
	ASPAN_PACKED_LOSS, /* records of a thread are missing here */
};

struct aspan_packed_output {
	enum aspan_packed_output_type type;
	uint64_t time_ns; /* by the trace's clock */
	void *item; /* of the two kinds of items */
	struct aspan_origin
		origin; /* of a record or loss; procname is that of the thread, or NULL */
	const struct aspan_packed_record *record;
	const struct aspan_packed_group *group; /* of a record: its owner */
	uint64_t current_group_id; /* of a record; 0: none */
	uint64_t lost_count; /* of a loss */
};

/* What has come out so far. */
struct aspan_packed_merge_counts {
	uint64_t records;
	uint64_t lost_records;
	uint64_t late_records; /* came at another time than their own */
	uint64_t ignored_items;
};

struct aspan_packed_merge;

struct aspan_packed_merge *aspan_packed_merge_create(void);

/*
 * Records that have been decoded and come out soon are announced: their addresses can be fetched meanwhile. Before the first
 * event.
 */
void aspan_packed_merge_set_announce(struct aspan_packed_merge *merge,
				     void (*announce)(void *data, uint64_t address), void *data);

/* NULL is allowed. Items that wait are not freed: take them out before. */
void aspan_packed_merge_destroy(struct aspan_packed_merge *merge);

/*
 * A process is in a trace: its vpid and namespace. What makes times of records times of that trace is added to them (it wraps). What
 * was salvaged of the process is its own from then on. 0 or -ENOMEM.
 */
int aspan_packed_merge_note_process(struct aspan_packed_merge *merge,
				    const struct aspan_origin *origin, uint64_t offset_ns);

/* It began in that trace, and so did each thread of it, with record 0: what is before a thread's first record is lost. After that. */
void aspan_packed_merge_note_begin(struct aspan_packed_merge *merge,
				   const struct aspan_origin *origin);

/*
 * Adds a packed event; its strings are copied. One that is the thread's last one once more is passed over. `origin` says trace and pid namespace, the event the rest; time_ns is the
 * event's, offset_ns what makes times of its records times of the trace (it wraps). 0; -ENOMEM; or -EINVAL: see
 * aspan_packed_merge_get_error().
 */
int aspan_packed_merge_add_event(struct aspan_packed_merge *merge,
				 const struct aspan_origin *origin, uint64_t time_ns,
				 uint64_t offset_ns, const struct aspan_packed_fields *event);

/*
 * Adds anything that has a place in the order, at time_ns or, where that is less, the time of what was added before.
 * `allocation_origin` is NULL, or whose a full `alloc` or `free` event is. 0; 1: it is to be ignored, and was not taken; or
 * -ENOMEM.
 */
int aspan_packed_merge_add_item(struct aspan_packed_merge *merge, uint64_t time_ns, void *item,
				const struct aspan_origin *allocation_origin);

/* Nothing more is added: all that waits is due. */
void aspan_packed_merge_end(struct aspan_packed_merge *merge);

/*
 * Gives what is due next. 1; 0: nothing is due; -EINVAL: see aspan_packed_merge_get_error(); -ENOMEM. What *output points
 * to is good until the next call.
 */
int aspan_packed_merge_next(struct aspan_packed_merge *merge, struct aspan_packed_output *output);

/* Takes an item out, whatever is due: after a failure. 1, or 0 if there is none. */
int aspan_packed_merge_take_item(struct aspan_packed_merge *merge, void **item);

/* One line that says what is wrong with the trace. */
const char *aspan_packed_merge_get_error(const struct aspan_packed_merge *merge);

const struct aspan_packed_merge_counts *
aspan_packed_merge_get_counts(const struct aspan_packed_merge *merge);

#endif

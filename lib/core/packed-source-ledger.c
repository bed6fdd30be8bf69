/* SPDX-License-Identifier: MIT */
/*
 * See packed-source-ledger.h.
 */
#include "packed-source-ledger.h"

#include <stddef.h>

#include "ledger-memory.h"

#define SOURCE_OFFSET(member) offsetof(struct aspan_packed_source, member)

const struct aspan_ledger_source_layout aspan_packed_source_layout = {
	.source_bytes = sizeof(struct aspan_packed_source),
	.ring_records = ASPAN_PACKED_RECORDS,
	.head = SOURCE_OFFSET(ring.head),
	.tail = SOURCE_OFFSET(ring.tail),
	.records = SOURCE_OFFSET(ring.records),
	.vpid = SOURCE_OFFSET(vpid),
	.vtid = SOURCE_OFFSET(vtid),
	.thread_name = SOURCE_OFFSET(thread_name),
	.thread_name_bytes = ASPAN_PACKED_NAME_BYTES,
	.mark = SOURCE_OFFSET(mark),
	.record_index = SOURCE_OFFSET(encoder.record_index),
	.begin_ns = SOURCE_OFFSET(encoder.begin_ns),
	.begin_span_id = SOURCE_OFFSET(encoder.begin_span_id),
	.last_ns = SOURCE_OFFSET(encoder.last_ns),
	.event_records = SOURCE_OFFSET(encoder.records),
	.event_records_bytes = SOURCE_OFFSET(encoder.records_bytes),
	.event_groups = SOURCE_OFFSET(encoder.groups),
	.event_groups_bytes = SOURCE_OFFSET(encoder.groups_bytes),
	.event_records_room = ASPAN_PACKED_EVENT_BYTES + ASPAN_PACKED_RECORD_BYTES,
	.event_groups_room = ASPAN_PACKED_GROUPS_BYTES,
	.slot = SOURCE_OFFSET(encoder.slot),
	.span_id = SOURCE_OFFSET(encoder.span_id),
};

_Static_assert(sizeof(struct aspan_packed_record) == sizeof(struct aspan_ledger_record) &&
		       sizeof(size_t) == sizeof(uint64_t),
	       "sources are in the ledger");

/* Where all but the first groups of an event are: on a page of their own. */
static size_t later_groups_offset(void)
{
	return (SOURCE_OFFSET(encoder.groups) + ASPAN_PACKED_EVENT_BYTES +
		ASPAN_PACKED_SLAB_LINKS_BYTES) &
	       ~(ASPAN_PACKED_SLAB_LINKS_BYTES - 1);
}

void aspan_packed_source_reserve_first(struct aspan_packed_source *source)
{
	const size_t middle = SOURCE_OFFSET(lock) & ~(ASPAN_PACKED_SLAB_LINKS_BYTES - 1);

	aspan_ledger_memory_reserve((char *) source, ASPAN_PACKED_FIRST_BYTES);
	aspan_ledger_memory_reserve((char *) source + middle, later_groups_offset() - middle);
	source->ring.usable = ASPAN_PACKED_FIRST_PLACES - ASPAN_PACKED_MARGIN;
	source->encoder.groups_usable = later_groups_offset() - SOURCE_OFFSET(encoder.groups);
}

void aspan_packed_source_make_usable(struct aspan_packed_source *source, uint64_t position)
{
	struct aspan_packed_ring *ring = &source->ring;
	const size_t middle = SOURCE_OFFSET(lock) & ~(ASPAN_PACKED_SLAB_LINKS_BYTES - 1);

	if (aspan_unlikely(ring->usable && position >= ring->usable)) {
		aspan_ledger_memory_reserve((char *) source + ASPAN_PACKED_FIRST_BYTES,
					    middle - ASPAN_PACKED_FIRST_BYTES);
		ring->usable = UINT64_MAX;
	}
}

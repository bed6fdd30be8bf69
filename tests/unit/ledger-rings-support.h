/* SPDX-License-Identifier: MIT */
/*
 * What waits in rings, made by hand from lib/ledger/layout-rings.h, in ledgers of ledger-support.h. Sources have a layout of
 * their own: a reader must not know the recorder's.
 */
#ifndef ASPAN_TEST_LEDGER_RINGS_SUPPORT_H
#define ASPAN_TEST_LEDGER_RINGS_SUPPORT_H

#include "layout-rings.h"
#include "ledger-support.h"

#include <stddef.h>

#define LEDGER_RING_RECORDS 8
#define LEDGER_EVENT_ROOM 64

struct ledger_source {
	int32_t vpid, vtid;
	struct aspan_ledger_record records[LEDGER_RING_RECORDS];
	uint64_t span_id;
	uint64_t tail, head;
	char groups[LEDGER_EVENT_ROOM];
	char event_records[LEDGER_EVENT_ROOM];
	uint64_t groups_bytes, records_bytes;
	uint64_t mark, record_index, begin_ns, last_ns, begin_span_id;
	uint32_t slot;
	char name[12];
};

struct ledger_rings {
	struct aspan_ledger_rings *section;
	struct aspan_ledger_clock *clock;
	struct ledger_source *sources;
	size_t source_count;
};

static inline void ledger_fill_layout(struct aspan_ledger_source_layout *layout)
{
	*layout = (struct aspan_ledger_source_layout){
		.source_bytes = sizeof(struct ledger_source),
		.ring_records = LEDGER_RING_RECORDS,
		.head = offsetof(struct ledger_source, head),
		.tail = offsetof(struct ledger_source, tail),
		.records = offsetof(struct ledger_source, records),
		.vpid = offsetof(struct ledger_source, vpid),
		.vtid = offsetof(struct ledger_source, vtid),
		.thread_name = offsetof(struct ledger_source, name),
		.thread_name_bytes = sizeof(((struct ledger_source *) NULL)->name),
		.mark = offsetof(struct ledger_source, mark),
		.record_index = offsetof(struct ledger_source, record_index),
		.begin_ns = offsetof(struct ledger_source, begin_ns),
		.begin_span_id = offsetof(struct ledger_source, begin_span_id),
		.last_ns = offsetof(struct ledger_source, last_ns),
		.event_records = offsetof(struct ledger_source, event_records),
		.event_records_bytes = offsetof(struct ledger_source, records_bytes),
		.event_groups = offsetof(struct ledger_source, groups),
		.event_groups_bytes = offsetof(struct ledger_source, groups_bytes),
		.event_records_room = LEDGER_EVENT_ROOM,
		.event_groups_room = LEDGER_EVENT_ROOM,
		.slot = offsetof(struct ledger_source, slot),
		.span_id = offsetof(struct ledger_source, span_id),
	};
}

/* Rings of two threads of which nothing waits, with numbers 100 and 200. Times are a thousand times the stamps. */
static inline void ledger_add_rings(struct ledger_maker *maker, struct ledger_rings *rings)
{
	uint64_t sources;

	rings->section = ledger_add_section(maker, ASPAN_LEDGER_RINGS, sizeof(*rings->section));
	rings->clock = ledger_add_section(maker, ASPAN_LEDGER_CLOCK, sizeof(*rings->clock));
	sources = ledger_add(maker, 2 * sizeof(struct ledger_source));
	rings->sources = ledger_at(maker, sources);
	ledger_fill_layout(&rings->section->layout);
	rings->section->slabs[1].address = sources;
	rings->section->slabs[1].source_count = 2;
	rings->clock->knots[0] = (struct aspan_ledger_knot){ 0, 0, UINT64_C(1000) << 32 };
	rings->clock->knot_count = 1;
	for (uint32_t i = 0; i < 2; i++) {
		rings->sources[i].vpid = 1234;
		rings->sources[i].vtid = 1234 + (int32_t) i;
		rings->sources[i].record_index = 100 * (i + 1);
		rings->sources[i].mark = rings->sources[i].record_index << 32;
		strcpy(rings->sources[i].name, i ? "second" : "first");
	}
}

static inline void ledger_push(struct ledger_source *source,
			       const struct aspan_ledger_record *record)
{
	source->records[source->head % LEDGER_RING_RECORDS] = *record;
	source->head++;
}

/* As a thread pushes it: of 48 bytes at 0x1000 of slot 1, from code at 0x400000. */
static inline void ledger_push_alloc(struct ledger_source *source, uint64_t stamp)
{
	ledger_push(source, &(struct aspan_ledger_record){
				    .stamp = stamp,
				    .address = 0x1000 | 2,
				    .site = 0x400000,
				    .owner = 1 | UINT64_C(48) << ASPAN_LEDGER_SIZE_SHIFT,
			    });
}

static inline void ledger_push_state(struct ledger_source *source, uint64_t stamp, uint32_t slot,
				     uint64_t span_id)
{
	ledger_push(source, &(struct aspan_ledger_record){
				    .stamp = stamp,
				    .address = (uint64_t) slot << ASPAN_LEDGER_STATE_SLOT_SHIFT |
					       ASPAN_LEDGER_KIND_STATE,
				    .owner = span_id,
			    });
}

#endif

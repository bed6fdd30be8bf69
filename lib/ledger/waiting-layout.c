/* SPDX-License-Identifier: MIT */
/*
 * See waiting-layout.h.
 */
#include "waiting-layout.h"

#include <stddef.h>

#define LARGEST_SOURCE_BYTES (UINT32_C(1) << 20)

/* A member of a source: where it is, and how many bytes of it. */
struct member {
	uint64_t offset;
	uint64_t size_bytes;
};

int aspan_waiting_layout_check(struct aspan_ledger_image *image,
			       const struct aspan_ledger_source_layout *layout)
{
	const struct member members[] = {
		{ layout->head, sizeof(uint64_t) },
		{ layout->tail, sizeof(uint64_t) },
		{ layout->records,
		  (uint64_t) layout->ring_records * sizeof(struct aspan_ledger_record) },
		{ layout->vpid, sizeof(int32_t) },
		{ layout->vtid, sizeof(int32_t) },
		{ layout->thread_name, layout->thread_name_bytes },
		{ layout->mark, sizeof(uint64_t) },
		{ layout->record_index, sizeof(uint64_t) },
		{ layout->begin_ns, sizeof(uint64_t) },
		{ layout->begin_span_id, sizeof(uint64_t) },
		{ layout->last_ns, sizeof(uint64_t) },
		{ layout->event_records, layout->event_records_room },
		{ layout->event_records_bytes, sizeof(uint64_t) },
		{ layout->event_groups, layout->event_groups_room },
		{ layout->event_groups_bytes, sizeof(uint64_t) },
		{ layout->slot, sizeof(uint32_t) },
		{ layout->span_id, sizeof(uint64_t) },
	};

	if (layout->source_bytes == 0 || layout->source_bytes > LARGEST_SOURCE_BYTES ||
	    layout->source_bytes % 8 != 0 || layout->ring_records == 0 ||
	    (layout->ring_records & (layout->ring_records - 1)) != 0 ||
	    layout->thread_name_bytes >= ASPAN_WAITING_NAME_BYTES) {
		return aspan_ledger_image_is_damaged(image, "its section RINGS has no layout");
	}
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (members[i].offset + members[i].size_bytes > layout->source_bytes) {
			return aspan_ledger_image_is_damaged(
				image,
				"its section RINGS has a layout that is larger than its sources");
		}
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * What the event `allocspan_packed:events` is recorded from: its fields, as packed-format.md describes them. One
 * struct, since LTTng allows ten arguments an event.
 */
#ifndef ASPAN_TP_PACKED_EVENT_H
#define ASPAN_TP_PACKED_EVENT_H

#include <stddef.h>
#include <stdint.h>

struct aspan_packed_event {
	int32_t vpid;
	int32_t vtid;
	const char *thread_name;
	uint64_t record_index;
	uint32_t record_count;
	uint64_t begin_ns;
	uint64_t flush_ns;
	uint64_t span_id;
	const char *groups;
	size_t groups_length; /* bytes before its end */
	const char *records; /* without a zero byte but the last */
	size_t records_length;
};

#endif

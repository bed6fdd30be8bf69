/* SPDX-License-Identifier: MIT */
/*
 * The layout of LTTng's index files: TRACE/index/STREAM.idx, a header and an entry for each packet of the stream. All is big-endian.
 */
#ifndef ASPAN_CLI_TRACE_INDEX_H
#define ASPAN_CLI_TRACE_INDEX_H

#include <stdint.h>

#define ASPAN_TRACE_INDEX_MAGIC 0xc1f1dcc1

struct aspan_trace_index_header {
	uint32_t magic;
	uint32_t major;
	uint32_t minor;
	uint32_t entry_bytes;
} __attribute__((packed));

/* How every entry begins; later versions of LTTng added members at the end. */
struct aspan_trace_index_entry {
	uint64_t offset_bytes;
	uint64_t packet_bits;
	uint64_t content_bits;
	uint64_t begin_timestamp;
	uint64_t end_timestamp;
	uint64_t events_discarded; /* of the stream, from its beginning on */
} __attribute__((packed));

#endif

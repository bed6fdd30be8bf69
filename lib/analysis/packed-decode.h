/* SPDX-License-Identifier: MIT */
/*
 * Reads the records of one event of the packed form (tp/packed-format.md).
 *
 * Rules:
 * - Whatever the bytes are, nothing outside of them is read, and what is not as the page says is an error that tells
 *   what is wrong and where: never a number that was guessed.
 * - A record costs a few nanoseconds and no allocation; an event with call sites costs one.
 */
#ifndef ASPAN_ANALYSIS_PACKED_DECODE_H
#define ASPAN_ANALYSIS_PACKED_DECODE_H

#include "packed-fields.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_packed_record {
	uint64_t time_ns; /* by the clock of the records */
	uint64_t address;
	uint64_t size_bytes;
	uint64_t ip; /* 0: unknown */
	uint64_t span_id; /* 0: none */
	uint32_t group; /* the owner: its index in the groups */
	uint32_t current_group; /* the active one: its index plus 1; 0: none */
	uint8_t kind;
	bool is_free;
};

/* What the last record of an operation had. */
struct aspan_packed_last {
	uint64_t size_bytes;
	uint64_t ip;
	uint8_t kind;
};

/* A place in the records of an event. */
struct aspan_packed_cursor {
	const uint8_t *begin, *at, *end;
	uint64_t time_ns, latest_ns;
	uint64_t address;
	uint64_t span_id;
	uint64_t records_left;
	uint32_t group_count, current_group;
	struct aspan_packed_last last[2]; /* of alloc, of free */
	uint64_t *sites; /* call sites in their order; NULL before the first */
	size_t site_count;
	uint64_t last_site;
	struct aspan_packed_error error;
};

/* Goes to the first record; borrows the event's records. */
void aspan_packed_cursor_init(struct aspan_packed_cursor *cursor,
			      const struct aspan_packed_fields *event, size_t group_count);

/* An all-zero cursor is allowed. */
void aspan_packed_cursor_fini(struct aspan_packed_cursor *cursor);

/* 1: the next record. 0: there is none. -EINVAL: cursor->error says what is wrong. -ENOMEM. */
int aspan_packed_cursor_next(struct aspan_packed_cursor *cursor,
			     struct aspan_packed_record *record);

#endif

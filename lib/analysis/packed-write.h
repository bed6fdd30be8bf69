/* SPDX-License-Identifier: MIT */
/*
 * Writes an event of the packed form (tp/packed-format.md) from records that are known one by one: what a process left behind. It
 * leaves nothing out that the format lets be left out, but the time and the address of a record, which are differences anyway.
 */
#ifndef ASPAN_ANALYSIS_PACKED_WRITE_H
#define ASPAN_ANALYSIS_PACKED_WRITE_H

#include "packed-fields.h"

#include "waiting.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASPAN_PACKED_WRITE_BYTES 3584

struct aspan_packed_write {
	struct aspan_packed_fields
		event; /* its strings are below; `version` to `record_count` and `begin_ns` are set */
	/* For the next record. */
	uint64_t last_ns;
	uint64_t last_address;
	uint64_t last_ip;
	uint64_t span_id;
	uint32_t current_group;
	/* Groups of the event by those of the thread: 0, or an index plus 1. */
	uint32_t *group_indexes;
	size_t group_capacity;
	uint32_t group_count;
	char *groups; /* grows with long tags */
	size_t groups_capacity;
	char records[ASPAN_PACKED_WRITE_BYTES];
};

/* An all-zero one is empty. */
void aspan_packed_write_fini(struct aspan_packed_write *write);

/* Begins an event whose first record has this number and this time. */
void aspan_packed_write_begin(struct aspan_packed_write *write, uint64_t record_index,
			      uint64_t begin_ns);

/* 1: added; 0: the event is full, which its first record never finds; or -ENOMEM. */
int aspan_packed_write_add(struct aspan_packed_write *write,
			   const struct aspan_waiting_record *record,
			   const struct aspan_waiting_group *groups, size_t group_count);

#endif

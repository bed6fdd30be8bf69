/* SPDX-License-Identifier: MIT */
/*
 * See packed-write.h.
 */
#include "packed-write.h"

#include "packed-format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BITS_A_BYTE 7
#define MORE 0x80
/* A control byte and seven numbers, and a state before. */
#define LONGEST_RECORD_BYTES 120
/* `ID:BYTES:` */
#define LONGEST_GROUP_HEAD 44

void aspan_packed_write_fini(struct aspan_packed_write *write)
{
	free(write->group_indexes);
	free(write->groups);
	*write = (struct aspan_packed_write){ .groups = NULL };
}

void aspan_packed_write_begin(struct aspan_packed_write *write, uint64_t record_index,
			      uint64_t begin_ns)
{
	if (write->group_indexes) {
		memset(write->group_indexes, 0,
		       write->group_capacity * sizeof(*write->group_indexes));
	}
	write->event = (struct aspan_packed_fields){
		.version = ASPAN_PACKED_VERSION,
		.record_index = record_index,
		.begin_ns = begin_ns,
		.groups = write->groups,
		.records = write->records,
	};
	write->last_ns = begin_ns;
	write->last_address = 0;
	write->last_ip = 0;
	write->span_id = 0;
	write->current_group = 0;
	write->group_count = 0;
}

static void put_number(struct aspan_packed_write *write, uint64_t value)
{
	char *at = write->records + write->event.records_bytes;

	for (value++; value >= MORE; value >>= BITS_A_BYTE) {
		*at++ = (char) ((value & (MORE - 1)) | MORE);
	}
	*at++ = (char) value;
	write->event.records_bytes = (size_t) (at - write->records);
}

static void put_signed(struct aspan_packed_write *write, int64_t value)
{
	put_number(write, (uint64_t) value << 1 ^ (uint64_t) (value >> 63));
}

static bool make_room(struct aspan_packed_write *write, size_t group_count)
{
	uint32_t *moved;

	if (group_count <= write->group_capacity) {
		return true;
	}
	moved = reallocarray(write->group_indexes, group_count, sizeof(*moved));
	if (!moved) {
		return false;
	}
	memset(moved + write->group_capacity, 0,
	       (group_count - write->group_capacity) * sizeof(*moved));
	write->group_indexes = moved;
	write->group_capacity = group_count;
	return true;
}

static int append_group(struct aspan_packed_write *write, const struct aspan_waiting_group *group)
{
	size_t used = write->event.groups_bytes, tags_bytes = strlen(group->tags);
	size_t wanted = used + LONGEST_GROUP_HEAD + tags_bytes + 1;

	if (wanted > write->groups_capacity) {
		char *moved = realloc(write->groups, 2 * wanted);

		if (!moved) {
			return -ENOMEM;
		}
		write->groups = moved;
		write->groups_capacity = 2 * wanted;
		write->event.groups = moved;
	}
	write->event.groups_bytes += (size_t) snprintf(
		write->groups + used, write->groups_capacity - used, "%llu:%zu:%s",
		(unsigned long long) group->id, tags_bytes, group->tags);
	return 0;
}

/* The index in the event of a group of the thread. 0 or -ENOMEM. */
static int find_group(struct aspan_packed_write *write, const struct aspan_waiting_group *groups,
		      uint32_t group, uint32_t *index)
{
	if (!write->group_indexes[group]) {
		int result = append_group(write, &groups[group]);

		if (result) {
			return result;
		}
		write->group_indexes[group] = ++write->group_count;
	}
	*index = write->group_indexes[group] - 1;
	return 0;
}

static int put_state(struct aspan_packed_write *write, const struct aspan_waiting_record *record,
		     const struct aspan_waiting_group *groups)
{
	uint32_t index = 0;

	if (record->span_id == write->span_id && record->current_group == write->current_group) {
		return 0;
	}
	if (record->current_group) {
		int result = find_group(write, groups, record->current_group - 1, &index);

		if (result) {
			return result;
		}
		index++;
	}
	write->records[write->event.records_bytes++] =
		(char) (ASPAN_PACKED_ALWAYS | ASPAN_PACKED_STATE);
	put_number(write, record->span_id);
	put_number(write, index);
	write->span_id = record->span_id;
	write->current_group = record->current_group;
	return 0;
}

static void put_record(struct aspan_packed_write *write, const struct aspan_waiting_record *record,
		       uint32_t index)
{
	write->records[write->event.records_bytes++] =
		(char) (ASPAN_PACKED_ALWAYS | ASPAN_PACKED_OTHER_GROUP | ASPAN_PACKED_OTHER_KIND |
			ASPAN_PACKED_OTHER_SITE |
			(record->is_free ? ASPAN_PACKED_FREE : ASPAN_PACKED_ALLOC));
	put_number(write, record->time_ns - write->last_ns);
	put_signed(write,
		   (int64_t) (record->address - write->last_address) / ASPAN_PACKED_ADDRESS_UNIT);
	put_number(write, record->size_bytes);
	put_number(write, index);
	put_number(write, record->kind);
	/* A new call site each time. */
	put_number(write, 0);
	put_signed(write, (int64_t) (record->ip - write->last_ip));
	write->last_ns = record->time_ns;
	write->last_address = record->address;
	write->last_ip = record->ip;
	write->event.record_count++;
}

int aspan_packed_write_add(struct aspan_packed_write *write,
			   const struct aspan_waiting_record *record,
			   const struct aspan_waiting_group *groups, size_t group_count)
{
	uint32_t index;
	int result;

	if (write->event.record_count > 0 &&
	    (write->event.records_bytes + write->event.groups_bytes + LONGEST_RECORD_BYTES >
		     sizeof(write->records) ||
	     record->time_ns - write->event.begin_ns > ASPAN_PACKED_MAX_AGE_NS)) {
		return 0;
	}
	if (!make_room(write, group_count)) {
		return -ENOMEM;
	}
	if (write->event.record_count == 0) {
		write->event.span_id = record->span_id;
		write->span_id = record->span_id;
	}
	result = put_state(write, record, groups);
	result = result ? result : find_group(write, groups, record->group, &index);
	if (result) {
		return result;
	}
	put_record(write, record, index);
	return 1;
}

/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer driver of the reader of packed events: no input crashes it or makes it read elsewhere, what comes out
 * keeps within what the event says, and an error tells a place inside the field.
 *
 * The input is a byte that says how many records there are, then `groups`, a zero byte and `records`.
 */
#include "packed-decode.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUPS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool is_so)
{
	if (!is_so) {
		abort();
	}
}

static void check_record(const struct aspan_packed_record *record, uint64_t last_ns,
			 size_t group_count)
{
	expect(record->time_ns >= last_ns);
	expect(record->group < group_count);
	expect(record->current_group <= group_count);
	expect(record->address % 8 == 0);
}

static void read_records(const struct aspan_packed_fields *event, size_t group_count)
{
	struct aspan_packed_cursor cursor;
	struct aspan_packed_record record;
	uint64_t last_ns = event->begin_ns, count = 0;
	int result;

	aspan_packed_cursor_init(&cursor, event, group_count);
	while ((result = aspan_packed_cursor_next(&cursor, &record)) == 1) {
		check_record(&record, last_ns, group_count);
		last_ns = record.time_ns;
		count++;
	}
	expect(result == 0 ? count == event->record_count :
			     cursor.error.byte <= event->records_bytes);
	aspan_packed_cursor_fini(&cursor);
}

/* The copies end where the fields do, but for the byte that aspan_packed_groups_terminate() needs. */
static void read_event(const char *groups, size_t groups_bytes, const uint8_t *records,
		       size_t records_bytes, uint8_t count)
{
	char *groups_copy = malloc(groups_bytes + 1);
	char *records_copy = malloc(records_bytes ? records_bytes : 1);
	struct aspan_packed_group found[MAX_GROUPS];
	struct aspan_packed_error error;
	struct aspan_packed_fields event = {
		.version = 1,
		.record_count = count,
		.begin_ns = 1000,
		.flush_ns = UINT64_C(1) << 40,
		.records = memcpy(records_copy, records, records_bytes),
		.records_bytes = records_bytes,
	};
	size_t group_count;

	memcpy(groups_copy, groups, groups_bytes);
	if (aspan_packed_groups_parse(groups_copy, groups_bytes, found, MAX_GROUPS, &group_count,
				      &error)) {
		expect(error.byte < groups_bytes);
	} else {
		aspan_packed_groups_terminate(
			found, group_count < MAX_GROUPS ? group_count : MAX_GROUPS, groups_copy);
		read_records(&event, group_count);
	}
	free(groups_copy);
	free(records_copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *records;
	size_t groups_bytes;

	if (size < 1) {
		return 0;
	}
	records = memchr(data + 1, 0, size - 1);
	groups_bytes = records ? (size_t) (records - data) - 1 : size - 1;
	records = records ? records + 1 : data + size;
	read_event((const char *) data + 1, groups_bytes, records, (size_t) (data + size - records),
		   data[0]);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Reads the records of one event of the packed form.
 *
 * Every byte is read by next_byte() or after a look at how many there are. What must be checked of a value is checked
 * where it is read, so that a record that comes out is right.
 */
#include "packed-decode.h"

#include "packed-format.h"

#include <errno.h>
#include <stdlib.h>

#define LEB128_BITS 7
#define LEB128_MORE 0x80

/* Control byte, time, address, number 0, address: a record with a new call site has at least so many bytes. */
#define MIN_BYTES_OF_NEW_SITE 5

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

void aspan_packed_cursor_init(struct aspan_packed_cursor *cursor,
			      const struct aspan_packed_fields *event, size_t group_count)
{
	*cursor = (struct aspan_packed_cursor){
		.begin = (const uint8_t *) event->records,
		.at = (const uint8_t *) event->records,
		.end = (const uint8_t *) event->records + event->records_bytes,
		.time_ns = event->begin_ns,
		.latest_ns = event->flush_ns + ASPAN_PACKED_CLOCK_SLACK_NS,
		.span_id = event->span_id,
		.records_left = event->record_count,
		.group_count = (uint32_t) group_count,
	};
}

void aspan_packed_cursor_fini(struct aspan_packed_cursor *cursor)
{
	free(cursor->sites);
	cursor->sites = NULL;
}

static int __attribute__((noinline, cold))
fail_at_cursor(struct aspan_packed_cursor *cursor, const char *what)
{
	return aspan_packed_error_set(&cursor->error, "records",
				      (size_t) (cursor->at - cursor->begin), what);
}

/* A number of two bytes or more. */
static int read_long_number(struct aspan_packed_cursor *cursor, uint64_t *value)
{
	uint64_t sum = 0;
	unsigned int shift = 0;

	for (;; shift += LEB128_BITS) {
		uint64_t byte;

		if (UNLIKELY(cursor->at == cursor->end)) {
			return fail_at_cursor(cursor, "ends within a number");
		}
		byte = *cursor->at;
		/* Of the tenth byte there is room for one bit. */
		if (UNLIKELY(byte == 0 || (shift > 64 - LEB128_BITS && byte > 1))) {
			return fail_at_cursor(
				cursor, byte ? "has a number of more than 64 bits" :
					       "has a zero byte or a number that is too long");
		}
		cursor->at++;
		sum |= (byte & (LEB128_MORE - 1)) << shift;
		if (byte < LEB128_MORE) {
			*value = sum - 1;
			return 0;
		}
	}
}

/* N(value): most numbers have one byte or two. */
static inline int read_number(struct aspan_packed_cursor *cursor, uint64_t *value)
{
	const uint8_t *at = cursor->at;

	if (LIKELY(cursor->end - at >= 2)) {
		/* Not a zero byte, nor one that has more. */
		if (LIKELY((uint8_t) (at[0] - 1) < LEB128_MORE - 1)) {
			*value = at[0] - UINT64_C(1);
			cursor->at = at + 1;
			return 0;
		}
		if (LIKELY(at[0] >= LEB128_MORE && (uint8_t) (at[1] - 1) < LEB128_MORE - 1)) {
			*value = (at[0] & (LEB128_MORE - UINT64_C(1))) +
				 ((uint64_t) at[1] << LEB128_BITS) - 1;
			cursor->at = at + 2;
			return 0;
		}
	}
	return read_long_number(cursor, value);
}

/* Z(value) */
static inline int read_signed(struct aspan_packed_cursor *cursor, uint64_t *value)
{
	uint64_t zigzag = 0;
	int result = read_number(cursor, &zigzag);

	*value = (zigzag >> 1) ^ (0 - (zigzag & 1));
	return result;
}

static inline int read_time(struct aspan_packed_cursor *cursor)
{
	uint64_t passed_ns = 0;
	int result = read_number(cursor, &passed_ns);

	if (UNLIKELY(result)) {
		return result;
	}
	/* latest_ns is far from the end of the numbers. */
	if (UNLIKELY(cursor->time_ns > cursor->latest_ns ||
		     passed_ns > cursor->latest_ns - cursor->time_ns)) {
		return fail_at_cursor(cursor, "has a time after that of the event");
	}
	cursor->time_ns += passed_ns;
	return 0;
}

/* What cannot be multiplied is no difference of addresses; the sum wraps, as the difference did. */
static inline int read_address(struct aspan_packed_cursor *cursor)
{
	int64_t limit = INT64_MAX / ASPAN_PACKED_ADDRESS_UNIT + 1;
	uint64_t units = 0;
	int result = read_signed(cursor, &units);

	if (UNLIKELY(result)) {
		return result;
	}
	if (UNLIKELY((int64_t) units >= limit || (int64_t) units < -limit)) {
		return fail_at_cursor(cursor, "has an impossible address");
	}
	cursor->address += units * ASPAN_PACKED_ADDRESS_UNIT;
	return 0;
}

static inline int read_kind(struct aspan_packed_cursor *cursor, uint8_t *kind)
{
	uint64_t value = 0;
	int result = read_number(cursor, &value);

	if (!result && UNLIKELY(value > UINT8_MAX)) {
		return fail_at_cursor(cursor, "has an impossible kind");
	}
	*kind = (uint8_t) value;
	return result;
}

static int read_new_site(struct aspan_packed_cursor *cursor)
{
	size_t bytes = (size_t) (cursor->end - cursor->begin);
	uint64_t difference = 0;
	int result = read_signed(cursor, &difference);

	if (result) {
		return result;
	}
	if (!cursor->sites) {
		cursor->sites = calloc(bytes / MIN_BYTES_OF_NEW_SITE + 1, sizeof(*cursor->sites));
		if (!cursor->sites) {
			return -ENOMEM;
		}
	}
	cursor->last_site += difference;
	cursor->sites[cursor->site_count++] = cursor->last_site;
	return 0;
}

static int read_site(struct aspan_packed_cursor *cursor, uint64_t *ip)
{
	uint64_t number = 0;
	int result = read_number(cursor, &number);

	if (!result && number == 0) {
		result = read_new_site(cursor);
		number = cursor->site_count;
	}
	if (UNLIKELY(result)) {
		return result;
	}
	if (UNLIKELY(number > cursor->site_count)) {
		return fail_at_cursor(cursor, "names a call site that does not exist");
	}
	*ip = cursor->sites[number - 1];
	return 0;
}

static int read_state(struct aspan_packed_cursor *cursor, unsigned int control)
{
	uint64_t group = 0;
	int result;

	if (control & ~(unsigned int) (ASPAN_PACKED_ALWAYS | ASPAN_PACKED_OPERATION_MASK)) {
		return fail_at_cursor(cursor, "has a state with reserved bits");
	}
	result = read_number(cursor, &cursor->span_id);
	result = result ? result : read_number(cursor, &group);
	if (result) {
		return result;
	}
	if (group > cursor->group_count) {
		return fail_at_cursor(cursor, "names a group that does not exist");
	}
	cursor->current_group = (uint32_t) group;
	return 0;
}

static inline int read_group(struct aspan_packed_cursor *cursor, unsigned int control,
			     uint32_t *group)
{
	uint64_t index = 0;
	int result;

	if (!(control & ASPAN_PACKED_OTHER_GROUP)) {
		*group = cursor->current_group - 1;
		return LIKELY(cursor->current_group) ?
			       0 :
			       fail_at_cursor(cursor, "has a record without a group");
	}
	result = read_number(cursor, &index);
	if (!result && UNLIKELY(index >= cursor->group_count)) {
		return fail_at_cursor(cursor, "names a group that does not exist");
	}
	*group = (uint32_t) index;
	return result;
}

/* What has a bit of its own in the control byte. */
static inline int read_optional(struct aspan_packed_cursor *cursor, unsigned int control,
				struct aspan_packed_last *last, uint32_t *group)
{
	int result = 0;

	if (!(control & ASPAN_PACKED_SAME_SIZE)) {
		result = read_number(cursor, &last->size_bytes);
	}
	result = UNLIKELY(result) ? result : read_group(cursor, control, group);
	if (UNLIKELY(control & ASPAN_PACKED_OTHER_KIND) && !result) {
		result = read_kind(cursor, &last->kind);
	}
	if (UNLIKELY(control & ASPAN_PACKED_OTHER_SITE) && !result) {
		result = read_site(cursor, &last->ip);
	}
	return result;
}

static inline int read_record(struct aspan_packed_cursor *cursor, unsigned int control,
			      struct aspan_packed_record *record)
{
	bool is_free = (control & ASPAN_PACKED_OPERATION_MASK) == ASPAN_PACKED_FREE;
	struct aspan_packed_last *last = &cursor->last[is_free];
	uint32_t group = 0;
	int result = read_time(cursor);

	result = UNLIKELY(result) ? result : read_address(cursor);
	result = UNLIKELY(result) ? result : read_optional(cursor, control, last, &group);
	if (UNLIKELY(result)) {
		return result;
	}
	*record = (struct aspan_packed_record){
		.time_ns = cursor->time_ns,
		.address = cursor->address,
		.size_bytes = last->size_bytes,
		.ip = last->ip,
		.span_id = cursor->span_id,
		.group = group,
		.current_group = cursor->current_group,
		.kind = last->kind,
		.is_free = is_free,
	};
	return 0;
}

static int end(struct aspan_packed_cursor *cursor)
{
	return cursor->records_left ?
		       fail_at_cursor(cursor, "has fewer records than record_count says") :
		       0;
}

int aspan_packed_cursor_next(struct aspan_packed_cursor *cursor, struct aspan_packed_record *record)
{
	while (LIKELY(cursor->at < cursor->end)) {
		unsigned int control = *cursor->at;
		unsigned int operation = control & ASPAN_PACKED_OPERATION_MASK;
		int result;

		if (UNLIKELY((control & (ASPAN_PACKED_ALWAYS | ASPAN_PACKED_RESERVED)) !=
				     ASPAN_PACKED_ALWAYS ||
			     operation > ASPAN_PACKED_STATE)) {
			return fail_at_cursor(cursor, "has no control byte where one must be");
		}
		if (operation == ASPAN_PACKED_STATE) {
			cursor->at++;
			result = read_state(cursor, control);
			if (UNLIKELY(result)) {
				return result;
			}
			continue;
		}
		if (UNLIKELY(cursor->records_left == 0)) {
			return fail_at_cursor(cursor, "has more records than record_count says");
		}
		cursor->at++;
		cursor->records_left--;
		result = read_record(cursor, control, record);
		return UNLIKELY(result) ? result : 1;
	}
	return end(cursor);
}

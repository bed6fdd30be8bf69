/* SPDX-License-Identifier: MIT */
/*
 * One event of the packed form: its fields and its groups.
 */
#include "packed-fields.h"

#include "packed-format.h"

#include <errno.h>

int aspan_packed_error_set(struct aspan_packed_error *error, const char *field, size_t byte,
			   const char *what)
{
	*error = (struct aspan_packed_error){ .field = field, .what = what, .byte = byte };
	return -EINVAL;
}

int aspan_packed_fields_check(const struct aspan_packed_fields *event,
			      struct aspan_packed_error *error)
{
	if (event->version != ASPAN_PACKED_VERSION) {
		return aspan_packed_error_set(error, "version", 0,
					      "is not 1: use a newer allocspan");
	}
	if (event->flush_ns > INT64_MAX ||
	    event->begin_ns > event->flush_ns + ASPAN_PACKED_CLOCK_SLACK_NS) {
		return aspan_packed_error_set(error, "begin_ns", 0, "is after the event itself");
	}
	if (event->record_index + event->record_count < event->record_index) {
		return aspan_packed_error_set(error, "record_index", 0, "is impossibly high");
	}
	return 0;
}

/* Decimal digits up to a colon, without zeros in front. Gives what follows, or NULL. */
static const char *parse_decimal(const char *at, const char *end, uint64_t *value)
{
	const char *begin = at;

	*value = 0;
	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		if (__builtin_mul_overflow(*value, UINT64_C(10), value) ||
		    __builtin_add_overflow(*value, (uint64_t) (*at - '0'), value)) {
			return NULL;
		}
	}
	if (at == begin || at == end || *at != ':' || (*begin == '0' && at - begin > 1)) {
		return NULL;
	}
	return at + 1;
}

/* Gives what follows the group, or NULL. */
static const char *parse_group(const char *at, const char *end, struct aspan_packed_group *group)
{
	uint64_t bytes;

	at = parse_decimal(at, end, &group->id);
	at = at ? parse_decimal(at, end, &bytes) : NULL;
	if (!at || group->id == 0 || bytes > (size_t) (end - at)) {
		return NULL;
	}
	group->tags = at;
	group->tags_bytes = (size_t) bytes;
	return at + bytes;
}

int aspan_packed_groups_parse(const char *groups, size_t bytes, struct aspan_packed_group *found,
			      size_t capacity, size_t *count, struct aspan_packed_error *error)
{
	const char *end = groups + bytes;
	const char *at = groups;

	*count = 0;
	while (at < end) {
		struct aspan_packed_group group;
		const char *next = parse_group(at, end, &group);

		if (!next) {
			return aspan_packed_error_set(error, "groups", (size_t) (at - groups),
						      "is no ID:BYTES:TAGS");
		}
		if (*count < capacity) {
			found[*count] = group;
		}
		++*count;
		at = next;
	}
	return 0;
}

void aspan_packed_groups_terminate(const struct aspan_packed_group *groups, size_t count,
				   char *copy)
{
	for (size_t i = 0; i < count; i++) {
		copy[groups[i].tags + groups[i].tags_bytes - copy] = '\0';
	}
}

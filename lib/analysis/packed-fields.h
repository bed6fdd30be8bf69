/* SPDX-License-Identifier: MIT */
/*
 * One event of the packed form (tp/packed-format.md): its fields, and the groups that it names. Its records are read
 * by packed-decode.h.
 *
 * Whatever the fields hold, nothing outside of them is read, and what is not as the page says is an error that tells what
 * is wrong and where.
 */
#ifndef ASPAN_ANALYSIS_PACKED_FIELDS_H
#define ASPAN_ANALYSIS_PACKED_FIELDS_H

#include <stddef.h>
#include <stdint.h>

/* Clocks of different CPUs may disagree by less than this; a record that is later than its event by more is damage. */
#define ASPAN_PACKED_CLOCK_SLACK_NS UINT64_C(1000000000)

/* The fields of the event. Strings are borrowed; `groups` and `records` need not end with a zero byte. */
struct aspan_packed_fields {
	uint64_t version;
	int64_t vpid, vtid;
	const char *thread_name;
	uint64_t record_index;
	uint64_t record_count;
	uint64_t begin_ns, flush_ns;
	uint64_t span_id;
	const char *groups;
	size_t groups_bytes;
	const char *records;
	size_t records_bytes;
};

struct aspan_packed_error {
	const char *field; /* of the event: "records", ... */
	const char *what;
	size_t byte; /* of the field, from 0 */
};

struct aspan_packed_group {
	uint64_t id;
	const char *tags; /* ends with a zero byte only after aspan_packed_groups_terminate() */
	size_t tags_bytes;
};

/* Checks what stands before the records. 0; or -EINVAL, and *error says why. */
int aspan_packed_fields_check(const struct aspan_packed_fields *event,
			      struct aspan_packed_error *error);

/*
 * Finds the groups, which stay where they are. `found` takes as many as `capacity`; *count is how many there are. 0; or
 * -EINVAL, and *error says why.
 */
int aspan_packed_groups_parse(const char *groups, size_t bytes, struct aspan_packed_group *found,
			      size_t capacity, size_t *count, struct aspan_packed_error *error);

/*
 * Puts a zero byte after the tags of each group, where the next one began. `copy` is what was parsed,
 * and has room for one byte more.
 */
void aspan_packed_groups_terminate(const struct aspan_packed_group *groups, size_t count,
				   char *copy);

/* For the functions of these files: fills *error and gives -EINVAL. */
int aspan_packed_error_set(struct aspan_packed_error *error, const char *field, size_t byte,
			   const char *what);

#endif

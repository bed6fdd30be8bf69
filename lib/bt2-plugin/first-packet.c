/* SPDX-License-Identifier: MIT */
/*
 * The number of a stream's first packet, from its file. See first-packet.h.
 */
#include "first-packet.h"

#include <byteswap.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC UINT32_C(0xc1fc1fc1)
#define UUID_BYTES 16

struct head {
	uint32_t magic;
	uint8_t uuid[UUID_BYTES];
	uint32_t stream_id;
	uint64_t stream_instance_id;
	uint64_t timestamp_begin, timestamp_end;
	uint64_t content_size, packet_size;
	uint64_t sequence_number;
};

_Static_assert(sizeof(struct head) == 72, "the layout of the file");

static bool is_of_lttng_ust(const bt_trace *trace)
{
	const bt_value *domain =
		bt_trace_borrow_environment_entry_value_by_name_const(trace, "domain");

	return domain && bt_value_is_string(domain) &&
	       strcmp(bt_value_string_get(domain), "ust") == 0;
}

/* The file may be anything by now, and must not make anybody wait. */
static bool read_head(const char *path, struct head *head)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	bool is_read;

	if (file < 0) {
		return false;
	}
	is_read = fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
		  pread(file, head, sizeof(*head), 0) == (ssize_t) sizeof(*head);
	close(file);
	return is_read;
}

static bool has_uuid(const struct head *head, const bt_trace *trace)
{
	const uint8_t *uuid = bt_trace_get_uuid(trace);

	return uuid && memcmp(uuid, head->uuid, UUID_BYTES) == 0;
}

static bool get_number(const struct head *head, uint64_t begin, uint64_t *number)
{
	bool is_swapped = head->magic == bswap_32(MAGIC);

	*number = is_swapped ? bswap_64(head->sequence_number) : head->sequence_number;
	return (is_swapped || head->magic == MAGIC) &&
	       (is_swapped ? bswap_64(head->timestamp_begin) : head->timestamp_begin) == begin;
}

bool aspan_first_packet_read_number(const bt_message *message, uint64_t *number)
{
	const bt_stream *stream = bt_packet_borrow_stream_const(
		bt_message_packet_beginning_borrow_packet_const(message));
	const bt_stream_class *stream_class = bt_stream_borrow_class_const(stream);
	const bt_trace *trace = bt_stream_borrow_trace_const(stream);
	const char *path = bt_stream_get_name(stream);
	const bt_clock_snapshot *begin;
	struct head head;

	if (!path || path[0] == '\0' || !is_of_lttng_ust(trace) ||
	    !bt_stream_class_packets_have_beginning_default_clock_snapshot(stream_class) ||
	    !read_head(path, &head) || !has_uuid(&head, trace)) {
		return false;
	}
	begin = bt_message_packet_beginning_borrow_default_clock_snapshot_const(message);
	return get_number(&head, bt_clock_snapshot_get_value(begin), number);
}

/* SPDX-License-Identifier: MIT */
/*
 * Looks for damage of a trace on disk that babeltrace2 does not survive or does not see.
 *
 * The layouts are those of CTF 1.8.3 (metadata packets) and of LTTng's index files, which are always
 * big-endian. What is read may be anything: sizes are checked before they are used.
 */
#include "report-check.h"

#include "trace-index.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define METADATA_MAGIC 0x75d11d57
#define PLAIN_METADATA "/* CTF 1."

struct metadata_packet_header {
	uint32_t magic;
	uint8_t uuid[16];
	uint32_t checksum;
	uint32_t content_bits;
	uint32_t packet_bits;
	uint8_t schemes[3];
	uint8_t version[2];
} __attribute__((packed));

static FILE *open_in(const char *directory, const char *folder, const char *name,
		     const char *suffix)
{
	char *path;
	FILE *file;

	if (asprintf(&path, "%s/%s%s%s", directory, folder, name, suffix) < 0) {
		errno = ENOMEM;
		return NULL;
	}
	file = fopen(path, "re");
	free(path);
	return file;
}

static int get_file_size(FILE *file, uint64_t *size)
{
	struct stat status;

	if (fstat(fileno(file), &status)) {
		return -errno;
	}
	if (!S_ISREG(status.st_mode)) {
		return -EINVAL;
	}
	*size = (uint64_t) status.st_size;
	return 0;
}

/* Metadata of a machine of the other byte order is allowed. */
static uint32_t to_host(uint32_t value, bool is_swapped)
{
	return is_swapped ? __builtin_bswap32(value) : value;
}

/* The packets must fill the file: 0, or -EINVAL. */
static int check_packets(FILE *file, uint64_t file_bytes)
{
	struct metadata_packet_header header;
	uint64_t at = 0;

	while (at < file_bytes) {
		uint32_t packet_bits, content_bits;
		bool is_swapped;

		if (fseeko(file, (off_t) at, SEEK_SET) ||
		    fread(&header, sizeof(header), 1, file) != 1) {
			return -EINVAL;
		}
		is_swapped = header.magic == __builtin_bswap32(METADATA_MAGIC);
		packet_bits = to_host(header.packet_bits, is_swapped);
		content_bits = to_host(header.content_bits, is_swapped);
		if (to_host(header.magic, is_swapped) != METADATA_MAGIC || packet_bits % 8 != 0 ||
		    content_bits > packet_bits || content_bits < sizeof(header) * 8) {
			return -EINVAL;
		}
		at += packet_bits / 8;
	}
	return at == file_bytes ? 0 : -EINVAL;
}

static int check_content(FILE *file, const char **problem)
{
	char start[sizeof(PLAIN_METADATA) - 1] = { 0 };
	uint64_t file_bytes = 0;
	int result = get_file_size(file, &file_bytes);
	uint32_t magic;

	if (result) {
		*problem = "is no regular file";
		return result;
	}
	if (file_bytes == 0) {
		*problem =
			"is empty: nothing was recorded, the recording goes on, or LTTng could not end it (disk full, daemon killed)";
		return -EINVAL;
	}
	if (fread(start, 1, sizeof(start), file) == sizeof(start) &&
	    memcmp(start, PLAIN_METADATA, sizeof(start)) == 0) {
		return 0;
	}
	memcpy(&magic, start, sizeof(magic));
	if (magic != METADATA_MAGIC && magic != __builtin_bswap32(METADATA_MAGIC)) {
		*problem = "is no CTF metadata: this is no trace, or it is damaged";
		return -EINVAL;
	}
	*problem = "is damaged or cut short; without it the trace cannot be read";
	return check_packets(file, file_bytes);
}

int aspan_report_check_metadata(const char *directory, const char **problem)
{
	FILE *file = open_in(directory, "", "metadata", "");
	int result;

	if (!file) {
		*problem = strerror(errno);
		return -errno;
	}
	result = check_content(file, problem);
	fclose(file);
	return result;
}

/*
 * Packets follow each other without gaps. 0: one was added; 1: the rest is not in its place, because LTTng could not write this one to
 * its end, as on a full disk, and so gives an offset that is a packet too low; or -EBADMSG.
 */
static int add_packet(const struct aspan_trace_index_entry *entry, struct aspan_stream_state *state)
{
	uint64_t begin = be64toh(entry->offset_bytes);
	uint64_t bytes = be64toh(entry->packet_bits) / 8;
	bool is_unwritten = begin == state->expected_bytes - bytes;

	if ((begin != state->expected_bytes && !is_unwritten) || bytes == 0 ||
	    be64toh(entry->content_bits) > be64toh(entry->packet_bits)) {
		return -EBADMSG;
	}
	state->expected_bytes += bytes;
	if (is_unwritten) {
		return state->expected_bytes > state->actual_bytes ? 1 : -EBADMSG;
	}
	if (state->expected_bytes <= state->actual_bytes) {
		state->whole_bytes = state->expected_bytes;
	}
	return 0;
}

static int read_index(FILE *index, struct aspan_stream_state *state)
{
	struct aspan_trace_index_header header;
	struct aspan_trace_index_entry entry;
	uint32_t entry_bytes;
	int result = 0;

	if (fread(&header, 1, sizeof(header), index) == 0) {
		return -ENODATA;
	}
	entry_bytes = be32toh(header.entry_bytes);
	if (be32toh(header.magic) != ASPAN_TRACE_INDEX_MAGIC || entry_bytes < sizeof(entry)) {
		return -EBADMSG;
	}
	for (off_t at = sizeof(header); !result; at += entry_bytes) {
		if (fseeko(index, at, SEEK_SET) || fread(&entry, sizeof(entry), 1, index) != 1) {
			return 0;
		}
		result = add_packet(&entry, state);
	}
	return result > 0 ? 0 : result;
}

int aspan_report_check_stream(const char *directory, const char *name,
			      struct aspan_stream_state *state)
{
	FILE *stream = open_in(directory, "", name, "");
	FILE *index;
	int result;

	*state = (struct aspan_stream_state){ 0 };
	if (!stream) {
		return -errno;
	}
	result = get_file_size(stream, &state->actual_bytes);
	fclose(stream);
	if (result) {
		return result;
	}
	index = open_in(directory, "index/", name, ".idx");
	if (!index) {
		return -ENODATA;
	}
	result = read_index(index, state);
	fclose(index);
	return result;
}

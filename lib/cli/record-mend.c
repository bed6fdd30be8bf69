/* SPDX-License-Identifier: MIT */
/*
 * Cuts a trace back to what is whole of it, after LTTng could not write all of a packet.
 *
 * Where the disk is full, LTTng 2.13 leaves a part of a packet in the stream file, and an entry with an impossible offset in its
 * index; what it writes later is at other places than the index says. No reader takes such a trace. So both files
 * end where the first entry is wrong: what is before, they read.
 */
#include "record-mend.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INDEX_MAGIC 0xc1f1dcc1
#define INDEX_FOLDER "/index/"
#define INDEX_SUFFIX ".idx"
#define OPEN_FILES_OF_NFTW 16

/* As LTTng writes them: big-endian. */
struct index_header {
	uint32_t magic;
	uint32_t major;
	uint32_t minor;
	uint32_t entry_bytes;
} __attribute__((packed));

/* How every entry begins. */
struct index_entry {
	uint64_t offset_bytes;
	uint64_t packet_bits;
} __attribute__((packed));

/* nftw() gives its callback no argument. */
static struct {
	int cut_count;
	int error;
} mending;

/* How long both files are up to the last packet that is whole. False if the index is none. */
static bool measure(int index, off_t stream_bytes, off_t *index_end, off_t *stream_end)
{
	struct index_header header;
	struct index_entry entry;
	uint32_t entry_bytes;

	if (pread(index, &header, sizeof(header), 0) != (ssize_t) sizeof(header)) {
		return false;
	}
	entry_bytes = be32toh(header.entry_bytes);
	if (be32toh(header.magic) != INDEX_MAGIC || entry_bytes < sizeof(entry)) {
		return false;
	}
	*index_end = sizeof(header);
	*stream_end = 0;
	while (pread(index, &entry, sizeof(entry), *index_end) == (ssize_t) sizeof(entry)) {
		uint64_t bytes = be64toh(entry.packet_bits) / 8;

		if (be64toh(entry.offset_bytes) != (uint64_t) *stream_end || bytes == 0 ||
		    bytes > (uint64_t) (stream_bytes - *stream_end)) {
			break;
		}
		*stream_end += (off_t) bytes;
		*index_end += entry_bytes;
	}
	return true;
}

static int cut(int index, int stream)
{
	off_t index_end, stream_end;
	struct stat index_status, stream_status;

	if (fstat(index, &index_status) < 0 || fstat(stream, &stream_status) < 0) {
		return -errno;
	}
	if (!measure(index, stream_status.st_size, &index_end, &stream_end) ||
	    (index_end >= index_status.st_size && stream_end == stream_status.st_size)) {
		return 0;
	}
	mending.cut_count++;
	return (index_end < index_status.st_size && ftruncate(index, index_end) < 0) ||
			       ftruncate(stream, stream_end) < 0 ?
		       -errno :
		       0;
}

/* DIR/index/NAME.idx is of DIR/NAME. The caller frees it; NULL: it is no index, or there is no memory. */
static char *find_stream(const char *path)
{
	const char *folder = strstr(path, INDEX_FOLDER), *next;
	size_t length = strlen(path), suffix = strlen(INDEX_SUFFIX);
	char *stream;

	/* The last of them: a trace may be below a folder of that name. */
	while (folder && (next = strstr(folder + 1, INDEX_FOLDER))) {
		folder = next;
	}
	if (!folder || length < suffix || strcmp(path + length - suffix, INDEX_SUFFIX) != 0) {
		return NULL;
	}
	if (asprintf(&stream, "%.*s/%.*s", (int) (folder - path), path,
		     (int) (length - suffix - (size_t) (folder + strlen(INDEX_FOLDER) - path)),
		     folder + strlen(INDEX_FOLDER)) < 0) {
		return NULL;
	}
	return stream;
}

static int mend_entry(const char *path, const struct stat *status, int type, struct FTW *position)
{
	char *stream_path = type == FTW_F ? find_stream(path) : NULL;
	int index = -1, stream = -1, ret = 0;

	(void) status;
	(void) position;
	if (stream_path) {
		index = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
		stream = open(stream_path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	}
	if (index >= 0 && stream >= 0) {
		ret = cut(index, stream);
	}
	if (index >= 0) {
		close(index);
	}
	if (stream >= 0) {
		close(stream);
	}
	free(stream_path);
	mending.error = mending.error ? mending.error : ret;
	return 0;
}

int aspan_record_mend(const char *output)
{
	mending.cut_count = 0;
	mending.error = 0;
	nftw(output, mend_entry, OPEN_FILES_OF_NFTW, FTW_PHYS);
	return mending.error < 0 ? mending.error : mending.cut_count;
}

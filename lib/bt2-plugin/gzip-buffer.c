/* SPDX-License-Identifier: MIT */
/*
 * See gzip-buffer.h.
 */
#include "gzip-buffer.h"

#include <errno.h>

#define CHUNK_BYTES 16384
/* The largest window, and 16 to say: with gzip's header, which has no time in it. */
#define GZIP_WINDOW_BITS (15 + 16)
#define DEFAULT_MEMORY_LEVEL 8

/* Gives zlib what its input is, until it is taken; with FINISH, until all is written. */
static void deflate_all(struct aspan_gzip_buffer *buffer, int flush)
{
	unsigned char chunk[CHUNK_BYTES];
	int status;

	do {
		buffer->zip.next_out = chunk;
		buffer->zip.avail_out = sizeof(chunk);
		status = deflate(&buffer->zip, flush);
		if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
			buffer->has_failed = true;
			return;
		}
		fwrite(chunk, 1, sizeof(chunk) - buffer->zip.avail_out, buffer->stream);
	} while (buffer->zip.avail_out == 0);
}

static void append(ProtobufCBuffer *base, size_t bytes, const uint8_t *data)
{
	/* `base` is the first member. */
	struct aspan_gzip_buffer *buffer = (struct aspan_gzip_buffer *) base;

	/* zlib's input is not const, and not changed either. */
	buffer->zip.next_in = (unsigned char *) (uintptr_t) data;
	buffer->zip.avail_in = (unsigned int) bytes;
	if (!buffer->has_failed) {
		deflate_all(buffer, Z_NO_FLUSH);
	}
}

int aspan_gzip_buffer_init(struct aspan_gzip_buffer *buffer, FILE *stream)
{
	*buffer = (struct aspan_gzip_buffer){ .base = { .append = append }, .stream = stream };
	return deflateInit2(&buffer->zip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW_BITS,
			    DEFAULT_MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK ?
		       0 :
		       -ENOMEM;
}

int aspan_gzip_buffer_finish(struct aspan_gzip_buffer *buffer)
{
	buffer->zip.avail_in = 0;
	if (!buffer->has_failed) {
		deflate_all(buffer, Z_FINISH);
	}
	deflateEnd(&buffer->zip);
	return buffer->has_failed ? -EIO : 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * A buffer of protobuf-c that compresses by gzip what is packed into it and writes it to a stream, so that a packed message
 * is never in memory as a whole.
 */
#ifndef ASPAN_BT2_GZIP_BUFFER_H
#define ASPAN_BT2_GZIP_BUFFER_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdio.h>
#include <zlib.h>

struct aspan_gzip_buffer {
	ProtobufCBuffer base; /* what protobuf-c is given */
	z_stream zip;
	FILE *stream;
	bool has_failed;
};

/* 0 or -ENOMEM; then aspan_gzip_buffer_finish() ends it. */
int aspan_gzip_buffer_init(struct aspan_gzip_buffer *buffer, FILE *stream);

/* Writes what is left. 0 or -EIO; errors of the stream are its own (ferror()). */
int aspan_gzip_buffer_finish(struct aspan_gzip_buffer *buffer);

#endif

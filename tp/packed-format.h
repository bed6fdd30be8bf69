/* SPDX-License-Identifier: MIT */
/*
 * The numbers of packed-format.md, for the encoder and the decoder.
 */
#ifndef ASPAN_TP_PACKED_FORMAT_H
#define ASPAN_TP_PACKED_FORMAT_H

#define ASPAN_PACKED_VERSION 1

/* How old a record may become before it is written. */
#define ASPAN_PACKED_MAX_AGE_NS UINT64_C(100000000)

/* What addresses of blocks are multiples of. */
#define ASPAN_PACKED_ADDRESS_UNIT 8

/* Bits of the control byte. */
enum aspan_packed_control {
	ASPAN_PACKED_OPERATION_MASK = 0x03,
	ASPAN_PACKED_OTHER_GROUP = 0x04,
	ASPAN_PACKED_OTHER_KIND = 0x08,
	ASPAN_PACKED_OTHER_SITE = 0x10,
	ASPAN_PACKED_SAME_SIZE = 0x20,
	ASPAN_PACKED_RESERVED = 0x40,
	ASPAN_PACKED_ALWAYS = 0x80,
};

enum aspan_packed_operation {
	ASPAN_PACKED_ALLOC = 0,
	ASPAN_PACKED_FREE = 1,
	ASPAN_PACKED_STATE = 2,
};

#endif

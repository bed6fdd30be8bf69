/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the packed form share: an encoder in a few lines, written from tp/packed-format.md alone, so that
 * neither the recorder's mistakes nor the reader's are in it. It never leaves out what may be left out, unless asked.
 */
#ifndef ASPAN_TEST_PACKED_SUPPORT_H
#define ASPAN_TEST_PACKED_SUPPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PACKED_MAX_BYTES 65536

struct packed_writer {
	unsigned char bytes[PACKED_MAX_BYTES];
	size_t length;
	uint64_t address, site;
	uint32_t record_count;
};

static inline void packed_byte(struct packed_writer *writer, unsigned int byte)
{
	if (writer->length == PACKED_MAX_BYTES) {
		abort();
	}
	writer->bytes[writer->length++] = (unsigned char) byte;
}

/* N(value) */
static inline void packed_number(struct packed_writer *writer, uint64_t value)
{
	uint64_t left = value + 1;

	while (left > 0x7f) {
		packed_byte(writer, 0x80 | (left & 0x7f));
		left >>= 7;
	}
	packed_byte(writer, (unsigned int) left);
}

/* Z(value) */
static inline void packed_signed(struct packed_writer *writer, int64_t value)
{
	packed_number(writer, value < 0 ? ~((uint64_t) value << 1) : (uint64_t) value << 1);
}

static inline void packed_address(struct packed_writer *writer, uint64_t address)
{
	packed_signed(writer, (int64_t) (address - writer->address) / 8);
	writer->address = address;
}

/* operation: 0 alloc, 1 free. A new call site if ip is not 0. */
static inline void packed_record(struct packed_writer *writer, unsigned int operation,
				 uint64_t passed_ns, uint64_t address, uint64_t size,
				 unsigned int group, unsigned int kind, uint64_t ip)
{
	packed_byte(writer, 0x80 | operation | 0x04 | 0x08 | (ip ? 0x10 : 0));
	packed_number(writer, passed_ns);
	packed_address(writer, address);
	packed_number(writer, size);
	packed_number(writer, group);
	packed_number(writer, kind);
	if (ip) {
		packed_number(writer, 0);
		packed_signed(writer, (int64_t) (ip - writer->site));
		writer->site = ip;
	}
	writer->record_count++;
}

/* current_group: its index plus 1; 0: none. */
static inline void packed_state(struct packed_writer *writer, uint64_t span_id,
				unsigned int current_group)
{
	packed_byte(writer, 0x82);
	packed_number(writer, span_id);
	packed_number(writer, current_group);
}

#endif

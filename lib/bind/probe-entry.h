/* SPDX-License-Identifier: MIT */
/*
 * The functions that LTTng calls as our probe, whatever the tracepoint's arguments are.
 *
 * They save the registers in which arguments come and where those on the stack begin, and call
 * aspan_bind_probe_run() with their first argument, which is the data that the probe was registered with. The one that also
 * saves what floating-point arguments come in takes 2 ns more for a pair, and is for points that read such an argument.
 */
#ifndef ASPAN_BIND_PROBE_ENTRY_H
#define ASPAN_BIND_PROBE_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "signature.h"

#define ASPAN_BIND_REGISTERS 8

/* The assembly code knows these offsets. */
struct aspan_bind_registers {
	uint64_t general[ASPAN_BIND_REGISTERS]; /* x86-64 has six of them */
	uint64_t vector[ASPAN_BIND_REGISTERS]; /* the low half of each */
	const char *stack;
	void *ip; /* in the code that has the tracepoint */
};

struct allocspan_binding;
struct aspan_bind_point;

void aspan_bind_probe_entry(void);
void aspan_bind_probe_entry_vectors(void);

void aspan_bind_probe_run(struct aspan_bind_point *point,
			  const struct aspan_bind_registers *registers);

/* Whether the event that reached a point begins or ends pairs of this binding as well. */
bool aspan_bind_probe_concerns(const struct allocspan_binding *binding,
			       const struct aspan_bind_point *point,
			       const struct aspan_bind_registers *registers);

/* An argument that a probe reads, independent of the signature it was found in. */
struct aspan_bind_reader {
	enum aspan_bind_kind kind;
	enum aspan_bind_place place;
	uint16_t position;
	uint8_t width_bytes;
	bool is_signed;
};

/*
 * The value: an integer extended to 64 bits by its own sign, the address of a pointer or a string, or the bits of a floating
 * point number.
 */
static inline uint64_t aspan_bind_value(const struct aspan_bind_reader *reader,
					const struct aspan_bind_registers *registers)
{
	unsigned int unused_bits = 64 - 8U * reader->width_bytes;
	uint64_t value;

	switch (reader->place) {
	case ASPAN_BIND_GENERAL:
		value = registers->general[reader->position];
		break;
	case ASPAN_BIND_VECTOR:
		value = registers->vector[reader->position];
		break;
	default:
		__builtin_memcpy(&value, registers->stack + reader->position, sizeof(value));
		break;
	}
	/* What is above a narrow argument is undefined. */
	value <<= unused_bits;
	return reader->is_signed && reader->kind == ASPAN_BIND_INTEGER ?
		       (uint64_t) ((int64_t) value >> unused_bits) :
		       value >> unused_bits;
}

#endif

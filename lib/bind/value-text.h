/* SPDX-License-Identifier: MIT */
/*
 * How a value of an argument is written in a tag, the same inside the program and from a trace.
 *
 * Integers are decimal, addresses hexadecimal (0x...), floating point numbers as short as they can be read back. Of strings
 * the first ASPAN_BIND_TEXT_BYTES - 1 bytes count; bytes that are not UTF-8 become \xNN, and no string is "(null)", as
 * LTTng writes it.
 */
#ifndef ASPAN_BIND_VALUE_TEXT_H
#define ASPAN_BIND_VALUE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* The longest value of a tag, with its final zero. */
#define ASPAN_BIND_TEXT_BYTES 256

void aspan_bind_text_of_signed(char text[ASPAN_BIND_TEXT_BYTES], int64_t value);
void aspan_bind_text_of_unsigned(char text[ASPAN_BIND_TEXT_BYTES], uint64_t value);
void aspan_bind_text_of_address(char text[ASPAN_BIND_TEXT_BYTES], uint64_t value);
void aspan_bind_text_of_float(char text[ASPAN_BIND_TEXT_BYTES], float value);
void aspan_bind_text_of_double(char text[ASPAN_BIND_TEXT_BYTES], double value);
void aspan_bind_text_of_string(char text[ASPAN_BIND_TEXT_BYTES], const char *string);

#endif

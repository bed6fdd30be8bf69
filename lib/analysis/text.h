/* SPDX-License-Identifier: MIT */
/*
 * Strings of a trace and numbers, made fit for people and for formats.
 *
 * A name or a tag can be any bytes: control characters could drive a terminal, and bytes that are no UTF-8 break
 * formats that must be. Here they become harmless.
 */
#ifndef ASPAN_ANALYSIS_TEXT_H
#define ASPAN_ANALYSIS_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Room for any number as a text. */
#define ASPAN_TEXT_NUMBER_SIZE 32

/* 1536 is "1.5 KiB"; below 1 KiB exact. Returns `text`. */
char *aspan_text_format_bytes(char text[ASPAN_TEXT_NUMBER_SIZE], uint64_t bytes);

/* 1500000000 is "1.500 s"; below 1 s in ms, below 1 ms in us, below 1 us in ns. Returns `text`. */
char *aspan_text_format_duration(char text[ASPAN_TEXT_NUMBER_SIZE], uint64_t ns);

/*
 * For people: control characters (also those that change the direction of writing) and bytes that are no UTF-8
 * become \xNN or \u{NN}, and `\` becomes `\\`. The caller frees it; NULL without memory.
 */
char *aspan_text_escape(const char *string);

/* For formats: each byte that is no UTF-8 becomes U+FFFD. The caller frees it; NULL without memory. */
char *aspan_text_to_utf8(const char *string);

/* How many columns of a terminal the string, which is UTF-8, takes. */
size_t aspan_text_get_width(const char *string);

/* 1234567 is "1,234,567". Returns `text`. */
char *aspan_text_format_count(char text[ASPAN_TEXT_NUMBER_SIZE], uint64_t count);

/* How many bytes of the string, which is UTF-8, fit in that many columns of a terminal. */
size_t aspan_text_fit(const char *string, size_t columns);

#endif

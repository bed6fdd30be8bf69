/* SPDX-License-Identifier: MIT */
/*
 * The words by which people name tracepoints that begin and end something: callback_start and callback_end.
 */
#ifndef ASPAN_BIND_PAIR_WORDS_H
#define ASPAN_BIND_PAIR_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether two event names look like the begin and the end of the same thing: they differ in one word, and those two
 * words are known as a pair.
 */
bool aspan_bind_is_pair(const char *begin, const char *end);

/*
 * The name of what an event begins: "callback" for "callback_start", also for a word in the middle. Returns the
 * length written to `stem`, cut to fit; 0 if nothing is left or the name has no such word.
 */
size_t aspan_bind_stem(const char *begin, char *stem, size_t stem_bytes);

#endif

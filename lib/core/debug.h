/* SPDX-License-Identifier: MIT */
/*
 * Messages for those who ask for them with ALLOCSPAN_DEBUG=1: one line each on standard error.
 *
 * Nothing is allocated and `errno` is left alone, so it may be called anywhere.
 */
#ifndef ASPAN_CORE_DEBUG_H
#define ASPAN_CORE_DEBUG_H

#include <stdbool.h>

/* Set once, at the library's start. */
extern bool aspan_debug_wanted;

#define aspan_debug(...)                                                                           \
	do {                                                                                       \
		if (__builtin_expect(aspan_debug_wanted, 0)) {                                     \
			aspan_debug_print(__VA_ARGS__);                                            \
		}                                                                                  \
	} while (0)

__attribute__((cold, format(printf, 1, 2))) void aspan_debug_print(const char *format, ...);

#endif

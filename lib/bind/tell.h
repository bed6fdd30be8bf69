/* SPDX-License-Identifier: MIT */
/*
 * What those are told who asked: one line each, on standard error with ALLOCSPAN_DEBUG=1, and at the end of the file that
 * ALLOCSPAN_BIND_REPORT names, where `allocspan record` reads them.
 *
 * Nothing is allocated and `errno` is kept.
 */
#ifndef ASPAN_BIND_TELL_H
#define ASPAN_BIND_TELL_H

__attribute__((cold, format(printf, 1, 2))) void aspan_bind_tell(const char *format, ...);

/* Reads the environment; until then nobody is told anything. */
void aspan_bind_tell_init(void);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What those are told who asked: one line each, on standard error with ALLOCSPAN_DEBUG=1, and at the end of the file that
 * ALLOCSPAN_BIND_REPORT names, where `allocspan record` reads them. In the file a line begins with what it is:
 *
 *    !MESSAGE          something is not as asked for
 *    +EVENT            an object of this process has the event
 *    -EVENT<tab>MESSAGE  no object of this process had it
 *
 * Nothing is allocated and `errno` is kept.
 */
#ifndef ASPAN_BIND_TELL_H
#define ASPAN_BIND_TELL_H

__attribute__((cold, format(printf, 1, 2))) void aspan_bind_tell(const char *format, ...);

/* A process has an event, or never had it; in that case the message says so. */
void aspan_bind_tell_present(const char *event);
__attribute__((cold)) void aspan_bind_tell_absent(const char *event, const char *message);

/* Reads the environment; until then nobody is told anything. */
void aspan_bind_tell_init(void);

#endif

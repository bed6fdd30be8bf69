/* SPDX-License-Identifier: MIT */
/*
 * The two functions of liblttng-ust-tracepoint.so.1 that connect a probe to somebody else's tracepoint, looked up at run
 * time, so that programs start where LTTng is absent.
 */
#ifndef ASPAN_BIND_LTTNG_H
#define ASPAN_BIND_LTTNG_H

#include <stdbool.h>

#define ASPAN_BIND_LTTNG_LIBRARY "liblttng-ust-tracepoint.so.1"

/* Opens the library; false where there is none. Call without a lock of ours: it may wait for the dynamic linker's. */
bool aspan_bind_lttng_open(void);

/*
 * Both return 0 or a negative errno, and wait until no thread is inside the probes of the tracepoint; what LTTng allocates is
 * not tracked. A wrong signature would make LTTng refuse its own probe later: give the one read from the program.
 */
int aspan_bind_lttng_register(const char *provider, const char *event, void (*probe)(void),
			      void *data, const char *signature);
int aspan_bind_lttng_unregister(const char *provider, const char *event, void (*probe)(void),
				void *data);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Declares the events of LTTng's libc wrapper that do not occur in an exported trace: sink.ctf.fs declares only what
 * occurs, and Trace Compass's memory views look for all six.
 */
#ifndef ASPAN_CLI_EXPORT_METADATA_H
#define ASPAN_CLI_EXPORT_METADATA_H

#include <stddef.h>

/*
 * Completes the metadata of all traces in a directory; *trace_count is how many there are. 0; or negative errno, and the
 * reason has been printed.
 */
int aspan_export_metadata_complete(const char *directory, size_t *trace_count);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * How many files this process may have open.
 *
 * babeltrace2 keeps one open for each trace and one for each stream, and each process that was recorded has a trace with a stream
 * a CPU.
 */
#ifndef ASPAN_CLI_OPEN_FILES_H
#define ASPAN_CLI_OPEN_FILES_H

#include <stdint.h>

/* Allows as many as may be allowed without privileges. Not in a process whose children are the user's. */
void aspan_open_files_raise(void);

/* 0; or -EMFILE if a graph with so many traces and streams cannot be run, and then it prints so. */
int aspan_open_files_check(uint64_t trace_count, uint64_t stream_count);

#endif

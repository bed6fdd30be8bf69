/* SPDX-License-Identifier: MIT */
/*
 * What the memory limits of containers (cgroups, version 1 and 2) leave.
 */
#ifndef ASPAN_CLI_RECORD_MEMORY_H
#define ASPAN_CLI_RECORD_MEMORY_H

#include <stdint.h>

/*
 * How much memory this process and its children may still take; UINT64_MAX: there is no limit. Files below `root` are read, which is
 * "" but in tests.
 */
uint64_t aspan_memory_available(const char *root);

/* How many processes the kernel has killed here because a limit was reached. */
uint64_t aspan_memory_count_kills(const char *root);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Which objects with liballocspan's name a process has loaded, and where, as /proc/PID/maps says it.
 */
#ifndef ASPAN_LEDGER_PROCESS_MAPS_H
#define ASPAN_LEDGER_PROCESS_MAPS_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The beginning of a loaded object: the mapping of its file's first page. */
struct aspan_process_map {
	uint64_t begin, end;
	uint64_t inode;
	char path
		[PATH_MAX]; /* in the process's own root folder; without what the kernel adds to a deleted one */
};

/* A program loads it once; again with dlmopen(). */
#define ASPAN_PROCESS_MAPS_MAX 4

/* The number of objects found, up to ASPAN_PROCESS_MAPS_MAX, by address; or negative errno. */
int aspan_process_maps_find(pid_t pid, struct aspan_process_map maps[ASPAN_PROCESS_MAPS_MAX]);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * How large the ring buffers of a recording are.
 *
 * Aim: 128 MiB a CPU, and not more than 1 GiB in all. Bounds: half of what is free in /dev/shm, because others
 * use it and a program that runs as another user gets a second set; a quarter of the memory that is available, on the machine and in
 * the container, whose limit counts buffers as memory of the consumer daemon, which the kernel would kill.
 */
#include "record-buffers.h"

#include "record-memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>

#define KIB 1024ULL
#define MIB (KIB * KIB)
#define SUBBUF_COUNT 16
#define MAX_SUBBUF_BYTES (8 * MIB)
#define MIN_SUBBUF_BYTES (64 * KIB)
#define MAX_TOTAL_BYTES (1024 * MIB)

/* LTTng makes a ring for each CPU that could be plugged in, not just for those that are. */
static unsigned int count_possible_cpus(void)
{
	FILE *file = fopen("/sys/devices/system/cpu/possible", "re");
	unsigned long last = 0;
	char *line = NULL, *next;
	size_t size = 0;

	if (file && getline(&line, &size, file) > 0) {
		/* "0-3,8-11": the last number is the highest. */
		for (next = line; *next; next++) {
			if (*next >= '0' && *next <= '9') {
				last = strtoul(next, &next, 10);
				next--;
			}
		}
	}
	free(line);
	if (file) {
		fclose(file);
	}
	return last > 0 ? (unsigned int) last + 1 : (unsigned int) get_nprocs_conf();
}

static uint64_t read_available_memory(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	uint64_t bytes = UINT64_MAX;
	char *line = NULL;
	size_t size = 0;
	unsigned long long kib;

	if (!file) {
		return bytes;
	}
	while (getline(&line, &size, file) > 0) {
		/* NOLINTNEXTLINE(cert-err34-c): the kernel writes this number */
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1) {
			bytes = kib * KIB;
			break;
		}
	}
	free(line);
	fclose(file);
	return bytes;
}

static uint64_t round_down(uint64_t subbuf_bytes)
{
	uint64_t power = MIN_SUBBUF_BYTES;

	while (power * 2 <= subbuf_bytes && power < MAX_SUBBUF_BYTES) {
		power *= 2;
	}
	return power;
}

static void bound(struct aspan_record_buffers *buffers, uint64_t *budget,
		  enum aspan_buffers_bound by, uint64_t there, unsigned int share)
{
	if (there / share < *budget) {
		*budget = there / share;
		buffers->bound = by;
		buffers->bound_bytes = there;
	}
}

int aspan_record_buffers_choose(struct aspan_record_buffers *buffers)
{
	struct statvfs space;
	uint64_t rings, budget = MAX_TOTAL_BYTES;

	*buffers = (struct aspan_record_buffers){ .subbuf_count = SUBBUF_COUNT };
	if (statvfs(ASPAN_BUFFERS_DIRECTORY, &space) < 0) {
		return -errno;
	}
	buffers->free_bytes = (uint64_t) space.f_bavail * space.f_frsize;
	buffers->cpu_count = count_possible_cpus();
	rings = SUBBUF_COUNT * (uint64_t) buffers->cpu_count;
	buffers->wanted_bytes = round_down(MAX_TOTAL_BYTES / rings) * rings;

	bound(buffers, &budget, ASPAN_BUFFERS_BOUND_DIRECTORY, buffers->free_bytes, 2);
	bound(buffers, &budget, ASPAN_BUFFERS_BOUND_MEMORY, read_available_memory(), 4);
	bound(buffers, &budget, ASPAN_BUFFERS_BOUND_LIMIT, aspan_memory_available(""), 4);
	buffers->subbuf_bytes = round_down(budget / rings);
	buffers->total_bytes = buffers->subbuf_bytes * rings;
	if (buffers->total_bytes >= buffers->wanted_bytes) {
		buffers->bound = ASPAN_BUFFERS_AS_WANTED;
	}
	return buffers->total_bytes <= budget ? 0 : -ENOSPC;
}

void aspan_record_buffers_describe(const struct aspan_record_buffers *buffers, char *text,
				   size_t size)
{
	static const char *const formats[] = {
		[ASPAN_BUFFERS_AS_WANTED] = "",
		[ASPAN_BUFFERS_BOUND_DIRECTORY] = ASPAN_BUFFERS_DIRECTORY " has only ",
		[ASPAN_BUFFERS_BOUND_MEMORY] = "the machine has only ",
		[ASPAN_BUFFERS_BOUND_LIMIT] = "the memory limit of this container (cgroup) leaves ",
	};

	snprintf(text, size, "%s%.1f MiB%s", formats[buffers->bound],
		 (double) buffers->bound_bytes / (double) MIB,
		 buffers->bound == ASPAN_BUFFERS_BOUND_DIRECTORY ? " free" : "");
}

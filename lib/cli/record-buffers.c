/* SPDX-License-Identifier: MIT */
/*
 * How large the ring buffers of a recording are.
 *
 * A process's own: 2 MiB, or 64 KiB a CPU where there are many, so that hundreds of processes have room, and the memory of
 * none grows much. Bounds: a 64th of what is free in /dev/shm, and of the memory that is available, because the processes
 * that come later need theirs. Few large sub-buffers: each costs the consumer daemon system calls, and with smaller ones it falls
 * behind a busy thread sooner.
 *
 * A user's: 128 MiB a CPU, and not more than 1 GiB in all. Bounds: half of what is free in /dev/shm, because others
 * use it and a program that runs as another user gets a second set; a quarter of the memory that is available.
 *
 * Available is what the machine has and what the container leaves, whose limit counts buffers as memory of the consumer daemon,
 * which the kernel would kill.
 */
#include "record-buffers.h"

#include "record-memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>

#define KIB 1024ULL
#define MIB (KIB * KIB)

/* What is wanted, and what it may take of what is there. */
struct aim {
	uint64_t total_bytes;
	uint64_t subbuf_count;
	uint64_t min_subbuf_bytes, max_subbuf_bytes; /* powers of two */
	uint64_t shm_share, memory_share; /* one of so many parts */
};

static const struct aim user_aim = {
	.total_bytes = 1024 * MIB,
	.subbuf_count = 16,
	.min_subbuf_bytes = 64 * KIB,
	.max_subbuf_bytes = 8 * MIB,
	.shm_share = 2,
	.memory_share = 4,
};

/* With PROCESS_SUBBUF_COUNT or, where they would be small, two of them: an event must fit into one. */
static const struct aim process_aim = {
	.total_bytes = 2 * MIB,
	.min_subbuf_bytes = 4 * KIB,
	.max_subbuf_bytes = MIB,
	.shm_share = 64,
	.memory_share = 64,
};

#define PROCESS_SUBBUF_COUNT 4
#define PROCESS_CPU_BYTES (64 * KIB)
#define PROCESS_MAX_TOTAL_BYTES (4 * MIB)
#define PROCESS_GOOD_SUBBUF_BYTES (32 * KIB)

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

static uint64_t round_down(const struct aim *aim, uint64_t subbuf_bytes)
{
	uint64_t power = aim->min_subbuf_bytes;

	while (power * 2 <= subbuf_bytes && power < aim->max_subbuf_bytes) {
		power *= 2;
	}
	return power;
}

static void bound(struct aspan_record_buffers *buffers, uint64_t *budget,
		  enum aspan_buffers_bound by, uint64_t there, uint64_t share)
{
	if (there / share < *budget) {
		*budget = there / share;
		buffers->bound = by;
		buffers->bound_bytes = there;
	}
}

static int choose(struct aspan_record_buffers *buffers, const struct aim *aim)
{
	uint64_t rings = aim->subbuf_count * buffers->cpu_count;
	uint64_t budget = aim->total_bytes;

	bound(buffers, &budget, ASPAN_BUFFERS_BOUND_DIRECTORY, buffers->free_bytes, aim->shm_share);
	bound(buffers, &budget, ASPAN_BUFFERS_BOUND_MEMORY, read_available_memory(),
	      aim->memory_share);
	bound(buffers, &budget, ASPAN_BUFFERS_BOUND_LIMIT, aspan_memory_available(""),
	      aim->memory_share);
	buffers->subbuf_count = aim->subbuf_count;
	buffers->subbuf_bytes = round_down(aim, budget / rings);
	buffers->wanted_bytes = round_down(aim, aim->total_bytes / rings) * rings;
	buffers->total_bytes = buffers->subbuf_bytes * rings;
	if (buffers->total_bytes >= buffers->wanted_bytes) {
		buffers->bound = ASPAN_BUFFERS_AS_WANTED;
	}
	return buffers->total_bytes <= budget ? 0 : -ENOSPC;
}

static int choose_for_process(struct aspan_record_buffers *buffers)
{
	struct aim aim = process_aim;
	int ret;

	if (aim.total_bytes < PROCESS_CPU_BYTES * buffers->cpu_count) {
		aim.total_bytes = PROCESS_CPU_BYTES * buffers->cpu_count;
	}
	if (aim.total_bytes > PROCESS_MAX_TOTAL_BYTES) {
		aim.total_bytes = PROCESS_MAX_TOTAL_BYTES;
	}
	aim.subbuf_count = PROCESS_SUBBUF_COUNT;
	ret = choose(buffers, &aim);
	if (ret < 0 || buffers->subbuf_bytes < PROCESS_GOOD_SUBBUF_BYTES) {
		aim.subbuf_count = 2;
		ret = choose(buffers, &aim);
	}
	return ret;
}

int aspan_record_buffers_choose(struct aspan_record_buffers *buffers, bool is_per_user)
{
	struct statvfs space;

	*buffers = (struct aspan_record_buffers){ .is_per_user = is_per_user };
	if (statvfs(ASPAN_BUFFERS_DIRECTORY, &space) < 0) {
		return -errno;
	}
	buffers->free_bytes = (uint64_t) space.f_bavail * space.f_frsize;
	buffers->cpu_count = count_possible_cpus();
	return is_per_user ? choose(buffers, &user_aim) : choose_for_process(buffers);
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

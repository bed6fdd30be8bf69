/* SPDX-License-Identifier: MIT */
/*
 * How large the ring buffers of a recording are.
 *
 * LTTng keeps one ring a CPU in /dev/shm, for each process or for each user, and discards events when it is full, so a ring must
 * hold what a busy CPU records while the consumer daemon waits for the disk. Rings are zeroed when a program
 * registers, so every byte also costs time and real memory, which counts for each program that has it.
 */
#ifndef ASPAN_CLI_RECORD_BUFFERS_H
#define ASPAN_CLI_RECORD_BUFFERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASPAN_BUFFERS_DIRECTORY "/dev/shm"

/* What made the buffers smaller than wanted. */
enum aspan_buffers_bound {
	ASPAN_BUFFERS_AS_WANTED,
	ASPAN_BUFFERS_BOUND_DIRECTORY,
	ASPAN_BUFFERS_BOUND_MEMORY,
	ASPAN_BUFFERS_BOUND_LIMIT, /* of a container: a memory cgroup */
};

struct aspan_record_buffers {
	bool is_per_user; /* not per process */
	uint64_t subbuf_bytes; /* a power of two */
	uint64_t subbuf_count; /* of each CPU; a power of two */
	unsigned int cpu_count;
	uint64_t
		wanted_bytes; /* of all CPUs, on a machine with enough room, for a process or a user */
	uint64_t total_bytes; /* of all CPUs, as chosen */
	uint64_t free_bytes; /* in /dev/shm */
	enum aspan_buffers_bound bound;
	uint64_t bound_bytes; /* what there is of that */
};

/* 0; -ENOSPC if there is no room for buffers that make sense (*buffers is filled); other errno. */
int aspan_record_buffers_choose(struct aspan_record_buffers *buffers, bool is_per_user);

/* "/dev/shm has only 64 MiB free", or what else bounds them; into `text`. */
void aspan_record_buffers_describe(const struct aspan_record_buffers *buffers, char *text,
				   size_t size);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What each thread of a trace has begun and not ended. Follows lib/bind/open-spans.c step by step.
 */
#ifndef ASPAN_ANALYSIS_BIND_REPLAY_THREADS_H
#define ASPAN_ANALYSIS_BIND_REPLAY_THREADS_H

#include "bind-replay-objects.h"
#include "block-map.h"
#include "events.h"
#include "id-map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASPAN_BIND_NO_GROUP UINT32_MAX

/* A pair of events that is open. */
struct aspan_bind_replay_entry {
	uint32_t binding;
	uint32_t group;
	char *key; /* of a pair that is matched by one; else NULL */
	uint64_t *unended_count; /* of the binding */
	const uint64_t *last_event; /* of the binding: which one concerned it last */
	bool is_ended; /* by another thread: left with the next event of this one */
};

struct aspan_bind_replay_thread {
	uint32_t process;
	struct aspan_bind_replay_entry *entries; /* the innermost last */
	size_t count, capacity;
};

struct aspan_bind_replay_process {
	uint32_t trace;
	uint64_t vpid;
	uint64_t pid_namespace;
	uint32_t next_of_key; /* another process with the same key, or ASPAN_ID_MAP_NONE */
	uint64_t start_ns; /* as process_begin tells it; 0: nothing told */
	struct aspan_block_map blocks; /* that came to a group by the replay */
	struct aspan_bind_replay_objects objects;
};

/* All zero is empty. */
struct aspan_bind_replay_threads {
	struct aspan_bind_replay_process *processes;
	size_t process_count;
	struct aspan_id_map process_map;
	struct aspan_bind_replay_thread *threads;
	size_t thread_count;
	struct aspan_id_map thread_map; /* by process and vtid */
};

void aspan_bind_replay_threads_fini(struct aspan_bind_replay_threads *threads);

/* The thread of an event; threads move when one is added. 0 or -ENOMEM. */
int aspan_bind_replay_threads_find(struct aspan_bind_replay_threads *threads,
				   const struct aspan_origin *origin,
				   struct aspan_bind_replay_thread **thread);

/*
 * Takes process_begin: a program that was started, or a forked child, has nothing of the process that had its pid before. 0 or
 * -ENOMEM.
 */
int aspan_bind_replay_threads_begin(struct aspan_bind_replay_threads *threads,
				    const struct aspan_event *event);

static inline struct aspan_block_map *
aspan_bind_replay_thread_blocks(struct aspan_bind_replay_threads *threads,
				const struct aspan_bind_replay_thread *thread)
{
	return &threads->processes[thread->process].blocks;
}

static inline struct aspan_bind_replay_objects *
aspan_bind_replay_thread_objects(struct aspan_bind_replay_threads *threads,
				 const struct aspan_bind_replay_thread *thread)
{
	return &threads->processes[thread->process].objects;
}

/* The group that the thread's allocations come to, or ASPAN_BIND_NO_GROUP. */
static inline uint32_t aspan_bind_replay_active_group(const struct aspan_bind_replay_thread *thread)
{
	return thread->count > 0 ? thread->entries[thread->count - 1].group : ASPAN_BIND_NO_GROUP;
}

/* Leaves what other threads ended. */
void aspan_bind_replay_settle(struct aspan_bind_replay_thread *thread);

/* Begins a pair; the entry's key is copied. 0 or -ENOMEM. */
int aspan_bind_replay_open(struct aspan_bind_replay_thread *thread,
			   const struct aspan_bind_replay_entry *entry);

/*
 * Ends the innermost open pair of a binding, with what was begun inside and does not belong to a binding that this event
 * concerns as well. 0 for an event: a begin, which shows that there was no end. False if no pair is open.
 */
bool aspan_bind_replay_close(struct aspan_bind_replay_thread *thread, uint32_t binding,
			     uint64_t event);

/* Ends the open pair of a binding that has a key. False if this thread has none. */
bool aspan_bind_replay_close_key(struct aspan_bind_replay_thread *thread, uint32_t binding,
				 const char *key, bool is_unended);

/* The same on whatever thread of the process has one. False if none has. */
bool aspan_bind_replay_end_elsewhere(struct aspan_bind_replay_threads *threads, uint32_t process,
				     uint32_t binding, const char *key);

#endif

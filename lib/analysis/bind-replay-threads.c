/* SPDX-License-Identifier: MIT */
/*
 * See bind-replay-threads.h.
 */
#include "bind-replay-threads.h"

#include "trace-process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 8

void aspan_bind_replay_threads_fini(struct aspan_bind_replay_threads *threads)
{
	for (size_t i = 0; i < threads->process_count; i++) {
		aspan_block_map_fini(&threads->processes[i].blocks);
		aspan_bind_replay_objects_fini(&threads->processes[i].objects);
	}
	for (size_t i = 0; i < threads->thread_count; i++) {
		for (size_t e = 0; e < threads->threads[i].count; e++) {
			free(threads->threads[i].entries[e].key);
		}
		free(threads->threads[i].entries);
	}
	aspan_id_map_fini(&threads->process_map);
	aspan_id_map_fini(&threads->thread_map);
	free(threads->processes);
	free(threads->threads);
	*threads = (struct aspan_bind_replay_threads){ 0 };
}

static int add_process(struct aspan_bind_replay_threads *threads, const struct aspan_origin *origin,
		       uint64_t key, uint32_t *index)
{
	struct aspan_bind_replay_process *moved =
		reallocarray(threads->processes, threads->process_count + 1, sizeof(*moved));

	if (!moved) {
		return -ENOMEM;
	}
	threads->processes = moved;
	*index = (uint32_t) threads->process_count;
	moved[*index] = (struct aspan_bind_replay_process){
		.trace = origin->trace,
		.vpid = origin->vpid,
		.pid_namespace = origin->pid_namespace,
		.next_of_key = aspan_id_map_find(&threads->process_map, key),
	};
	if (aspan_id_map_set(&threads->process_map, key, *index)) {
		return -ENOMEM;
	}
	threads->process_count++;
	return 0;
}

static uint64_t get_key(const struct aspan_origin *origin)
{
	return origin->vpid ^ (origin->pid_namespace << 24) ^ ((uint64_t) origin->trace << 56);
}

/* The latest of its pid. */
static int find_process(struct aspan_bind_replay_threads *threads,
			const struct aspan_origin *origin, uint32_t *index)
{
	uint64_t key = get_key(origin);

	*index = aspan_id_map_find(&threads->process_map, key);
	while (*index != ASPAN_ID_MAP_NONE) {
		const struct aspan_bind_replay_process *process = &threads->processes[*index];

		if (process->trace == origin->trace && process->vpid == origin->vpid &&
		    process->pid_namespace == origin->pid_namespace) {
			return 0;
		}
		*index = process->next_of_key;
	}
	return add_process(threads, origin, key, index);
}

static bool begins_anew(const struct aspan_bind_replay_process *process,
			const struct aspan_process_facts *facts)
{
	bool is_beginning = facts->how == ASPAN_BEGIN_LOAD || facts->how == ASPAN_BEGIN_FORK ||
			    facts->how == ASPAN_BEGIN_CLONE;

	return is_beginning && process->start_ns != facts->start_ns;
}

int aspan_bind_replay_threads_begin(struct aspan_bind_replay_threads *threads,
				    const struct aspan_event *event)
{
	struct aspan_origin origin = event->origin;
	uint32_t index, before;
	int result;

	origin.vpid = event->process->vpid;
	result = find_process(threads, &origin, &index);
	if (!result && begins_anew(&threads->processes[index], event->process)) {
		before = index;
		aspan_block_map_fini(&threads->processes[before].blocks);
		result = add_process(threads, &origin, get_key(&origin), &index);
		if (!result) {
			/* The tracer may tell what a program has loaded before the program tells that it begins. */
			threads->processes[index].objects = threads->processes[before].objects;
			threads->processes[before].objects =
				(struct aspan_bind_replay_objects){ 0 };
		}
	}
	if (!result) {
		threads->processes[index].start_ns = event->process->start_ns;
	}
	return result;
}

static int add_thread(struct aspan_bind_replay_threads *threads, uint32_t process, uint64_t key,
		      uint32_t *index)
{
	struct aspan_bind_replay_thread *moved =
		reallocarray(threads->threads, threads->thread_count + 1, sizeof(*moved));

	if (!moved) {
		return -ENOMEM;
	}
	threads->threads = moved;
	*index = (uint32_t) threads->thread_count;
	if (aspan_id_map_set(&threads->thread_map, key, *index)) {
		return -ENOMEM;
	}
	moved[threads->thread_count++] = (struct aspan_bind_replay_thread){ .process = process };
	return 0;
}

int aspan_bind_replay_threads_find(struct aspan_bind_replay_threads *threads,
				   const struct aspan_origin *origin,
				   struct aspan_bind_replay_thread **thread)
{
	uint32_t process, index;
	uint64_t key;
	int result = find_process(threads, origin, &process);

	if (result) {
		return result;
	}
	/* Thread numbers of Linux have 22 bits. */
	key = ((uint64_t) process << 32) | (uint32_t) origin->vtid;
	index = aspan_id_map_find(&threads->thread_map, key);
	if (index == ASPAN_ID_MAP_NONE) {
		result = add_thread(threads, process, key, &index);
		if (result) {
			return result;
		}
	}
	*thread = &threads->threads[index];
	return 0;
}

static void leave(struct aspan_bind_replay_thread *thread, size_t index, bool is_unended)
{
	struct aspan_bind_replay_entry *entry = &thread->entries[index];

	*entry->unended_count += is_unended;
	free(entry->key);
	thread->count--;
	memmove(entry, entry + 1, (thread->count - index) * sizeof(*entry));
}

void aspan_bind_replay_settle(struct aspan_bind_replay_thread *thread)
{
	for (size_t i = thread->count; i-- > 0;) {
		if (thread->entries[i].is_ended) {
			leave(thread, i, false);
		}
	}
}

int aspan_bind_replay_open(struct aspan_bind_replay_thread *thread,
			   const struct aspan_bind_replay_entry *entry)
{
	struct aspan_bind_replay_entry *moved = thread->entries;
	char *key = entry->key ? strdup(entry->key) : NULL;

	if (thread->count == thread->capacity) {
		size_t capacity = thread->capacity ? 2 * thread->capacity : FIRST_CAPACITY;

		moved = reallocarray(thread->entries, capacity, sizeof(*moved));
		if (moved) {
			thread->entries = moved;
			thread->capacity = capacity;
		}
	}
	if (!moved || (entry->key && !key)) {
		free(key);
		return -ENOMEM;
	}
	moved[thread->count] = *entry;
	moved[thread->count++].key = key;
	return 0;
}

bool aspan_bind_replay_close(struct aspan_bind_replay_thread *thread, uint32_t binding,
			     uint64_t event)
{
	size_t index = thread->count;

	while (index > 0 && thread->entries[index - 1].binding != binding) {
		index--;
	}
	if (index == 0) {
		return false;
	}
	for (size_t i = thread->count; --i > index - 1;) {
		/* What is matched by a key may go on. */
		if (!thread->entries[i].key &&
		    (event == 0 || *thread->entries[i].last_event != event)) {
			leave(thread, i, true);
		}
	}
	leave(thread, index - 1, event == 0);
	return true;
}

static struct aspan_bind_replay_entry *find_key(struct aspan_bind_replay_thread *thread,
						uint32_t binding, const char *key)
{
	for (size_t i = thread->count; i-- > 0;) {
		struct aspan_bind_replay_entry *entry = &thread->entries[i];

		if (entry->binding == binding && !entry->is_ended && strcmp(entry->key, key) == 0) {
			return entry;
		}
	}
	return NULL;
}

bool aspan_bind_replay_close_key(struct aspan_bind_replay_thread *thread, uint32_t binding,
				 const char *key, bool is_unended)
{
	struct aspan_bind_replay_entry *entry = find_key(thread, binding, key);

	if (!entry) {
		return false;
	}
	leave(thread, (size_t) (entry - thread->entries), is_unended);
	return true;
}

bool aspan_bind_replay_end_elsewhere(struct aspan_bind_replay_threads *threads, uint32_t process,
				     uint32_t binding, const char *key)
{
	for (size_t i = 0; i < threads->thread_count; i++) {
		struct aspan_bind_replay_entry *entry =
			threads->threads[i].process == process ?
				find_key(&threads->threads[i], binding, key) :
				NULL;

		if (entry) {
			entry->is_ended = true;
			return true;
		}
	}
	return false;
}

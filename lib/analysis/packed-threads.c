/* SPDX-License-Identifier: MIT */
/*
 * The threads that made packed records, and the processes they are of.
 */
#include "packed-threads.h"

#include <errno.h>
#include <stdlib.h>

#define NONE ASPAN_ID_MAP_NONE
#define MIN_CAPACITY 16

static void destroy_thread(struct aspan_packed_thread *thread)
{
	while (thread->first) {
		struct aspan_packed_payload *next = thread->first->next;

		free(thread->first);
		thread->first = next;
	}
	aspan_packed_cursor_fini(&thread->cursor);
	free(thread->batch);
	free(thread);
}

void aspan_packed_threads_fini(struct aspan_packed_threads *threads)
{
	for (size_t i = 0; i < threads->thread_count; i++) {
		destroy_thread(threads->threads[i]);
	}
	aspan_id_map_fini(&threads->thread_map);
	aspan_id_map_fini(&threads->process_map);
	free(threads->threads);
	free(threads->processes);
	*threads = (struct aspan_packed_threads){ 0 };
}

/* Makes room for one more; the indexes stay below NONE. false without memory. */
static bool reserve(void **array, size_t count, size_t *capacity, size_t item_size)
{
	size_t bigger = *capacity ? *capacity * 2 : MIN_CAPACITY;
	void *moved;

	if (count < *capacity) {
		return true;
	}
	moved = bigger < NONE ? reallocarray(*array, bigger, item_size) : NULL;
	if (!moved) {
		return false;
	}
	*array = moved;
	*capacity = bigger;
	return true;
}

static bool is_same_process(const struct aspan_origin *a, const struct aspan_origin *b)
{
	return a->trace == b->trace && a->has_vpid == b->has_vpid && a->vpid == b->vpid &&
	       a->pid_namespace == b->pid_namespace;
}

static bool is_same_thread(const struct aspan_origin *a, const struct aspan_origin *b)
{
	return a->vtid == b->vtid && is_same_process(a, b);
}

/* Two may share a key; the lists next_of_key tell them apart. */
static uint64_t get_process_key(const struct aspan_origin *origin)
{
	return origin->vpid ^ (origin->pid_namespace << 32) ^ ((uint64_t) origin->trace << 48) ^
	       ((uint64_t) !origin->has_vpid << 63);
}

static uint64_t get_thread_key(const struct aspan_origin *origin)
{
	return origin->vtid ^ (get_process_key(origin) << 24);
}

static struct aspan_packed_thread *look_up_thread(const struct aspan_packed_threads *threads,
						  const struct aspan_origin *origin)
{
	uint32_t i = aspan_id_map_find(&threads->thread_map, get_thread_key(origin));

	while (i != NONE && !is_same_thread(origin, &threads->threads[i]->origin)) {
		i = threads->threads[i]->next_of_key;
	}
	return i == NONE ? NULL : threads->threads[i];
}

static struct aspan_packed_thread *add_thread(struct aspan_packed_threads *threads,
					      const struct aspan_origin *origin)
{
	uint64_t key = get_thread_key(origin);
	struct aspan_packed_thread *thread;

	if (!reserve((void **) &threads->threads, threads->thread_count, &threads->thread_capacity,
		     sizeof(struct aspan_packed_thread *))) {
		return NULL;
	}
	thread = calloc(1, sizeof(*thread));
	if (!thread) {
		return NULL;
	}
	thread->origin = *origin;
	thread->origin.procname = NULL;
	thread->last_link = &thread->first;
	thread->next_of_key = aspan_id_map_find(&threads->thread_map, key);
	if (aspan_id_map_set(&threads->thread_map, key, (uint32_t) threads->thread_count)) {
		free(thread);
		return NULL;
	}
	threads->threads[threads->thread_count++] = thread;
	return thread;
}

int aspan_packed_threads_find(struct aspan_packed_threads *threads,
			      const struct aspan_origin *origin, struct aspan_packed_thread **found)
{
	struct aspan_packed_thread *thread = threads->last_found;

	if (!thread || !is_same_thread(origin, &thread->origin)) {
		thread = look_up_thread(threads, origin);
	}
	if (!thread) {
		thread = add_thread(threads, origin);
	}
	threads->last_found = thread;
	*found = thread;
	return thread ? 0 : -ENOMEM;
}

static struct aspan_packed_process *look_up_process(const struct aspan_packed_threads *threads,
						    const struct aspan_origin *origin)
{
	uint32_t i = aspan_id_map_find(&threads->process_map, get_process_key(origin));

	while (i != NONE && !is_same_process(origin, &threads->processes[i].origin)) {
		i = threads->processes[i].next_of_key;
	}
	return i == NONE ? NULL : &threads->processes[i];
}

static int add_process(struct aspan_packed_threads *threads, const struct aspan_origin *origin,
		       struct aspan_packed_process **added)
{
	uint64_t key = get_process_key(origin);

	if (!reserve((void **) &threads->processes, threads->process_count,
		     &threads->process_capacity, sizeof(*threads->processes))) {
		return -ENOMEM;
	}
	threads->processes[threads->process_count] = (struct aspan_packed_process){
		.origin = *origin,
		.next_of_key = aspan_id_map_find(&threads->process_map, key),
		.first_ns = UINT64_MAX,
	};
	if (aspan_id_map_set(&threads->process_map, key, (uint32_t) threads->process_count)) {
		return -ENOMEM;
	}
	*added = &threads->processes[threads->process_count++];
	return 0;
}

/* first_ns: UINT64_MAX if no record was seen. */
static int note_process(struct aspan_packed_threads *threads, const struct aspan_origin *origin,
			uint64_t first_ns, uint64_t offset_ns)
{
	struct aspan_packed_process *process = look_up_process(threads, origin);
	int result = process ? 0 : add_process(threads, origin, &process);

	if (!result) {
		process->offset_ns = offset_ns;
		process->first_ns = first_ns < process->first_ns ? first_ns : process->first_ns;
	}
	return result;
}

int aspan_packed_threads_note_process(struct aspan_packed_threads *threads,
				      const struct aspan_origin *origin, uint64_t offset_ns)
{
	return note_process(threads, origin, UINT64_MAX, offset_ns);
}

void aspan_packed_threads_note_begin(struct aspan_packed_threads *threads,
				     const struct aspan_origin *origin)
{
	struct aspan_packed_process *process = look_up_process(threads, origin);

	if (process) {
		process->has_begun = true;
	}
}

bool aspan_packed_threads_begins(const struct aspan_packed_threads *threads,
				 const struct aspan_packed_thread *thread)
{
	const struct aspan_packed_process *process = look_up_process(threads, &thread->origin);

	return process && process->has_begun;
}

/* Where the trace does not tell namespaces, any is it. */
static bool is_home(const struct aspan_origin *of_process, const struct aspan_origin *origin)
{
	return of_process->has_vpid && !of_process->is_salvaged &&
	       of_process->host == origin->host && of_process->vpid == origin->vpid &&
	       (of_process->pid_namespace == 0 ||
		of_process->pid_namespace == origin->pid_namespace);
}

const struct aspan_packed_process *
aspan_packed_threads_find_home(const struct aspan_packed_threads *threads,
			       const struct aspan_origin *origin)
{
	for (size_t i = threads->process_count; i > 0; i--) {
		if (is_home(&threads->processes[i - 1].origin, origin)) {
			return &threads->processes[i - 1];
		}
	}
	return NULL;
}

int aspan_packed_threads_note_record(struct aspan_packed_threads *threads,
				     const struct aspan_origin *origin, uint64_t time_ns,
				     uint64_t offset_ns)
{
	const struct aspan_origin whole_trace = { .trace = origin->trace };
	int result = note_process(threads, origin, time_ns, offset_ns);

	return result ? result : note_process(threads, &whole_trace, time_ns, offset_ns);
}

uint64_t aspan_packed_threads_get_first_ns(const struct aspan_packed_threads *threads,
					   const struct aspan_origin *origin)
{
	const struct aspan_origin whole_trace = { .trace = origin->trace };
	const struct aspan_packed_process *process =
		look_up_process(threads, origin->has_vpid ? origin : &whole_trace);

	return process ? process->first_ns : UINT64_MAX;
}

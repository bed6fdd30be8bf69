/* SPDX-License-Identifier: MIT */
/*
 * See open-spans.h: the records of threads, and what a thread does to the entries of others.
 */
#include "open-spans.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "lock.h"
#include "record.h"
#include "store.h"

/* Of a record with its first entries: a page. */
#define RECORD_BYTES ((size_t) 4096)
#define FIRST_CAPACITY                                                                             \
	((uint32_t) ((RECORD_BYTES - sizeof(struct aspan_bind_thread)) /                           \
		     sizeof(struct aspan_bind_entry)))

ASPAN_TLS struct aspan_bind_thread *aspan_bind_thread;
static ASPAN_TLS bool has_thread_ended;

/* Protected by the lock THREADS. */
static struct aspan_bind_thread *first_thread;
static struct aspan_bind_thread *free_threads; /* a list through `next` */

static pthread_key_t key;
static bool has_key;

static struct aspan_bind_entry *first_entries(struct aspan_bind_thread *thread)
{
	return (struct aspan_bind_entry *) (thread + 1);
}

bool aspan_bind_thread_grow(struct aspan_bind_thread *thread)
{
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_THREADS);
	size_t old_bytes = thread->capacity * sizeof(*thread->entries);
	struct aspan_bind_entry *larger = aspan_bind_map(2 * old_bytes);

	if (larger) {
		memcpy((void *) larger, thread->entries, old_bytes);
		if (thread->entries != first_entries(thread)) {
			aspan_bind_unmap(thread->entries, old_bytes);
		}
		thread->entries = larger;
		thread->capacity *= 2;
	}
	aspan_bind_lock_give(&lock);
	return larger != NULL;
}

/* Ends an entry of a thread, on behalf of another thread; ordering 2. False if it was not open, or is another by now. */
static bool end_entry(struct aspan_bind_thread *thread, struct aspan_bind_entry *entry,
		      uint64_t open_state)
{
	if (!atomic_compare_exchange_strong_explicit(&entry->state, &open_state,
						     open_state | ASPAN_BIND_ENTRY_ENDED,
						     memory_order_acq_rel, memory_order_relaxed)) {
		return false;
	}
	/* Pairs with the acquire in aspan_bind_thread_get(). */
	atomic_store_explicit(&thread->has_ended_entries, true, memory_order_release);
	return true;
}

/* Ends the open pairs of a binding on one thread: the innermost with a key, or all. Call with the lock THREADS held. */
static bool end_on(struct aspan_bind_thread *thread, const struct allocspan_binding *binding,
		   const uint64_t *key_value)
{
	uint32_t index = atomic_load_explicit(&thread->count, memory_order_acquire);
	bool has_ended = false;

	if (index > thread->capacity) {
		index = thread->capacity;
	}
	while (index-- > 0) {
		struct aspan_bind_entry *entry = &thread->entries[index];
		/* Pairs with the release in aspan_bind_open(). */
		uint64_t state = atomic_load_explicit(&entry->state, memory_order_acquire);

		if ((state & ASPAN_BIND_ENTRY_STATE_MASK) == ASPAN_BIND_ENTRY_OPEN &&
		    aspan_bind_entry_is_of(entry, binding) &&
		    (!key_value || aspan_bind_entry_has_key(entry, *key_value)) &&
		    end_entry(thread, entry, state)) {
			has_ended = true;
			if (key_value) {
				break;
			}
		}
	}
	return has_ended;
}

bool aspan_bind_end_elsewhere(const struct allocspan_binding *binding, uint64_t key_value)
{
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_THREADS);
	struct aspan_bind_thread *thread = first_thread;

	while (thread && !end_on(thread, binding, &key_value)) {
		thread = thread->next;
	}
	aspan_bind_lock_give(&lock);
	return thread != NULL;
}

void aspan_bind_end_all(const struct allocspan_binding *binding)
{
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_THREADS);

	for (struct aspan_bind_thread *thread = first_thread; thread; thread = thread->next) {
		end_on(thread, binding, NULL);
	}
	aspan_bind_lock_give(&lock);
}

static void list_insert(struct aspan_bind_thread *thread)
{
	thread->previous = NULL;
	thread->next = first_thread;
	if (first_thread) {
		first_thread->previous = thread;
	}
	first_thread = thread;
}

/* Takes a thread off the list and keeps its record for another one. Call with the lock THREADS held. */
static void retire(struct aspan_bind_thread *thread)
{
	if (thread->previous) {
		thread->previous->next = thread->next;
	} else {
		first_thread = thread->next;
	}
	if (thread->next) {
		thread->next->previous = thread->previous;
	}
	if (thread->entries != first_entries(thread)) {
		aspan_bind_unmap(thread->entries, thread->capacity * sizeof(*thread->entries));
	}
	thread->next = free_threads;
	free_threads = thread;
}

/*
 * Other destructors may have bound events after ours, and the order is not defined: so it leaves the spans in each round
 * of destructors, and is done with the thread in the last. The core does its part in the last round too, and finds
 * nothing left to leave.
 */
static void key_destructor(void *value)
{
	uintptr_t round = (uintptr_t) value;
	struct aspan_bind_thread *thread = aspan_bind_thread;
	struct aspan_bind_lock lock;

	if (thread) {
		aspan_bind_thread_leave(thread);
	}
	if (round < PTHREAD_DESTRUCTOR_ITERATIONS &&
	    pthread_setspecific(key, (void *) (round + 1)) == 0) {
		return;
	}
	has_thread_ended = true;
	aspan_bind_thread = NULL;
	if (thread) {
		lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_THREADS);
		retire(thread);
		aspan_bind_lock_give(&lock);
	}
}

void aspan_bind_threads_init(void)
{
	has_key = pthread_key_create(&key, key_destructor) == 0;
}

static void watch_end(void)
{
	uint32_t busy = aspan_record_internal_begin();

	/* It may allocate. */
	if (has_key && !pthread_getspecific(key)) {
		pthread_setspecific(key, (void *) 1);
	}
	aspan_record_internal_end(busy);
}

struct aspan_bind_thread *aspan_bind_thread_make(void)
{
	struct aspan_bind_thread *thread;
	struct aspan_bind_lock lock;

	if (has_thread_ended) {
		return NULL;
	}
	watch_end();
	lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_THREADS);
	/* A signal handler may have been faster. */
	thread = aspan_bind_thread;
	if (!thread) {
		thread = free_threads;
		if (thread) {
			free_threads = thread->next;
			memset((void *) thread, 0, RECORD_BYTES);
		} else {
			thread = aspan_bind_map(RECORD_BYTES);
		}
		if (thread) {
			thread->capacity = FIRST_CAPACITY;
			thread->entries = first_entries(thread);
			list_insert(thread);
			aspan_bind_thread = thread;
		}
	}
	aspan_bind_lock_give(&lock);
	return thread;
}

void aspan_bind_threads_after_fork(void)
{
	struct aspan_bind_thread *thread = first_thread;

	while (thread) {
		struct aspan_bind_thread *next = thread->next;

		if (thread != aspan_bind_thread) {
			retire(thread);
		}
		thread = next;
	}
}

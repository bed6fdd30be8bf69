/* SPDX-License-Identifier: MIT */
/*
 * See open-spans.h.
 */
#include "open-spans.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "binding.h"
#include "guard.h"
#include "lock.h"
#include "misuse.h"
#include "record.h"
#include "span.h"
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

static enum aspan_bind_entry_state entry_state(const struct aspan_bind_entry *entry)
{
	return (enum aspan_bind_entry_state)(
		atomic_load_explicit(&entry->state, memory_order_relaxed) &
		ASPAN_BIND_ENTRY_STATE_MASK);
}

static bool is_open(const struct aspan_bind_entry *entry)
{
	return entry_state(entry) >= ASPAN_BIND_ENTRY_OPEN;
}

static bool is_of(const struct aspan_bind_entry *entry, const struct allocspan_binding *binding)
{
	return atomic_load_explicit(&entry->binding, memory_order_relaxed) == binding;
}

static bool has_key_value(const struct aspan_bind_entry *entry, uint64_t value)
{
	return atomic_load_explicit(&entry->key, memory_order_relaxed) == value;
}

static bool grow(struct aspan_bind_thread *thread)
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

void aspan_bind_open(struct aspan_bind_thread *thread, struct allocspan_binding *binding,
		     uint64_t key_value, struct allocspan_span *span, void *ip)
{
	uint32_t index = atomic_load_explicit(&thread->count, memory_order_relaxed);
	struct aspan_bind_entry *entry;
	uint64_t serial;

	if (aspan_unlikely(index >= thread->capacity) && !grow(thread)) {
		return;
	}
	/* Ordering 1: reserve, fill, open. Release: another thread that sees the entry open sees what it is. */
	entry = &thread->entries[index];
	atomic_store_explicit(&entry->state, ASPAN_BIND_ENTRY_RESERVED, memory_order_relaxed);
	aspan_signal_fence();
	atomic_store_explicit(&thread->count, index + 1, memory_order_relaxed);
	aspan_signal_fence();
	serial = thread->last_serial += ASPAN_BIND_ENTRY_SERIAL_STEP;
	atomic_store_explicit(&entry->binding, binding, memory_order_relaxed);
	atomic_store_explicit(&entry->key, key_value, memory_order_relaxed);
	entry->guard = aspan_span_enter(span, ip);
	atomic_store_explicit(&entry->state, serial | ASPAN_BIND_ENTRY_OPEN, memory_order_release);
}

/* Frees an entry and drops the free ones that are innermost, then leaves the span. */
static void leave(struct aspan_bind_thread *thread, uint32_t index, void *ip)
{
	struct aspan_bind_entry *entry = &thread->entries[index];
	struct allocspan_guard guard = entry->guard;
	uint32_t count;

	/* What another thread makes of it meanwhile no longer matters. */
	atomic_store_explicit(&entry->state, ASPAN_BIND_ENTRY_FREE, memory_order_relaxed);
	aspan_signal_fence();
	count = atomic_load_explicit(&thread->count, memory_order_relaxed);
	while (count > 0 && entry_state(&thread->entries[count - 1]) == ASPAN_BIND_ENTRY_FREE) {
		count--;
	}
	atomic_store_explicit(&thread->count, count, memory_order_relaxed);
	aspan_signal_fence();
	aspan_guard_exit(&guard, ip);
}

static void count_unended(const struct aspan_bind_entry *entry, void *ip)
{
	struct allocspan_binding *binding =
		atomic_load_explicit(&entry->binding, memory_order_relaxed);

	atomic_fetch_add_explicit(&binding->unended_count, 1, memory_order_relaxed);
	aspan_misuse(ASPAN_MISUSE_BEGIN_NOT_ENDED, allocspan_current_group_id(),
		     allocspan_current_span_id(), ip);
}

/* The innermost open pair of a binding; -1 if there is none. */
static int64_t find(const struct aspan_bind_thread *thread, const struct allocspan_binding *binding)
{
	int64_t index = atomic_load_explicit(&thread->count, memory_order_relaxed);

	while (--index >= 0 &&
	       !(is_open(&thread->entries[index]) && is_of(&thread->entries[index], binding))) {
	}
	return index;
}

/* Ends what was begun inside of an entry and is matched by the thread. */
static ASPAN_SLOW void leave_inner(struct aspan_bind_thread *thread, uint32_t index, void *ip)
{
	uint32_t i = atomic_load_explicit(&thread->count, memory_order_relaxed);

	while (--i > index) {
		struct aspan_bind_entry *entry = &thread->entries[i];

		if (is_open(entry) &&
		    !atomic_load_explicit(&entry->binding, memory_order_relaxed)->is_matched) {
			count_unended(entry, ip);
			leave(thread, i, ip);
		}
	}
}

bool aspan_bind_close(struct aspan_bind_thread *thread, const struct allocspan_binding *binding,
		      bool is_unended, void *ip)
{
	int64_t index = find(thread, binding);

	if (index < 0) {
		return false;
	}
	if (aspan_unlikely(index + 1 !=
			   atomic_load_explicit(&thread->count, memory_order_relaxed))) {
		leave_inner(thread, (uint32_t) index, ip);
	}
	if (aspan_unlikely(is_unended)) {
		count_unended(&thread->entries[index], ip);
	}
	leave(thread, (uint32_t) index, ip);
	return true;
}

bool aspan_bind_close_key(struct aspan_bind_thread *thread, struct allocspan_binding *binding,
			  uint64_t key_value, bool is_unended, void *ip)
{
	uint32_t index = atomic_load_explicit(&thread->count, memory_order_relaxed);

	while (index-- > 0) {
		struct aspan_bind_entry *entry = &thread->entries[index];

		/* One that another thread ended already has had its end. */
		if (entry_state(entry) == ASPAN_BIND_ENTRY_OPEN && is_of(entry, binding) &&
		    has_key_value(entry, key_value)) {
			if (is_unended) {
				count_unended(entry, ip);
			}
			leave(thread, index, ip);
			return true;
		}
	}
	return false;
}

void aspan_bind_thread_settle(struct aspan_bind_thread *thread)
{
	uint32_t index;

	atomic_store_explicit(&thread->has_ended_entries, false, memory_order_relaxed);
	/* What is ended from here on raises the flag again. */
	atomic_thread_fence(memory_order_acquire);
	index = atomic_load_explicit(&thread->count, memory_order_relaxed);
	while (index-- > 0) {
		if (entry_state(&thread->entries[index]) == ASPAN_BIND_ENTRY_ENDED) {
			leave(thread, index, NULL);
		}
	}
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
		    is_of(entry, binding) && (!key_value || has_key_value(entry, *key_value)) &&
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

/* Leaves what the thread is still inside of. */
static void leave_everything(struct aspan_bind_thread *thread)
{
	uint32_t index;

	aspan_bind_thread_settle(thread);
	index = atomic_load_explicit(&thread->count, memory_order_relaxed);
	while (index-- > 0) {
		if (is_open(&thread->entries[index])) {
			count_unended(&thread->entries[index], NULL);
			leave(thread, index, NULL);
		}
	}
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
		leave_everything(thread);
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

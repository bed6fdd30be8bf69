/* SPDX-License-Identifier: MIT */
/*
 * What the library knows of a thread: a few words in thread-local storage that the hot paths read, and a
 * record with the thread's counters, in a list of all threads.
 *
 * Invariant: all zero is a thread that has entered nothing and counted nothing, so new threads need no
 * set-up. The record is made when the thread first counts something and ends with the thread, when its
 * counters are added to the groups.
 */
#ifndef ASPAN_CORE_THREAD_H
#define ASPAN_CORE_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "counters.h"

struct allocspan_fiber;
struct aspan_packed_ring;

/* Why the library is already at work on this thread; a set of bits, so that they nest. */
enum aspan_busy {
	ASPAN_BUSY_TRACKER =
		1, /* in a tracker's callback: frees are followed and traced, nothing else */
	ASPAN_BUSY_TRACER = 2, /* in LTTng: frees are followed only */
	ASPAN_BUSY_INTERNAL =
		4, /* in a function that may allocate on our behalf: frees are followed */
	ASPAN_BUSY_PREPARING =
		8, /* being prepared: the allocator underneath is not called (setup-memory.h) */
	ASPAN_BUSY_ALLOCATOR =
		16, /* in a function underneath that calls others of it, or the program: frees are followed */
};

/* Signal handlers read and write these too, and leave them as they were. */
struct aspan_thread {
	uint32_t active_slot; /* of the active group; enum aspan_slot in group-stack.h */
	uint32_t busy; /* enum aspan_busy: while not 0, nothing new is tracked */
	uint64_t span_id; /* of the innermost span */
	struct allocspan_fiber *stack; /* the current one; NULL before the first enter */
	uint32_t counted_slot; /* of the counters that were used last: */
	struct aspan_counters *counted;
	bool has_spans; /* one was entered on the current stack: its totals count from then on */
	struct aspan_counters totals; /* of the current stack, over all groups: for span_exit */
	struct aspan_thread_record *record; /* NULL before the first count, and after the end */
	struct allocspan_fiber *own_stack; /* the one that ends with the thread */
	bool is_remembering; /* counted_slot and counted are being changed */
	bool is_prepared; /* aspan_thread_watch() has run */
	bool is_in_tracer; /* LTTng knows it: to record, it takes no lock */
	bool has_ended; /* our end has run: counters go to the groups themselves */
	struct aspan_packed_ring *packed_ring; /* NULL before the first packed record */
	uint64_t packed_count; /* of packed records that were made before that ring's */
};

extern ASPAN_PRIVATE ASPAN_TLS struct aspan_thread aspan_thread;

/* In the ledger: the first part is a struct aspan_ledger_thread of lib/ledger/layout.h. */
struct aspan_thread_record {
	_Atomic(struct aspan_thread_record *) next; /* the list is protected by the lock */
	_Atomic(struct aspan_counter_table *) table;
	int32_t vtid;
	uint32_t reserved;
	struct aspan_thread *thread;
	struct aspan_thread_record *previous;
	uint64_t more[2];
};

_Static_assert(sizeof(void *) != sizeof(uint64_t) ||
		       sizeof(struct aspan_thread_record) == sizeof(struct aspan_ledger_thread),
	       "records of threads are in the ledger");

static inline struct aspan_thread_record *
aspan_thread_next_record(const struct aspan_thread_record *record)
{
	/* Relaxed: readers in this process have the lock. */
	return atomic_load_explicit(&record->next, memory_order_relaxed);
}

/* Prepares for threads that end. Call once. */
int aspan_thread_init(void);

/*
 * Prepares this thread: its end is noticed, and it can record events in signal handlers. May be called in a handler that
 * interrupted malloc.
 */
ASPAN_SLOW void aspan_thread_prepare(void);

/* The same, once for each thread. */
static inline void aspan_thread_watch(void)
{
	if (aspan_unlikely(!aspan_thread.is_prepared)) {
		aspan_thread_prepare();
	}
}

/* The record of this thread, made if it has none; NULL without memory or when the thread has ended. */
struct aspan_thread_record *aspan_thread_record_make(void);

/* The counters of this thread for a slot; NULL without memory or when the thread has ended. */
struct aspan_counters *aspan_thread_counters(struct aspan_thread *thread, uint32_t slot);

/* The same if they are the ones that were used last; else NULL. */
static inline struct aspan_counters *aspan_thread_counted(const struct aspan_thread *thread,
							  uint32_t slot)
{
	struct aspan_counters *counters;

	if (aspan_unlikely(thread->counted_slot != slot)) {
		return NULL;
	}
	aspan_signal_fence();
	counters = thread->counted;
	aspan_signal_fence();
	/* A signal handler that counted in another group meanwhile has left its own. */
	if (aspan_unlikely(thread->counted_slot != slot)) {
		return NULL;
	}
	if (!counters) {
		/* Slot 0 has none, and is no group's. */
		__builtin_unreachable();
	}
	return counters;
}

/* All records, for those who sum. Call with the lock held. */
struct aspan_thread_record *aspan_thread_first_record(void);

/* Forgets what all threads of the parent had counted, and had entered but for this one, in the child of fork. With the lock held. */
void aspan_thread_after_fork(void);

#endif

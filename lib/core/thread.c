/* SPDX-License-Identifier: MIT */
/*
 * See thread.h.
 */
#include "thread.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call-stack.h"
#include "group-stack.h"
#include "group-counts.h"
#include "guard.h"
#include "ledger-groups.h"
#include "ledger-memory.h"
#include "ledger.h"
#include "life.h"
#include "lock.h"
#include "misuse.h"
#include "packed-record.h"
#include "process.h"
#include "trace-open.h"
#include "trace.h"

ASPAN_TLS struct aspan_thread aspan_thread;

static pthread_key_t key;
static bool has_key;

/* Protected by the lock. */
static struct aspan_thread_record *first_record;

struct aspan_thread_record *aspan_thread_first_record(void)
{
	return first_record;
}

/* A reader of the ledger follows `next` alone, at any instruction. */
static void list_insert(struct aspan_thread_record *record)
{
	atomic_store_explicit(&record->next, first_record, memory_order_relaxed);
	if (first_record) {
		first_record->previous = record;
	}
	first_record = record;
	aspan_ledger_set_first_thread(record);
}

static void list_remove(struct aspan_thread_record *record)
{
	struct aspan_thread_record *next = aspan_thread_next_record(record);

	if (next) {
		next->previous = record->previous;
	}
	if (record->previous) {
		atomic_store_explicit(&record->previous->next, next, memory_order_release);
	} else {
		first_record = next;
		aspan_ledger_set_first_thread(next);
	}
}

static void bequeath_leaf(struct aspan_counter_leaf *leaf, uint32_t first_slot)
{
	for (uint32_t i = 0; i < ASPAN_COUNTERS_LEAF_SLOTS; i++) {
		aspan_ledger_bequeath(first_slot + i, &leaf->of[i]);
	}
}

/* Gives a thread's counts to the groups, and its memory back. Call with the lock held. */
static void end_record(struct aspan_thread_record *record)
{
	struct aspan_counter_table *table =
		atomic_load_explicit(&record->table, memory_order_acquire);

	for (uint32_t i = 0; table && i < table->leaf_count; i++) {
		struct aspan_counter_leaf *leaf =
			atomic_load_explicit(&table->leaves[i], memory_order_acquire);

		if (leaf) {
			bequeath_leaf(leaf, i << ASPAN_COUNTERS_LEAF_SHIFT);
		}
	}
	aspan_ledger_note_thread_leaves();
	list_remove(record);
	aspan_ledger_note_thread_leaves();
	aspan_counter_table_free(table);
	aspan_ledger_memory_free(record, sizeof(*record));
}

/* What the thread is still inside of is exited, so that the trace's spans are balanced. */
static void leave_everything(struct aspan_thread *thread)
{
	if (thread->own_stack && !aspan_stack_is_empty(thread->own_stack)) {
		aspan_misuse(ASPAN_MISUSE_THREAD_EXIT_INSIDE, allocspan_current_group_id(),
			     thread->span_id, NULL);
	}
	aspan_stack_switch(thread, thread->own_stack);
	if (thread->own_stack) {
		aspan_guard_exit_since(thread->own_stack, 0, NULL);
	}
}

static void end_thread(struct aspan_thread *thread)
{
	struct aspan_thread_record *record;
	struct aspan_lock lock;

	leave_everything(thread);
	lock = aspan_lock();
	record = thread->record;
	thread->has_ended = true;
	thread->record = NULL;
	thread->counted_slot = 0;
	thread->stack = NULL;
	if (record) {
		end_record(record);
	}
	if (thread->own_stack) {
		aspan_stack_free(thread->own_stack);
		thread->own_stack = NULL;
	}
	aspan_unlock(&lock);
	aspan_packed_thread_end(thread);
}

/* ThreadSanitizer ends its own state of the thread in the last round. */
#if ASPAN_THREAD_SANITIZER
#define LAST_ROUND (PTHREAD_DESTRUCTOR_ITERATIONS - 1)
#else
#define LAST_ROUND PTHREAD_DESTRUCTOR_ITERATIONS
#endif

/*
 * Destructors of other keys may allocate after ours, and the order is not defined. So it runs in each round of
 * destructors and does its work in the last one.
 */
static void key_destructor(void *value)
{
	uintptr_t round = (uintptr_t) value;
	int saved_errno = errno;

	if (round < LAST_ROUND && pthread_setspecific(key, (void *) (round + 1)) == 0) {
		return;
	}
	end_thread(&aspan_thread);
	errno = saved_errno;
}

int aspan_thread_init(void)
{
	int error = pthread_key_create(&key, key_destructor);

	has_key = error == 0;
	return -error;
}

/*
 * Both may allocate, and malloc may be what was interrupted. So the interposer is told to serve them itself, and
 * a group's slot makes it look: while nobody has one, it passes malloc on without looking at anything else.
 */
static void prepare(struct aspan_thread *thread)
{
	uint32_t busy = thread->busy;
	uint32_t slot = thread->active_slot;

	thread->busy = busy | ASPAN_BUSY_INTERNAL | ASPAN_BUSY_PREPARING;
	thread->active_slot = ASPAN_SLOT_UNTRACKED;
	if (has_key && !thread->is_prepared) {
		pthread_setspecific(key, (void *) 1);
	}
	if (!aspan_trace_is_cut_off()) {
		aspan_trace_init_thread();
		aspan_call_stack_init_thread();
		thread->is_in_tracer = aspan_trace.init_thread;
	}
	/* Without the provider it is done again. */
	thread->is_prepared = has_key && aspan_trace_is_open();
	thread->active_slot = slot;
	thread->busy = busy;
}

void aspan_thread_prepare(void)
{
	int saved_errno = errno;
	sigset_t all;
	sigset_t before;

	aspan_life_know();
	/* No handler sees the thread half prepared, nor what is active now. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	prepare(&aspan_thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved_errno;
}

struct aspan_thread_record *aspan_thread_record_make(void)
{
	struct aspan_thread *thread = &aspan_thread;
	struct aspan_lock lock;

	if (thread->record || thread->has_ended) {
		return thread->record;
	}
	aspan_thread_watch();
	lock = aspan_lock();
	/* A signal handler may have been faster. */
	if (!thread->record) {
		struct aspan_thread_record *record;

		aspan_ledger_make();
		record = aspan_ledger_memory_alloc(sizeof(*record));
		if (record) {
			record->thread = thread;
			record->vtid = (int32_t) syscall(SYS_gettid);
			list_insert(record);
		}
		thread->record = record;
	}
	aspan_unlock(&lock);
	return thread->record;
}

static ASPAN_SLOW struct aspan_counters *make_counters(uint32_t slot)
{
	struct aspan_thread_record *record = aspan_thread_record_make();
	struct aspan_counters *counters = NULL;
	struct aspan_lock lock;

	if (!record) {
		return NULL;
	}
	lock = aspan_lock();
	/* Counts of a slot that the ledger does not know would be nobody's. */
	if (aspan_group_make_entry(slot)) {
		counters = aspan_counter_table_extend(&record->table, slot);
	}
	aspan_unlock(&lock);
	return counters;
}

/*
 * A signal handler finds the pair in order or no slot, and does not change it in the middle. If it forked since `fork_depth` was
 * read, the counters are the parent's, and nothing is remembered in the child.
 */
static void remember_counters(struct aspan_thread *thread, uint32_t slot,
			      struct aspan_counters *counters, uint32_t fork_depth)
{
	if (thread->is_remembering) {
		return;
	}
	thread->is_remembering = true;
	aspan_signal_fence();
	thread->counted_slot = 0;
	aspan_signal_fence();
	thread->counted = counters;
	aspan_signal_fence();
	thread->counted_slot = slot;
	aspan_signal_fence();
	if (*(volatile uint32_t *) &aspan_process.fork_depth != fork_depth) {
		thread->counted_slot = 0;
	}
	thread->is_remembering = false;
}

struct aspan_counters *aspan_thread_counters(struct aspan_thread *thread, uint32_t slot)
{
	uint32_t fork_depth = *(volatile uint32_t *) &aspan_process.fork_depth;
	struct aspan_counters *counters = NULL;

	if (thread->record) {
		/* The table is stored by this thread alone. */
		counters = aspan_counter_table_find(
			atomic_load_explicit(&thread->record->table, memory_order_relaxed), slot);
	}
	if (aspan_unlikely(!counters)) {
		counters = make_counters(slot);
	}
	remember_counters(thread, counters ? slot : 0, counters, fork_depth);
	return counters;
}

void aspan_thread_after_fork(void)
{
	struct aspan_thread *thread = &aspan_thread;
	struct allocspan_fiber *stack = aspan_stack_first();

	/* They were in the parent's image. */
	first_record = NULL;
	thread->record = NULL;
	thread->counted_slot = 0;
	thread->is_remembering = false;
	/* Fibers that wait live on; the other threads' own stacks do not. */
	while (stack) {
		struct allocspan_fiber *next = stack->next;

		if (stack->is_own && stack != thread->own_stack) {
			aspan_stack_free(stack);
		}
		stack = next;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * What happens in a process's life: it forks, it finds itself to be a child that nobody told, it is announced in traces, it ends.
 *
 * The big picture
 * ---------------
 *
 *    fork(), daemon(), forkpty(), clone():    before -> [child] after -> announce      lib/preload, and handlers of pthread_atfork()
 *    _Fork(), syscall():                      [child] its first slow path: know        process.h tells why it gets there
 *
 * A child that nobody told has LTTng's state as its parent left it: the tracer's threads are not there, its locks may be taken, and
 * what it would record carries the parent's pid. So it is cut off from it (trace.h), and so are the children that it forks: only
 * packed events are recorded, which say themselves whose they are, and what tells of processes; all else it counts.
 *
 * Other libraries' locks may be taken, too, and what calls them waits for ever: the dynamic linker's (also by unwinding), those
 * of the allocator and of stdio, and those of interposers around functions of the C library. So none of that is in slow paths.
 */
#ifndef ASPAN_CORE_LIFE_H
#define ASPAN_CORE_LIFE_H

#include "compiler.h"
#include "process.h"
#include "trace-process.h"

/* Around fork(): the handlers of pthread_atfork(), also for functions that fork and call none. */
ASPAN_PRIVATE void aspan_before_fork(void);
ASPAN_PRIVATE void aspan_after_fork_in_parent(void);
ASPAN_PRIVATE void aspan_after_fork_in_child(void);

ASPAN_SLOW void aspan_life_know_slow(void);

/* In slow paths, before anything else: if this is a child that nobody told, it becomes one. Async-signal-safe. */
static inline void aspan_life_know(void)
{
	if (aspan_unlikely(!aspan_process_has_hook(ASPAN_HOOK_KNOWN))) {
		aspan_life_know_slow();
	}
}

/* The same, in a child of _Fork(). */
ASPAN_PRIVATE void aspan_life_know_child(void);

/*
 * A child was made, and told. Its parent says how many there were: who finds neither an event nor a ledger of one knows that it is
 * missing. Not one that LTTng made: its constructor may make one, before the program begins, and so may its restart in a child.
 * Async-signal-safe.
 */
ASPAN_PRIVATE void aspan_life_note_child(void);

/* This program begins: its ledger does. Call once. */
void aspan_life_begin(void);

/*
 * Records `process_begin` for sessions that do not have it: when the provider is opened, after a fork when LTTng is in order again,
 * and when a session has started. A forked child without a provider begins its ledger instead, so that it is known. May allocate.
 */
ASPAN_PRIVATE void aspan_life_announce(void);

/* Exit handlers: the last. */
void aspan_life_exit(void);
void aspan_life_quick_exit(void);

/*
 * The program ends at once or is replaced: what waits is recorded, nobody is left recording (trace-end.h), and the end is. Async-signal-safe.
 * In a child of vfork(), whose end is not that of the program, what waits is recorded.
 */
ASPAN_PRIVATE void aspan_life_end(enum aspan_trace_end_how how);

/* The program goes on: exec has failed. */
ASPAN_PRIVATE void aspan_life_end_undo(void);

#endif

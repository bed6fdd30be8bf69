/* SPDX-License-Identifier: MIT */
/*
 * The three locks of the library, in the order in which they may be taken:
 *
 *    BINDINGS   the bindings, the known modules, what is registered with LTTng. Held while LTTng waits for its probes
 *               to end, so no probe ever takes it.
 *    THREADS    the list of threads that have spans open.
 *    GROUPS     the tables of groups and labels.
 *
 * All signals are blocked meanwhile, so no signal handler finds one taken by the thread it interrupts. `errno` is kept.
 */
#ifndef ASPAN_BIND_LOCK_H
#define ASPAN_BIND_LOCK_H

#include <signal.h>

enum aspan_bind_lock_name {
	ASPAN_BIND_LOCK_BINDINGS,
	ASPAN_BIND_LOCK_THREADS,
	ASPAN_BIND_LOCK_GROUPS,
	ASPAN_BIND_LOCK_COUNT,
};

struct aspan_bind_lock {
	enum aspan_bind_lock_name name;
	int saved_errno;
	sigset_t signals; /* to be restored */
};

struct aspan_bind_lock aspan_bind_lock_take(enum aspan_bind_lock_name name);
void aspan_bind_lock_give(const struct aspan_bind_lock *lock);

/* All of them, for fork. */
void aspan_bind_lock_before_fork(void);
void aspan_bind_lock_after_fork(void);

#endif

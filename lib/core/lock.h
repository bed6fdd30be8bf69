/* SPDX-License-Identifier: MIT */
/*
 * The one lock of the library: protects the registries of groups, spans, stacks and threads, and the
 * arena. Only slow paths take it.
 *
 * All signals are blocked while it is held, so no signal handler can find it taken by the thread it
 * interrupts. Nothing is called under it that allocates or that belongs to the program; recording an
 * event is allowed. So the thread is prepared for that before: with its first event, LTTng would wait for a lock that
 * is held during a fork, while the thread that forks waits for this one.
 */
#ifndef ASPAN_CORE_LOCK_H
#define ASPAN_CORE_LOCK_H

#include <signal.h>
#include <stdbool.h>

struct aspan_lock {
	sigset_t signals; /* to be restored */
	int saved_errno;
};

struct aspan_lock aspan_lock(void);
void aspan_unlock(const struct aspan_lock *lock);

/* The same if nobody has it; in a thread that need not be prepared, and at any time. */
bool aspan_try_lock(struct aspan_lock *lock);

/* In a child that nobody told: nobody has it. */
void aspan_lock_renew(void);

/* For fork: the child gets the lock in the state in which its thread left it. */
void aspan_lock_before_fork(void);
void aspan_lock_after_fork(void);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * See lock.h.
 */
#include "lock.h"

#include <errno.h>
#include <pthread.h>

#include "life.h"
#include "thread.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Of the thread that forks; protected by the mutex. */
static struct aspan_lock fork_lock;

static struct aspan_lock take(void)
{
	struct aspan_lock lock = { .saved_errno = errno };
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &lock.signals);
	pthread_mutex_lock(&mutex);
	return lock;
}

struct aspan_lock aspan_lock(void)
{
	aspan_life_know();
	/* Not while it is prepared: that takes the lock itself, for memory. */
	if (!(aspan_thread.busy & ASPAN_BUSY_PREPARING)) {
		aspan_thread_watch();
	}
	return take();
}

bool aspan_try_lock(struct aspan_lock *lock)
{
	sigset_t all;

	lock->saved_errno = errno;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &lock->signals);
	if (pthread_mutex_trylock(&mutex) == 0) {
		return true;
	}
	pthread_sigmask(SIG_SETMASK, &lock->signals, NULL);
	return false;
}

void aspan_unlock(const struct aspan_lock *lock)
{
	pthread_mutex_unlock(&mutex);
	pthread_sigmask(SIG_SETMASK, &lock->signals, NULL);
	errno = lock->saved_errno;
}

void aspan_lock_renew(void)
{
	pthread_mutex_init(&mutex, NULL);
}

void aspan_lock_before_fork(void)
{
	/* LTTng's locks may be held already, and this thread records nothing until the fork is over. */
	struct aspan_lock lock = take();

	fork_lock = lock;
}

void aspan_lock_after_fork(void)
{
	struct aspan_lock lock = fork_lock;

	aspan_unlock(&lock);
}

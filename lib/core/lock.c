/* SPDX-License-Identifier: MIT */
/*
 * See lock.h.
 */
#include "lock.h"

#include <errno.h>
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Of the thread that forks; protected by the mutex. */
static struct aspan_lock fork_lock;

struct aspan_lock aspan_lock(void)
{
	struct aspan_lock lock = { .saved_errno = errno };
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &lock.signals);
	pthread_mutex_lock(&mutex);
	return lock;
}

void aspan_unlock(const struct aspan_lock *lock)
{
	pthread_mutex_unlock(&mutex);
	pthread_sigmask(SIG_SETMASK, &lock->signals, NULL);
	errno = lock->saved_errno;
}

void aspan_lock_before_fork(void)
{
	struct aspan_lock lock = aspan_lock();

	fork_lock = lock;
}

void aspan_lock_after_fork(void)
{
	struct aspan_lock lock = fork_lock;

	aspan_unlock(&lock);
}

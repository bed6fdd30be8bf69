/* SPDX-License-Identifier: MIT */
/*
 * See lock.h.
 */
#include "lock.h"

#include <errno.h>
#include <pthread.h>

static pthread_mutex_t mutexes[ASPAN_BIND_LOCK_COUNT] = {
	PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER,
};

/* Of the thread that forks; protected by the first of them. */
static struct aspan_bind_lock fork_locks[ASPAN_BIND_LOCK_COUNT];

struct aspan_bind_lock aspan_bind_lock_take(enum aspan_bind_lock_name name)
{
	struct aspan_bind_lock lock = { .name = name, .saved_errno = errno };
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &lock.signals);
	pthread_mutex_lock(&mutexes[name]);
	return lock;
}

void aspan_bind_lock_give(const struct aspan_bind_lock *lock)
{
	pthread_mutex_unlock(&mutexes[lock->name]);
	pthread_sigmask(SIG_SETMASK, &lock->signals, NULL);
	errno = lock->saved_errno;
}

void aspan_bind_lock_before_fork(void)
{
	for (int name = 0; name < ASPAN_BIND_LOCK_COUNT; name++) {
		struct aspan_bind_lock lock =
			aspan_bind_lock_take((enum aspan_bind_lock_name) name);

		fork_locks[name] = lock;
	}
}

void aspan_bind_lock_after_fork(void)
{
	for (int name = ASPAN_BIND_LOCK_COUNT; name-- > 0;) {
		struct aspan_bind_lock lock = fork_locks[name];

		aspan_bind_lock_give(&lock);
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * While a thread forks, it holds LTTng's locks and then wants the library's. So nobody who holds the library's waits for LTTng's:
 * not even a thread whose first event is recorded under the library's lock, for which LTTng registers it.
 *
 * Here the main thread does what a fork begins with, a new one registers a token, and the main thread goes on.
 */
#include <allocspan/allocspan.h>

#include <lttng/ust-fork.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int thread_id;
static atomic_bool may_begin;

static void *register_a_token(void *unused)
{
	struct allocspan_token *token;

	atomic_store(&thread_id, gettid());
	while (!atomic_load(&may_begin)) {
		usleep(1000);
	}
	token = allocspan_token_register("late", NULL, 0);
	allocspan_token_release(token);
	return unused;
}

/* Waits for one of the locks, and not in usleep(). */
static bool waits_for_a_lock(void)
{
	char path[100];
	char name[100] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", atomic_load(&thread_id));
	file = fopen(path, "r");
	if (file) {
		if (!fgets(name, sizeof(name), file)) {
			name[0] = 0;
		}
		fclose(file);
	}
	return strtol(name, NULL, 10) == SYS_futex;
}

int main(void)
{
	struct allocspan_token *token = allocspan_token_register("early", NULL, 0);
	struct allocspan_stats stats;
	pthread_t thread;
	sigset_t signals;

	pthread_create(&thread, NULL, register_a_token, NULL);
	while (atomic_load(&thread_id) == 0) {
		usleep(1000);
	}
	lttng_ust_before_fork(&signals);
	atomic_store(&may_begin, true);
	while (!waits_for_a_lock()) {
		usleep(1000);
	}
	allocspan_token_stats(token, &stats);
	lttng_ust_after_fork_parent(&signals);
	pthread_join(thread, NULL);
	allocspan_token_release(token);
	return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
/*
 * The threads that serve requests.
 */
#ifndef WORKERS_H
#define WORKERS_H

#include "request-queue.h"

#include <pthread.h>
#include <stddef.h>

#define WORKERS_MAX 64

struct workers {
	pthread_t threads[WORKERS_MAX];
	size_t count;
};

/* Returns 0, or the negative errno of a thread that could not be made; those before it run. */
int workers_start(struct workers *workers, size_t count, struct request_queue *queue);

/* Closes the queue and waits until it has been worked off. */
void workers_stop(struct workers *workers, struct request_queue *queue);

/* How many requests failed; each was reported on stderr. */
size_t workers_failures(void);

#endif

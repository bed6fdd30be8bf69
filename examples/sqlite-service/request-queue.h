/* SPDX-License-Identifier: MIT */
/*
 * Requests on their way from the thread that accepts them to the workers.
 *
 * The queue is bounded: who puts into a full one waits.
 */
#ifndef REQUEST_QUEUE_H
#define REQUEST_QUEUE_H

#include "queries.h"

#include <allocspan/allocspan.h>

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct request {
	/*
	 * The piece of work that this request is, wherever it is done; the tenant's token is
	 * attached.
	 */
	struct allocspan_span *span;
	struct tenant *tenant;
	/* Set for the request that fills the database; then the two below are unused. */
	const struct package_list *import;
	enum query_kind kind;
	char *argument;
};

#define REQUEST_QUEUE_SIZE 64

struct request_queue {
	pthread_mutex_t lock; /* protects all of the following */
	pthread_cond_t changed;
	struct request *requests[REQUEST_QUEUE_SIZE];
	size_t first;
	size_t count;
	size_t unfinished; /* put, and not reported as done */
	bool closed;
};

#define REQUEST_QUEUE_INIT                                                                         \
	{                                                                                          \
		.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER             \
	}

/*
 * Makes a request, with its span, under the tenant's group. @import is not NULL for an import,
 * @kind and @argument are for queries. Returns NULL with errno.
 */
struct request *request_create(struct tenant *tenant, const struct package_list *import,
			       enum query_kind kind, const char *argument);
void request_destroy(struct request *request);

/* Takes the request. */
void request_queue_put(struct request_queue *queue, struct request *request);

/*
 * Gives the oldest request, to be destroyed and reported as done; NULL when the queue is closed and
 * empty.
 */
struct request *request_queue_take(struct request_queue *queue);
void request_queue_done(struct request_queue *queue);

/* Waits until everything that was put is done. */
void request_queue_drain(struct request_queue *queue);

/* Lets the workers go home when the queue is empty. */
void request_queue_close(struct request_queue *queue);

#endif

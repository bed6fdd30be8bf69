/* SPDX-License-Identifier: MIT */
/*
 * One condition for every change: few threads wait here, and all look again.
 */
#include "request-queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct allocspan_span *span_create(const char *name, struct allocspan_token *token)
{
	struct allocspan_span *span = allocspan_span_create(name);
	int status = span ? allocspan_span_attach(span, token) : 0;

	if (status < 0) {
		allocspan_span_release(span);
		errno = -status;
		return NULL;
	}
	return span;
}

struct request *request_create(struct tenant *tenant, const struct package_list *import,
			       enum query_kind kind, const char *argument)
{
	struct allocspan_span *span =
		span_create(import ? "import" : query_names[kind], tenant->token);
	struct request *request;

	if (!span) {
		return NULL;
	}
	/* The request itself is the tenant's too, from the first byte on. */
	ALLOCSPAN_SCOPE(tenant->token);

	request = calloc(1, sizeof(*request));
	if (request) {
		request->span = span;
		request->tenant = tenant;
		request->import = import;
		request->kind = kind;
		request->argument = strdup(argument);
	}
	if (!request || !request->argument) {
		allocspan_span_release(span);
		free(request);
		errno = ENOMEM;
		return NULL;
	}
	return request;
}

void request_destroy(struct request *request)
{
	ALLOCSPAN_SCOPE(request->tenant->token);

	allocspan_span_release(request->span);
	free(request->argument);
	free(request);
}

void request_queue_put(struct request_queue *queue, struct request *request)
{
	pthread_mutex_lock(&queue->lock);
	while (queue->count == REQUEST_QUEUE_SIZE) {
		pthread_cond_wait(&queue->changed, &queue->lock);
	}
	queue->requests[(queue->first + queue->count) % REQUEST_QUEUE_SIZE] = request;
	queue->count++;
	queue->unfinished++;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

struct request *request_queue_take(struct request_queue *queue)
{
	struct request *request = NULL;

	pthread_mutex_lock(&queue->lock);
	while (queue->count == 0 && !queue->closed) {
		pthread_cond_wait(&queue->changed, &queue->lock);
	}
	if (queue->count > 0) {
		request = queue->requests[queue->first];
		queue->first = (queue->first + 1) % REQUEST_QUEUE_SIZE;
		queue->count--;
		pthread_cond_broadcast(&queue->changed);
	}
	pthread_mutex_unlock(&queue->lock);
	return request;
}

void request_queue_done(struct request_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->unfinished--;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

void request_queue_drain(struct request_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	while (queue->unfinished > 0) {
		pthread_cond_wait(&queue->changed, &queue->lock);
	}
	pthread_mutex_unlock(&queue->lock);
}

void request_queue_close(struct request_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

/* SPDX-License-Identifier: MIT */
/*
 * A worker knows nothing of tenants' memory: it enters the request's span, and everything below,
 * down into SQLite, is booked under the tenant.
 */
#include "workers.h"

#include "answer-cache.h"

#include <stdatomic.h>
#include <stdio.h>

static atomic_size_t failures;

static void fail(const struct request *request, int status)
{
	const struct tenant *tenant = request->tenant;

	failures++;
	fprintf(stderr, "sqlite-service: %s for tenant %s failed: %s\n",
		request->import ? "import" : query_names[request->kind], tenant->name,
		status == SQLITE_OK ? sqlite3_errmsg(tenant->db) : sqlite3_errstr(status));
}

static void serve_query(struct request *request)
{
	struct tenant *tenant = request->tenant;
	char *answer;

	if (answer_cache_find(tenant, request->kind, request->argument, &tenant->checksum)) {
		return;
	}
	answer = query_answer(tenant, request->kind, request->argument);
	if (!answer) {
		fail(request, SQLITE_OK);
		return;
	}
	tenant->checksum += answer_checksum(answer);
	answer_cache_store(tenant, request->kind, request->argument, answer);
}

static void serve(struct request *request)
{
	struct tenant *tenant = request->tenant;

	ALLOCSPAN_SPAN_SCOPE(request->span);

	pthread_mutex_lock(&tenant->lock);
	tenant->request_count++;
	if (request->import) {
		int status = tenant_import(tenant, request->import);

		if (status != SQLITE_OK) {
			fail(request, status);
		}
	} else {
		serve_query(request);
	}
	pthread_mutex_unlock(&tenant->lock);
}

static void *work(void *argument)
{
	struct request_queue *queue = argument;
	struct request *request;

	while ((request = request_queue_take(queue))) {
		serve(request);
		request_destroy(request);
		request_queue_done(queue);
	}
	return NULL;
}

int workers_start(struct workers *workers, size_t count, struct request_queue *queue)
{
	while (workers->count < count) {
		int status = pthread_create(&workers->threads[workers->count], NULL, work, queue);

		if (status != 0) {
			return -status;
		}
		workers->count++;
	}
	return 0;
}

void workers_stop(struct workers *workers, struct request_queue *queue)
{
	request_queue_close(queue);
	for (size_t i = 0; i < workers->count; i++) {
		pthread_join(workers->threads[i], NULL);
	}
	workers->count = 0;
}

size_t workers_failures(void)
{
	return failures;
}

/* SPDX-License-Identifier: MIT */
/*
 * Work handed to a thread pool keeps its owner: a job carries the context in which it was
 * submitted.
 *
 * Two requests submit jobs to the same workers; what a worker allocates for a job belongs to the
 * request, whichever thread that was. It runs by itself, since liballocspan-preload is linked:
 *
 *	build/release/examples/thread-pool
 */
#include <allocspan/allocspan.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS 3
#define JOBS_PER_REQUEST 100

struct job {
	struct allocspan_context context;
	size_t size_bytes;
	void *result; /* kept until the end, so that it can be counted */
};

/* A queue that is filled before it is emptied: enough to show whose context a job runs in. */
static struct job jobs[2 * JOBS_PER_REQUEST];
static size_t submitted;
static size_t taken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void submit(size_t size_bytes)
{
	struct job *job = &jobs[submitted++];

	job->context = allocspan_context_capture();
	job->size_bytes = size_bytes;
}

static struct job *take(void)
{
	struct job *job;

	pthread_mutex_lock(&lock);
	job = taken < submitted ? &jobs[taken++] : NULL;
	pthread_mutex_unlock(&lock);
	return job;
}

static void run(struct job *job)
{
	struct allocspan_guard guard = allocspan_context_enter(&job->context);

	job->result = malloc(job->size_bytes);
	allocspan_guard_exit(&guard);
	allocspan_context_release(&job->context);
}

static void *work(void *unused)
{
	struct job *job;

	(void) unused;
	while ((job = take())) {
		run(job);
	}
	return NULL;
}

/* A request is a span of its own, with its group attached. */
static bool request(struct allocspan_token *group, const char *name, size_t size_bytes)
{
	struct allocspan_span *span = allocspan_span_create(name);

	if (!span || allocspan_span_attach(span, group) < 0) {
		allocspan_span_release(span);
		return false;
	}
	{
		ALLOCSPAN_SPAN_SCOPE(span);
		for (size_t i = 0; i < JOBS_PER_REQUEST; i++) {
			submit(size_bytes);
		}
	}
	/* The contexts keep the span as long as they need it. */
	allocspan_span_release(span);
	return true;
}

static void print_stats(const struct allocspan_token *group)
{
	struct allocspan_stats stats = { 0 };

	allocspan_token_stats(group, &stats);
	printf("%s: %" PRIu64 " blocks, %" PRIu64 " bytes\n", allocspan_token_name(group),
	       stats.live_blocks, stats.live_bytes);
}

int main(void)
{
	struct allocspan_token *images = allocspan_token_register("images", NULL, 0);
	struct allocspan_token *mails = allocspan_token_register("mails", NULL, 0);
	pthread_t workers[WORKERS];
	size_t started = 0;

	if (!images || !mails || !request(images, "resize", 5000) || !request(mails, "send", 70)) {
		perror("thread-pool: cannot make the requests");
		return 1;
	}
	while (started < WORKERS && !pthread_create(&workers[started], NULL, work, NULL)) {
		started++;
	}
	for (size_t i = 0; i < started; i++) {
		pthread_join(workers[i], NULL);
	}
	if (started == 0) {
		fprintf(stderr, "thread-pool: cannot create a thread\n");
		return 1;
	}

	print_stats(images);
	print_stats(mails);
	for (size_t i = 0; i < submitted; i++) {
		free(jobs[i].result);
	}
	allocspan_token_release(images);
	allocspan_token_release(mails);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Examples of the functions of context.h; Doxygen shows them one by one. Run it: every assertion
 * holds.
 */
#include <allocspan/context.h>
#include <allocspan/tracking.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

//! [allocspan_context_capture]
struct job {
	struct allocspan_context context;
	const char *text;
};

static void prepare(struct job *job, const char *text)
{
	job->context = allocspan_context_capture();
	job->text = text;
}
//! [allocspan_context_capture]

//! [allocspan_context_enter]
static char *run(const struct job *job)
{
	struct allocspan_guard guard = allocspan_context_enter(&job->context);
	char *copy = strdup(job->text); /* belongs to whoever prepared the job */

	allocspan_guard_exit(&guard);
	return copy;
}
//! [allocspan_context_enter]

//! [allocspan_context_release]
static void discard(struct job *job)
{
	allocspan_context_release(&job->context);
	job->text = NULL;
}
//! [allocspan_context_release]

//! [allocspan_context_call]
static void *copy_text(void *job)
{
	return strdup(((const struct job *) job)->text);
}

static char *run_by_call(struct job *job)
{
	return allocspan_context_call(&job->context, copy_text, job);
}
//! [allocspan_context_call]

static void *report_group(void *id)
{
	*(uint64_t *) id = allocspan_current_group_id();
	return NULL;
}

static void create_thread(void)
{
	//! [allocspan_thread_create]
	uint64_t inherited = 0;
	pthread_t thread;
	int status = allocspan_thread_create(&thread, NULL, report_group, &inherited);

	if (status < 0) {
		fprintf(stderr, "cannot create a thread: %s\n", strerror(-status));
		return;
	}
	pthread_join(thread, NULL);
	assert(inherited == allocspan_current_group_id());
	//! [allocspan_thread_create]
	assert(inherited != 0);
}

static void check_owner(char *block, uint64_t id)
{
	assert(allocspan_block_group_id(block) == id);
	free(block);
}

int main(void)
{
	struct allocspan_token *token = allocspan_token_register("requests", NULL, 0);
	struct allocspan_guard guard = allocspan_token_enter(token);
	struct job job;

	prepare(&job, "text");
	create_thread();
	allocspan_guard_exit(&guard);

	check_owner(run(&job), allocspan_token_id(token));
	check_owner(run_by_call(&job), allocspan_token_id(token));
	discard(&job);
	allocspan_token_release(token);
	assert(allocspan_misuse_count() == 0);
	return 0;
}

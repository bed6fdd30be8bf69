/* SPDX-License-Identifier: MIT */
/*
 * Examples of the functions of span.h; Doxygen shows them one by one. Run it: every assertion
 * holds.
 */
#include <allocspan/span.h>
#include <allocspan/token.h>
#include <allocspan/tracking.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct allocspan_span *create(void)
{
	//! [allocspan_span_create]
	struct allocspan_span *span = allocspan_span_create("request");

	if (!span) {
		perror("cannot make a span for the request");
		return NULL;
	}
	//! [allocspan_span_create]
	return span;
}

static void attach(struct allocspan_span *span, struct allocspan_token *token)
{
	//! [allocspan_span_attach]
	int status = allocspan_span_attach(span, token);

	if (status < 0) {
		fprintf(stderr, "cannot attach a group to the request: %s\n", strerror(-status));
	}
	//! [allocspan_span_attach]
	assert(status == 0);
}

static void enter(struct allocspan_span *span, struct allocspan_token *token)
{
	//! [allocspan_span_enter]
	struct allocspan_guard guard = allocspan_span_enter(span);
	char *answer = strdup("answer"); /* belongs to the token that is attached */

	allocspan_guard_exit(&guard);
	assert(allocspan_block_group_id(answer) == allocspan_token_id(token));
	free(answer);
	//! [allocspan_span_enter]
}

static void ids(struct allocspan_span *span)
{
	//! [allocspan_span_id]
	/* The id that trace and log have in common. */
	fprintf(stderr, "span %llu: the answer is late\n",
		(unsigned long long) allocspan_span_id(span));
	//! [allocspan_span_id]

	//! [allocspan_current_span_id]
	struct allocspan_guard guard = allocspan_span_enter(span);

	assert(allocspan_current_span_id() == allocspan_span_id(span));
	allocspan_guard_exit(&guard);
	assert(allocspan_current_span_id() == 0);
	//! [allocspan_current_span_id]
}

//! [allocspan_span_call]
static void *copy(void *text)
{
	return strdup(text);
}

static char *copy_inside(struct allocspan_span *span, char *text)
{
	return allocspan_span_call(span, copy, text);
}
//! [allocspan_span_call]

static void call(struct allocspan_span *span, struct allocspan_token *token)
{
	char text[] = "text";
	char *copied = copy_inside(span, text);

	assert(allocspan_block_group_id(copied) == allocspan_token_id(token));
	free(copied);
}

struct request {
	struct allocspan_span *span;
};

static void retain(struct allocspan_span *span)
{
	struct request queued;

	//! [allocspan_span_retain]
	/* The queue keeps the request's span until the answer was sent. */
	queued.span = allocspan_span_retain(span);
	//! [allocspan_span_retain]
	assert(queued.span == span);
	allocspan_span_release(queued.span);
}

static void detach(struct allocspan_span *span)
{
	//! [allocspan_span_detach]
	struct allocspan_guard guard;

	allocspan_span_detach(span);
	guard = allocspan_span_enter(span); /* recorded, but owns nothing any more */
	assert(allocspan_current_group_id() == 0);
	allocspan_guard_exit(&guard);
	//! [allocspan_span_detach]
}

static void release(struct allocspan_span *span)
{
	//! [allocspan_span_release]
	struct allocspan_guard guard = allocspan_span_enter(span);

	allocspan_span_release(span); /* the guard keeps what it needs */
	allocspan_guard_exit(&guard);
	//! [allocspan_span_release]
}

int main(void)
{
	struct allocspan_token *token = allocspan_token_register("requests", NULL, 0);
	struct allocspan_span *span = create();

	assert(token && span);
	attach(span, token);
	enter(span, token);
	ids(span);
	call(span, token);
	retain(span);
	detach(span);
	release(span);
	allocspan_token_release(token);
	assert(allocspan_misuse_count() == 0);
	return 0;
}

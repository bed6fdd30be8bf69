/* SPDX-License-Identifier: MIT */
/*
 * Examples of the functions of bind.h, which Doxygen shows. Run it: every assertion holds.
 *
 * The tracepoints are those of examples/message-loop, which know nothing of allocspan.
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "message-loop-provider.h"

#include <allocspan/bind.h>
#include <allocspan/guard.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define CALLBACK ((const void *) 0x1000)

//! [allocspan_bind]
static struct allocspan_binding *bind_callbacks(void)
{
	char message[256];
	struct allocspan_binding *binding;

	binding = allocspan_bind("message_loop:callback_start..callback_end,by=callback", message,
				 sizeof(message));
	if (!binding) {
		fprintf(stderr, "callbacks have no groups: %s\n", message);
	}
	return binding;
}
//! [allocspan_bind]

//! [allocspan_bind_tracepoints]
static struct allocspan_binding *bind_callbacks_of_this_process(void)
{
	return allocspan_bind_tracepoints(&lttng_ust_tracepoint_message_loop___callback_start,
					  &lttng_ust_tracepoint_message_loop___callback_end,
					  "is_intra_process=1", NULL, "by=callback,nested", NULL,
					  0);
}
//! [allocspan_bind_tracepoints]

//! [ALLOCSPAN_BIND]
static struct allocspan_binding *bind_all_callbacks(void)
{
	/* A misspelt tracepoint does not compile. */
	return ALLOCSPAN_BIND(message_loop, callback_start, callback_end, "name=callbacks");
}
//! [ALLOCSPAN_BIND]

//! [allocspan_binding_get_stats]
static uint64_t count_unbalanced(const struct allocspan_binding *binding)
{
	struct allocspan_binding_stats stats;

	if (allocspan_binding_get_stats(binding, &stats)) {
		return 0;
	}
	return stats.unended_begins + stats.unbegun_ends;
}
//! [allocspan_binding_get_stats]

//! [allocspan_binding_describe]
static void print_what_is_missing(const struct allocspan_binding *binding)
{
	char message[256];

	for (size_t i = 0; allocspan_binding_describe(binding, i, message, sizeof(message)) >= 0;
	     i++) {
		puts(message); /* "message_loop:callback_start: bound" */
	}
}
//! [allocspan_binding_describe]

//! [allocspan_bind_update]
static void bind_what_was_opened_since(void)
{
	/* Only where liballocspan-bind was opened with dlopen() itself. */
	allocspan_bind_update();
}
//! [allocspan_bind_update]

//! [allocspan_binding_release]
static void end_binding(struct allocspan_binding *binding)
{
	allocspan_binding_release(binding); /* whoever is inside leaves */
}
//! [allocspan_binding_release]

static uint64_t group_inside(bool is_intra_process)
{
	uint64_t group;

	lttng_ust_tracepoint(message_loop, callback_start, CALLBACK, is_intra_process);
	group = allocspan_current_group_id();
	lttng_ust_tracepoint(message_loop, callback_end, CALLBACK);
	return group;
}

int main(void)
{
	struct allocspan_binding *binding = bind_callbacks();

	assert(binding);
	bind_what_was_opened_since();
	print_what_is_missing(binding);
	assert(group_inside(false) != 0);
	assert(allocspan_current_group_id() == 0);
	assert(count_unbalanced(binding) == 0);
	end_binding(binding);
	assert(group_inside(false) == 0);

	binding = bind_callbacks_of_this_process();
	assert(group_inside(true) != 0);
	assert(group_inside(false) == 0);
	/* The second end had no begin. */
	assert(count_unbalanced(binding) == 1);
	end_binding(binding);

	binding = bind_all_callbacks();
	assert(group_inside(false) != 0);
	end_binding(binding);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * An example of the function of tracker.h, which Doxygen shows. Run it: every assertion holds.
 */
#include <allocspan/tracker.h>

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

//! [allocspan_tracker_set]
static atomic_size_t largest_bytes;

static void allocated(void *user, void *addr, size_t size, size_t usable_size,
		      const struct allocspan_group *group)
{
	(void) user;
	(void) addr;
	(void) usable_size;
	(void) group;
	if (size > largest_bytes) {
		largest_bytes = size;
	}
}

static int watch_sizes(void)
{
	const struct allocspan_tracker tracker = { .allocated = allocated };

	return allocspan_tracker_set(&tracker); /* copied; stays for good */
}
//! [allocspan_tracker_set]

int main(void)
{
	struct allocspan_token *token = allocspan_token_register("tables", NULL, 0);
	struct allocspan_guard guard;
	char *table;

	assert(token);
	assert(watch_sizes() == 0);
	assert(watch_sizes() == -EBUSY);
	guard = allocspan_token_enter(token);
	table = strdup("twelve bytes");
	allocspan_guard_exit(&guard);
	assert(table && largest_bytes == strlen(table) + 1);
	free(table);
	allocspan_token_release(token);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * The names of LTTng's contexts, as `lttng add-context --type` takes them.
 */
#ifndef ASPAN_CLI_RECORD_CONTEXT_H
#define ASPAN_CLI_RECORD_CONTEXT_H

#include <lttng/lttng.h>

#include <stdbool.h>

struct aspan_record_context {
	struct lttng_event_context lttng;
	bool is_implied; /* recorded anyway: nothing to add */
};

/* Prints what is wrong and returns -EINVAL for a name that user space does not have. */
int aspan_record_context_init(struct aspan_record_context *context, const char *name);

/*
 * Tries a performance counter. A program where it cannot be opened would record nothing at all. Prints what
 * is wrong; negative errno.
 */
int aspan_record_context_probe(const struct aspan_record_context *context, const char *name);

void aspan_record_context_fini(struct aspan_record_context *context);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Which events a recording takes.
 */
#ifndef ASPAN_CLI_RECORD_EVENTS_H
#define ASPAN_CLI_RECORD_EVENTS_H

#include "record-options.h"

#include <lttng/lttng.h>

/* Prints what is wrong and returns -EINVAL: an --event or a --filter that cannot be recorded. */
int aspan_record_events_check(const struct aspan_record_options *options);

/* Adds the rules to the channel. 0, or a negative LTTng error code after printing. */
int aspan_record_events_enable(struct lttng_handle *handle, const char *channel,
			       const struct aspan_record_options *options);

#endif

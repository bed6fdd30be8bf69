/* SPDX-License-Identifier: MIT */
/*
 * The recording session in the session daemon.
 */
#ifndef ASPAN_CLI_RECORD_SESSION_H
#define ASPAN_CLI_RECORD_SESSION_H

#include "record-buffers.h"
#include "record-options.h"

#include <lttng/lttng.h>

#include <stdbool.h>
#include <stdint.h>

struct aspan_record_session {
	char name[64];
	struct lttng_handle *handle;
	bool is_created;
};

/*
 * Creates and starts it. The buffers are in `shm_path`, or, if that is NULL, where LTTng likes. Prints what failed and returns
 * negative errno; then nothing of it is left.
 */
int aspan_record_session_start(struct aspan_record_session *session,
			       const struct aspan_record_options *options,
			       const struct aspan_record_buffers *buffers, const char *shm_path,
			       const char *directory);

/*
 * Stops it and waits until all data is in the files. -EINTR if the user would not wait for
 * that; -EIO if the daemon failed, and then it prints so.
 */
int aspan_record_session_stop(struct aspan_record_session *session);

/* How many events found the buffers of users full. Only between stop and destroy. 0 or -EIO. */
int aspan_record_session_count_discarded(const struct aspan_record_session *session,
					 uint64_t *count);

/* May be called in any state. */
void aspan_record_session_destroy(struct aspan_record_session *session);

#endif

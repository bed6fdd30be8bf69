/* SPDX-License-Identifier: MIT */
/*
 * Looks for damage of a trace on disk that babeltrace2 does not survive or does not see.
 *
 * babeltrace2 2.0 reads metadata that is cut short for ever, takes a stream file that has become empty for one
 * without events, and refuses a trace of which one stream file is cut short. LTTng's index says how long each
 * stream file was.
 */
#ifndef ASPAN_CLI_REPORT_CHECK_H
#define ASPAN_CLI_REPORT_CHECK_H

#include <stdint.h>

/* What is left of a stream file. */
struct aspan_stream_state {
	uint64_t expected_bytes; /* by its index */
	uint64_t actual_bytes;
	uint64_t whole_bytes; /* up to the end of the last packet that is whole */
};

/*
 * Whether DIRECTORY/metadata can be given to babeltrace2. 0; -EINVAL if it is no metadata of CTF or is cut
 * short, or another negative errno, and *problem says it in words.
 */
int aspan_report_check_metadata(const char *directory, const char **problem);

/*
 * Compares a stream file with its index. 0 and *state; -ENODATA if there is no index; -EBADMSG if the index
 * contradicts itself (babeltrace2 would abort); another negative errno if the stream file cannot be looked at.
 */
int aspan_report_check_stream(const char *directory, const char *name,
			      struct aspan_stream_state *state);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * How many files this process may have open.
 */
#include "open-files.h"

#include "terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/resource.h>

/* Standard streams, plug-ins, what is written, what is opened for a moment. */
#define OTHER_FILES 32

void aspan_open_files_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int aspan_open_files_check(uint64_t trace_count, uint64_t stream_count)
{
	uint64_t count = trace_count + stream_count + OTHER_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
	    count <= limit.rlim_cur) {
		return 0;
	}
	aspan_terminal_error("to read %" PRIu64 " traces at once, %" PRIu64
			     " files must be open, and only %ju may be; "
			     "raise the limit (as root: ulimit -n %" PRIu64 "), or read fewer",
			     trace_count, count, (uintmax_t) limit.rlim_cur, count);
	return -EMFILE;
}

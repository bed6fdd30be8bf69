/* SPDX-License-Identifier: MIT */
/*
 * Makes a damaged trace readable.
 *
 * babeltrace2 refuses a whole trace for one stream file that ends inside a packet. The copy holds
 * symbolic links, and the whole packets of the damaged files, for which no index is given: babeltrace2 then
 * finds the packets itself.
 */
#include "report-salvage.h"

#include "report-check.h"
#include "terminal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* What babeltrace2 takes for a stream file. */
static bool is_stream_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, "metadata") != 0 &&
	       (entry->d_type == DT_REG || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN);
}

/* Calls visit for each stream file until one gives no 0. */
static int for_each_stream(const char *trace,
			   int (*visit)(const char *trace, const char *name, void *data),
			   void *data)
{
	DIR *directory = opendir(trace);
	struct dirent *entry;
	int result = 0;

	if (!directory) {
		result = -errno;
		aspan_terminal_error("cannot read %s: %s", trace, strerror(errno));
		return result;
	}
	while (!result && (entry = readdir(directory))) {
		if (is_stream_file(entry)) {
			result = visit(trace, entry->d_name, data);
		}
	}
	closedir(directory);
	return result;
}

static int inspect_stream(const char *trace, const char *name, void *is_damaged)
{
	struct aspan_stream_state state;
	int result = aspan_report_check_stream(trace, name, &state);

	if (result == -ENODATA || result == -EINVAL) {
		return 0;
	}
	if (result == -EBADMSG) {
		aspan_terminal_error(
			"%s/index/%s.idx is damaged: whether %s is whole cannot be told", trace,
			name, name);
		*(bool *) is_damaged = true;
		return 0;
	}
	if (result) {
		aspan_terminal_error("cannot read %s/%s: %s", trace, name, strerror(-result));
		return result;
	}
	if (state.actual_bytes < state.expected_bytes) {
		aspan_terminal_error("%s/%s is cut short: %" PRIu64 " of %" PRIu64
				     " bytes are left; the report is of what is whole",
				     trace, name, state.actual_bytes, state.expected_bytes);
		*(bool *) is_damaged = true;
	}
	return 0;
}

int aspan_report_salvage_inspect(const char *trace, bool *is_damaged)
{
	*is_damaged = false;
	return for_each_stream(trace, inspect_stream, is_damaged);
}

static int copy_bytes(int from, int to, uint64_t count)
{
	while (count > 0) {
		ssize_t copied = sendfile(to, from, NULL, count);

		if (copied <= 0) {
			return copied < 0 ? -errno : -EIO;
		}
		count -= (uint64_t) copied;
	}
	return 0;
}

static int copy_start(const char *source, const char *target, uint64_t count)
{
	int from = open(source, O_RDONLY | O_CLOEXEC);
	int to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int result = from < 0 || to < 0 ? -errno : copy_bytes(from, to, count);

	if (from >= 0) {
		close(from);
	}
	if (to >= 0 && close(to) && !result) {
		result = -errno;
	}
	return result;
}

/* Copies or links one file of the trace; a state of NULL links it. */
static int place(const char *trace, const char *copy, const char *name,
		 const struct aspan_stream_state *state)
{
	char *source = NULL, *target = NULL;
	int result = -ENOMEM;

	if (asprintf(&source, "%s/%s", trace, name) < 0) {
		source = NULL;
	} else if (asprintf(&target, "%s/%s", copy, name) < 0) {
		target = NULL;
	} else if (state) {
		result = copy_start(source, target, state->whole_bytes);
	} else {
		result = symlink(source, target) ? -errno : 0;
	}
	if (result) {
		aspan_terminal_error("cannot copy the whole part of %s/%s to %s: %s", trace, name,
				     copy, strerror(-result));
	}
	free(source);
	free(target);
	return result;
}

static int place_stream(const char *trace, const char *name, void *copy)
{
	struct aspan_stream_state state;
	bool is_cut = aspan_report_check_stream(trace, name, &state) == 0 &&
		      state.actual_bytes < state.expected_bytes;

	return place(trace, copy, name, is_cut ? &state : NULL);
}

int aspan_report_salvage_copy(const char *trace, const char *copy)
{
	char *absolute = realpath(trace, NULL);
	char *target = strdup(copy);
	int result = -ENOMEM;

	if (absolute && target && mkdir(copy, 0700) == 0) {
		result = place(absolute, copy, "metadata", NULL);
		if (!result) {
			result = for_each_stream(absolute, place_stream, target);
		}
	} else {
		aspan_terminal_error("cannot make %s: %s", copy, strerror(errno));
	}
	free(absolute);
	free(target);
	return result;
}

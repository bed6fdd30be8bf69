/* SPDX-License-Identifier: MIT */
/*
 * See salvage-trace.h.
 */
#include "salvage-trace.h"

#include "files.h"
#include "record-gather.h"
#include "salvage-graph.h"
#include "terminal.h"

#include "layout.h"
#include "waiting.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int add_thread(void *data, const struct aspan_waiting_process *process,
		      const struct aspan_waiting_thread *thread)
{
	uint64_t *record_count = data;

	(void) process;
	*record_count += thread->encoded_count + thread->record_count;
	return 0;
}

/* A ledger that cannot be read is told by whoever reads its counts. */
static void count(char *const ledgers[], size_t ledger_count, struct aspan_salvaged *salvaged)
{
	for (size_t i = 0; i < ledger_count; i++) {
		struct aspan_ledger_error error;
		uint64_t record_count = 0;

		if (aspan_ledger_read_waiting(ledgers[i], add_thread, &record_count, &error) == 0) {
			salvaged->record_count += record_count;
			salvaged->process_count += record_count > 0;
		}
	}
}

/* In a process of its own: babeltrace2 may give up on what it is given. */
static int write_in_child(const glob_t *ledgers, const char *directory)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		aspan_terminal_claim_stderr();
		exit(aspan_salvage_graph_run(ledgers->gl_pathv, ledgers->gl_pathc, directory) ?
			     EXIT_FAILURE :
			     EXIT_SUCCESS);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
	}
	if (child > 0 && WIFEXITED(status)) {
		return WEXITSTATUS(status) ? -EIO : 0;
	}
	aspan_terminal_error("what waited in processes that were killed could not be salvaged; "
			     "try 'allocspan salvage' again");
	return -EIO;
}

static int fail(const char *path, int error)
{
	aspan_terminal_error("cannot write %s: %s", path, strerror(error));
	return -error;
}

/* The whole of it gets its name at the end. */
static int write_trace(const glob_t *ledgers, const char *path)
{
	char *unfinished;
	int result;

	if (asprintf(&unfinished, "%s.part", path) < 0) {
		return -ENOMEM;
	}
	aspan_files_remove_tree(unfinished);
	result = write_in_child(ledgers, unfinished);
	if (!result) {
		aspan_files_remove_tree(path);
		result = rename(unfinished, path) < 0 ? fail(path, errno) : 0;
	}
	if (result) {
		aspan_files_remove_tree(unfinished);
	}
	free(unfinished);
	return result;
}

static int salvage(const char *recording, const glob_t *ledgers, struct aspan_salvaged *salvaged)
{
	char *path;
	int result;

	count(ledgers->gl_pathv, ledgers->gl_pathc, salvaged);
	if (salvaged->record_count == 0) {
		return 0;
	}
	if (asprintf(&path, "%s/" ASPAN_SALVAGE_DIRECTORY, recording) < 0) {
		return -ENOMEM;
	}
	result = write_trace(ledgers, path);
	free(path);
	return result;
}

/* Names that mean something else to glob() are the recording's own. */
static int find_ledgers(const char *recording, glob_t *ledgers)
{
	static const char pattern[] = "/" ASPAN_GATHER_DIRECTORY "/*" ASPAN_LEDGER_SUFFIX;
	char *escaped = malloc(2 * strlen(recording) + sizeof(pattern));
	char *end = escaped;
	int result;

	if (!escaped) {
		return -ENOMEM;
	}
	for (const char *at = recording; *at; at++) {
		if (strchr("*?[\\", *at)) {
			*end++ = '\\';
		}
		*end++ = *at;
	}
	memcpy(end, pattern, sizeof(pattern));
	result = glob(escaped, 0, NULL, ledgers);
	free(escaped);
	return result == 0 || result == GLOB_NOMATCH ? 0 : -ENOMEM;
}

int aspan_salvage_trace_write(const char *recording, struct aspan_salvaged *salvaged)
{
	glob_t ledgers = { .gl_pathc = 0 };
	int result = find_ledgers(recording, &ledgers);

	*salvaged = (struct aspan_salvaged){ 0 };
	if (!result && ledgers.gl_pathc) {
		result = salvage(recording, &ledgers, salvaged);
	}
	globfree(&ledgers);
	return result;
}

int aspan_salvage_trace_tell_unread(const char *recording, size_t *count)
{
	glob_t ledgers = { .gl_pathc = 0 };
	int result = find_ledgers(recording, &ledgers);

	*count = 0;
	for (size_t i = 0; !result && i < ledgers.gl_pathc; i++) {
		struct aspan_ledger_error error = { "" };
		uint64_t record_count = 0;

		if (aspan_ledger_read_waiting(ledgers.gl_pathv[i], add_thread, &record_count,
					      &error)) {
			aspan_terminal_error("%s", error.text);
			(*count)++;
		}
	}
	globfree(&ledgers);
	return result;
}

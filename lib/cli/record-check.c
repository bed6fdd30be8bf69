/* SPDX-License-Identifier: MIT */
/*
 * What can be known to fail before anything of a recording is made.
 */
#include "record-check.h"

#include "commands.h"
#include "locate.h"
#include "record-bind.h"
#include "record-context.h"
#include "record-events.h"
#include "terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

#define MIB (1024.0 * 1024.0)

int aspan_record_check_arguments(const struct aspan_record_options *options)
{
	struct aspan_record_context context;
	int ret = 0;

	for (size_t i = 0; i < options->context_count; i++) {
		if (aspan_record_context_init(&context, options->contexts[i]) < 0) {
			return ASPAN_CLI_EXIT_USAGE;
		}
		ret = aspan_record_context_probe(&context, options->contexts[i]);
		aspan_record_context_fini(&context);
		if (ret < 0) {
			return EXIT_FAILURE;
		}
	}
	if (aspan_record_bind_check(options) < 0) {
		return ASPAN_CLI_EXIT_USAGE;
	}
	return aspan_record_events_check(options) < 0 ? ASPAN_CLI_EXIT_USAGE : 0;
}

int aspan_record_check_exec(const char *program, int error)
{
	/* The file is there, so what is missing is what the file asks for. */
	aspan_terminal_error("%s: cannot be run: %s", program,
			     error == -ENOENT ?
				     "the interpreter or loader that it names is missing" :
				     strerror(-error));
	return EXIT_NOT_EXECUTABLE;
}

int aspan_record_check_program(const char *command, char **program)
{
	int ret = aspan_locate_program(command, program);

	if (ret == -ENOENT) {
		aspan_terminal_error("%s: command not found; check the name and PATH", command);
		return EXIT_NOT_FOUND;
	}
	return ret < 0 ? aspan_record_check_exec(command, ret) : 0;
}

static void tell_small(const struct aspan_record_buffers *buffers)
{
	aspan_terminal_note(
		"the buffers of each %s have %.3g MiB instead of %.0f, since " ASPAN_BUFFERS_DIRECTORY
		" or memory is short, so events may be lost; give " ASPAN_BUFFERS_DIRECTORY
		" more room (docker: --shm-size=1g)",
		buffers->is_per_user ? "user" : "process", (double) buffers->total_bytes / MIB,
		(double) buffers->wanted_bytes / MIB);
}

int aspan_record_check_room(struct aspan_record_buffers *buffers, bool is_per_user)
{
	int ret = aspan_record_buffers_choose(buffers, is_per_user);

	if (ret == -ENOSPC) {
		aspan_terminal_error(ASPAN_BUFFERS_DIRECTORY
				     " has only %.1f MiB free for buffers; free some, or: mount -o "
				     "remount,size=1G " ASPAN_BUFFERS_DIRECTORY,
				     (double) buffers->free_bytes / MIB);
	} else if (ret < 0) {
		aspan_terminal_error(ASPAN_BUFFERS_DIRECTORY ": %s; LTTng keeps its buffers there",
				     strerror(-ret));
	} else if (buffers->total_bytes < buffers->wanted_bytes) {
		tell_small(buffers);
	}
	return ret < 0 ? EXIT_FAILURE : 0;
}

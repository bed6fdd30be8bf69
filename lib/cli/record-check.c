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

/* What to do about it. */
static const char *room_remedy(const struct aspan_record_buffers *buffers)
{
	switch (buffers->bound) {
	case ASPAN_BUFFERS_BOUND_DIRECTORY:
		return "free some, or: mount -o remount,size=1G " ASPAN_BUFFERS_DIRECTORY
		       " (docker: --shm-size=1g)";
	case ASPAN_BUFFERS_BOUND_LIMIT:
		return "raise it (docker: --memory)";
	default:
		return "free some memory";
	}
}

int aspan_record_check_room(struct aspan_record_buffers *buffers, bool is_per_user)
{
	int ret = aspan_record_buffers_choose(buffers, is_per_user);
	char why[128];

	aspan_record_buffers_describe(buffers, why, sizeof(why));
	if (ret == -ENOSPC) {
		aspan_terminal_error("%s for buffers; %s", why, room_remedy(buffers));
	} else if (ret < 0) {
		aspan_terminal_error(ASPAN_BUFFERS_DIRECTORY ": %s; LTTng keeps its buffers there",
				     strerror(-ret));
	}
	return ret < 0 ? EXIT_FAILURE : 0;
}

void aspan_record_check_tell_room(const struct aspan_record_buffers *buffers)
{
	char why[128];

	if (buffers->bound != ASPAN_BUFFERS_AS_WANTED) {
		aspan_record_buffers_describe(buffers, why, sizeof(why));
		aspan_terminal_note("the buffers of each %s have %.3g MiB instead of %.0f, because "
				    "%s; %s",
				    buffers->is_per_user ? "user" : "process",
				    (double) buffers->total_bytes / MIB,
				    (double) buffers->wanted_bytes / MIB, why,
				    room_remedy(buffers));
	}
}

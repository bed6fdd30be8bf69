/* SPDX-License-Identifier: MIT */
/*
 * `allocspan record`: runs a command and records which group owns its allocations.
 *
 * In this order, so that what can fail fails before the command runs, and leaves nothing behind:
 *
 *	arguments, the command's file, the libraries to preload, room for buffers
 *	the output directory
 *	the home of a session daemon        (only if none runs)
 *	the command's process, which waits  (it must not see the daemon's mount namespace)
 *	the session daemon                  (only if none runs)
 *	the session
 *	the command runs, and ends
 *	the session stops when all data is on disk; the daemon ends
 *	what was recorded is counted and told
 *
 * From the output directory on, signals are taken only where this is ready for them (record-signals.h).
 */
#include "commands.h"
#include "locate.h"
#include "record-bind.h"
#include "record-buffers.h"
#include "record-command.h"
#include "record-context.h"
#include "record-daemon.h"
#include "record-events.h"
#include "record-options.h"
#include "record-output.h"
#include "record-session.h"
#include "record-signals.h"
#include "record-tell.h"
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

#define INTERPOSER "liballocspan-preload.so"
#define UST_PACKAGE "liblttng-ust1"

#define MIB (1024.0 * 1024.0)

struct recording {
	struct aspan_record_options options;
	struct aspan_record_buffers buffers;
	struct aspan_record_output output;
	struct aspan_record_daemon daemon;
	struct aspan_record_command command;
	struct aspan_record_session session;
	char *program; /* the command's file */
	char *preload; /* LD_PRELOAD */
	struct aspan_record_bind bind;
};

static int check_arguments(const struct aspan_record_options *options)
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

static int explain_exec(const char *program, int error)
{
	/* The file is there, so what is missing is what the file asks for. */
	aspan_terminal_error("%s: cannot be run: %s", program,
			     error == -ENOENT ?
				     "the interpreter or loader that it names is missing" :
				     strerror(-error));
	return EXIT_NOT_EXECUTABLE;
}

static int find_program(struct recording *recording)
{
	const char *command = recording->options.command[0];
	int ret = aspan_locate_program(command, &recording->program);

	if (ret == -ENOENT) {
		aspan_terminal_error("%s: command not found; check the name and PATH", command);
		return EXIT_NOT_FOUND;
	}
	return ret < 0 ? explain_exec(command, ret) : 0;
}

static int prepare_bind(struct recording *recording)
{
	return aspan_record_bind_init(&recording->bind, &recording->options, recording->program) <
			       0 ?
		       EXIT_FAILURE :
		       0;
}

/* The interposer first: it hands on to whatever allocator the user preloads. */
static int find_libraries(struct recording *recording)
{
	static const char *const ust_names[] = { "liblttng-ust-fork.so.1", "liblttng-ust-fd.so.1" };
	const char *own = getenv("LD_PRELOAD");
	char *interposer, *ust_paths[2];
	int ret = aspan_locate_library(INTERPOSER, &interposer);

	if (ret < 0) {
		aspan_terminal_error("%s not found; build or install allocspan as a whole",
				     interposer ? interposer : INTERPOSER);
	} else if (strpbrk(interposer, ": ")) {
		aspan_terminal_error("%s cannot be preloaded: its path has a colon or a space; "
				     "install allocspan elsewhere",
				     interposer);
		ret = -EINVAL;
	} else if (aspan_locate_preloads(ust_names, 2, ust_paths) == 0) {
		if (!ust_paths[0] || !ust_paths[1]) {
			aspan_terminal_error("%s not found; install Debian's " UST_PACKAGE,
					     ust_names[ust_paths[0] ? 1 : 0]);
			ret = -ENOENT;
		}
		free(ust_paths[0]);
		free(ust_paths[1]);
	}
	if (ret == 0) {
		ret = aspan_record_bind_add_library(&recording->bind, &interposer);
	}
	if (ret == 0 && asprintf(&recording->preload, "%s:%s:%s%s%s", interposer, ust_names[0],
				 ust_names[1], own && *own ? ":" : "", own ? own : "") < 0) {
		recording->preload = NULL;
		ret = -ENOMEM;
	}
	free(interposer);
	return ret < 0 ? EXIT_FAILURE : 0;
}

static int find_room(struct recording *recording)
{
	int ret = aspan_record_buffers_choose(&recording->buffers);

	if (ret == -ENOSPC) {
		aspan_terminal_error(ASPAN_BUFFERS_DIRECTORY
				     " has only %.1f MiB free for buffers; free some, or: mount -o "
				     "remount,size=1G " ASPAN_BUFFERS_DIRECTORY,
				     (double) recording->buffers.free_bytes / MIB);
	} else if (ret < 0) {
		aspan_terminal_error(ASPAN_BUFFERS_DIRECTORY ": %s; LTTng keeps its buffers there",
				     strerror(-ret));
	}
	return ret < 0 ? EXIT_FAILURE : 0;
}

static int prepare_command(struct recording *recording)
{
	/* A daemon of our own can be trusted to answer, so nothing that a program does first is missed. */
	const char *timeout = recording->daemon.directory ? "-1" : "30000";
	struct aspan_record_variable environment[6] = {
		{ "LD_PRELOAD", recording->preload },
		{ "LTTNG_UST_REGISTER_TIMEOUT", timeout },
	};
	unsigned int count = 2;
	int ret;

	if (recording->options.has_root) {
		environment[count++] = (struct aspan_record_variable){ "ALLOCSPAN_ROOT", "1" };
	}
	if (recording->options.stack_depth) {
		environment[count++] =
			(struct aspan_record_variable){ "ALLOCSPAN_STACK",
							recording->options.stack_depth };
	}
	count += aspan_record_bind_set_environment(&recording->bind, &environment[count]);
	ret = aspan_record_command_prepare(&recording->command, recording->options.command,
					   environment, count);
	if (ret < 0) {
		aspan_terminal_error("cannot start a process: %s", strerror(-ret));
	}
	return ret;
}

/* Up to where the command can be started. 0 or the exit status. */
static int prepare(struct recording *recording)
{
	const struct aspan_record_options *options = &recording->options;

	aspan_record_signals_block();
	if (aspan_record_output_create(&recording->output, options->output, recording->program) <
	    0) {
		return EXIT_FAILURE;
	}
	if (aspan_record_daemon_prepare(&recording->daemon) < 0 || prepare_command(recording) < 0 ||
	    aspan_record_daemon_start(&recording->daemon) < 0 ||
	    aspan_record_session_start(&recording->session, options, &recording->buffers,
				       recording->output.absolute) < 0) {
		return EXIT_FAILURE;
	}
	return 0;
}

static void abandon(struct recording *recording)
{
	aspan_record_command_abandon(&recording->command);
	aspan_record_session_destroy(&recording->session);
	aspan_record_daemon_stop(&recording->daemon);
	aspan_record_output_discard(&recording->output);
}

/* Ends the recording and says what became of it. */
static void finish(struct recording *recording)
{
	uint64_t discarded = 0;
	int ret = aspan_record_session_stop(&recording->session);

	if (ret == -EINTR) {
		aspan_terminal_note("interrupted; the trace may lack its last events");
	}
	aspan_record_session_count_discarded(&recording->session, &discarded);
	aspan_record_session_destroy(&recording->session);
	aspan_record_daemon_stop(&recording->daemon);
	aspan_record_output_discard(&recording->output);
	aspan_record_bind_tell(&recording->bind);
	aspan_record_tell(&(struct aspan_record_result){
		.directory = recording->output.shown,
		.absolute_directory = recording->output.absolute,
		.program = recording->program,
		.options = &recording->options,
		.buffers_bytes = recording->buffers.total_bytes,
		.discarded_events = discarded,
	});
}

static int record(struct recording *recording)
{
	int status = prepare(recording);

	if (status == 0) {
		int ret = aspan_record_command_start(&recording->command);

		status = ret < 0 ? explain_exec(recording->program, ret) : 0;
	}
	if (status != 0) {
		abandon(recording);
		return status;
	}
	status = aspan_record_command_wait(&recording->command, &recording->daemon.pid);
	finish(recording);
	return status;
}

int aspan_cli_record(int argc, char **argv)
{
	struct recording recording = { .command = { .start_fd = -1, .error_fd = -1 } };
	int status;

	if (aspan_record_options_init(&recording.options, argc, argv) < 0) {
		aspan_record_options_fini(&recording.options);
		return EXIT_FAILURE;
	}
	status = check_arguments(&recording.options);
	status = status ? status : find_program(&recording);
	status = status ? status : prepare_bind(&recording);
	status = status ? status : find_libraries(&recording);
	status = status ? status : find_room(&recording);
	status = status ? status : record(&recording);
	aspan_record_output_fini(&recording.output);
	aspan_record_bind_fini(&recording.bind);
	aspan_record_options_fini(&recording.options);
	free(recording.program);
	free(recording.preload);
	return status;
}

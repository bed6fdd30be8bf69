/* SPDX-License-Identifier: MIT */
/*
 * `allocspan record`: runs a command and records which group owns its allocations.
 *
 * In this order, so that what can fail fails before the command runs, and leaves nothing behind:
 *
 *	arguments, the command's file, the libraries to preload, room for buffers
 *	the output directory
 *	the place for ledgers
 *	the home of a session daemon        (only if none runs)
 *	the command's process, which waits  (it must not see the daemon's mount namespace)
 *	the session daemon                  (only if none runs)
 *	the session
 *	the command runs, and ends; what runs under it is watched
 *	the session stops when all data is on disk
 *	the ledgers are gathered; the daemon ends
 *	what was recorded is counted and told
 *
 * From the output directory on, signals are taken only where this is ready for them (record-signals.h).
 */
#include "commands.h"
#include "record-bind.h"
#include "record-buffers.h"
#include "record-check.h"
#include "record-command.h"
#include "record-daemon.h"
#include "record-discarded.h"
#include "record-ends.h"
#include "record-facts.h"
#include "record-ledger.h"
#include "record-options.h"
#include "record-output.h"
#include "record-preload.h"
#include "record-session.h"
#include "record-signals.h"
#include "record-tell.h"
#include "record-watch.h"
#include "terminal.h"

#include "layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

struct recording {
	struct aspan_record_options options;
	struct aspan_record_buffers buffers;
	struct aspan_record_output output;
	struct aspan_record_ledger ledger;
	struct aspan_record_daemon daemon;
	struct aspan_record_command command;
	struct aspan_record_session session;
	struct aspan_record_watch watch;
	uint64_t begin_realtime_ns;
	uint64_t end_realtime_ns;
	char *program; /* the command's file */
	char *preload; /* LD_PRELOAD */
	struct aspan_record_bind bind;
};

static int prepare_bind(struct recording *recording)
{
	return aspan_record_bind_init(&recording->bind, &recording->options, recording->program) <
			       0 ?
		       EXIT_FAILURE :
		       0;
}

static int find_libraries(struct recording *recording)
{
	return aspan_record_preload_find(&recording->bind, &recording->preload) < 0 ? EXIT_FAILURE :
										      0;
}

static int prepare_command(struct recording *recording)
{
	/* A daemon of our own can be trusted to answer, so nothing that a program does first is missed. */
	const char *timeout = recording->daemon.directory ? "-1" : "30000";
	struct aspan_record_variable environment[7] = {
		{ "LD_PRELOAD", recording->preload },
		{ "LTTNG_UST_REGISTER_TIMEOUT", timeout },
		{ ASPAN_LEDGER_ENV, aspan_record_ledger_path(&recording->ledger) },
	};
	unsigned int count = 3;
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
	if (!options->has_no_ledger) {
		aspan_record_ledger_prepare(&recording->ledger, recording->output.absolute);
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
	aspan_record_ledger_abandon(&recording->ledger);
	aspan_record_output_discard(&recording->output);
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t) now.tv_sec * NS_PER_S + (uint64_t) now.tv_nsec;
}

static void tell(struct recording *recording, pid_t command, bool was_interrupted,
		 uint64_t discarded)
{
	struct aspan_record_ends ends;

	aspan_record_ends_read(&ends, &recording->ledger.gather);
	if (access(recording->output.absolute, F_OK) == 0) {
		aspan_record_facts_write(&(struct aspan_record_facts){
			.directory = recording->output.absolute,
			.program = recording->program,
			.options = &recording->options,
			.ledger = &recording->ledger,
			.ends = &ends,
			.watch = &recording->watch,
			.pid = command,
			.status = recording->command.status,
			.begin_realtime_ns = recording->begin_realtime_ns,
			.end_realtime_ns = recording->end_realtime_ns,
			.discarded_events = discarded,
			.was_interrupted = was_interrupted,
		});
	}
	aspan_record_tell(&(struct aspan_record_result){
		.directory = recording->output.shown,
		.absolute_directory = recording->output.absolute,
		.program = recording->program,
		.options = &recording->options,
		.buffers_bytes = recording->buffers.total_bytes,
		.discarded_events = discarded,
		.ends = &ends,
		.watch = &recording->watch,
		.pid = command,
		.status = recording->command.status,
	});
	aspan_record_ends_fini(&ends);
}

/* What is stuck in buffers of a user only the daemon can tell; of those of processes it knows too little (record-discarded.h). */
static uint64_t count_discarded(const struct recording *recording)
{
	uint64_t discarded = 0;

	if (!recording->options.has_user_buffers) {
		return aspan_record_discarded_count(recording->output.absolute);
	}
	aspan_record_session_count_discarded(&recording->session, &discarded);
	return discarded;
}

/* Ends the recording and says what became of it. */
static void finish(struct recording *recording, pid_t command)
{
	uint64_t discarded;
	int ret = aspan_record_session_stop(&recording->session);

	if (ret == -EINTR) {
		aspan_terminal_note("interrupted; the trace may lack its last events");
	}
	discarded = count_discarded(recording);
	aspan_record_ledger_finish(&recording->ledger);
	aspan_record_session_destroy(&recording->session);
	aspan_record_daemon_stop(&recording->daemon);
	aspan_record_output_discard(&recording->output);
	aspan_record_bind_tell(&recording->bind);
	tell(recording, command, ret < 0, discarded);
}

/* While the command runs: after how many milliseconds to look again. */
static int look(void *data)
{
	struct recording *recording = data;
	uint64_t now = read_clock(CLOCK_MONOTONIC);
	uint64_t next = aspan_record_watch_look(&recording->watch, now);
	uint64_t next_of_ledger = aspan_record_ledger_look(&recording->ledger, now);

	next = next < next_of_ledger ? next : next_of_ledger;
	return (int) ((next - now) / NS_PER_MS) + 1;
}

/* Runs the command, which is ready to start. Its status, as a shell has it. */
static int run(struct recording *recording)
{
	pid_t command = recording->command.pid;
	bool has_own_daemon = recording->daemon.directory && !recording->daemon.is_shared;
	int status;

	aspan_record_watch_init(&recording->watch, command,
				has_own_daemon ? recording->daemon.directory : NULL);
	status = aspan_record_command_wait(&recording->command, &recording->daemon.pid, look,
					   recording);
	recording->end_realtime_ns = read_clock(CLOCK_REALTIME);
	aspan_record_watch_look_again(&recording->watch, read_clock(CLOCK_MONOTONIC));
	finish(recording, command);
	aspan_record_watch_fini(&recording->watch);
	return status;
}

static int record(struct recording *recording)
{
	int status = prepare(recording);

	if (status == 0) {
		int ret;

		recording->begin_realtime_ns = read_clock(CLOCK_REALTIME);
		ret = aspan_record_command_start(&recording->command);
		status = ret < 0 ? aspan_record_check_exec(recording->program, ret) : 0;
	}
	if (status == 0) {
		status = run(recording);
	} else {
		abandon(recording);
	}
	aspan_record_ledger_fini(&recording->ledger);
	return status;
}

int aspan_cli_record(int argc, char **argv)
{
	struct recording recording = { .command = { .start_fd = -1, .error_fd = -1 } };
	int status;

	aspan_record_ledger_init(&recording.ledger);

	if (aspan_record_options_init(&recording.options, argc, argv) < 0) {
		aspan_record_options_fini(&recording.options);
		return EXIT_FAILURE;
	}
	status = aspan_record_check_arguments(&recording.options);
	status = status ? status :
			  aspan_record_check_program(recording.options.command[0],
						     &recording.program);
	status = status ? status : prepare_bind(&recording);
	status = status ? status : find_libraries(&recording);
	status = status ? status :
			  aspan_record_check_room(&recording.buffers,
						  recording.options.has_user_buffers);
	status = status ? status : record(&recording);
	aspan_record_output_fini(&recording.output);
	aspan_record_bind_fini(&recording.bind);
	aspan_record_options_fini(&recording.options);
	free(recording.program);
	free(recording.preload);
	return status;
}

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
 *	the place for buffers, the session
 *	the command runs, and ends; what runs under it is watched, and what the recording stands on
 *	what it left in the background ends     (unless --no-wait)
 *	the session stops when all data is on disk
 *	the ledgers are gathered; the daemon ends
 *	what waited in processes that were killed is salvaged
 *	what was recorded is counted and told
 *
 * From the output directory on, signals are taken only where this is ready for them (record-signals.h).
 */
#include "commands.h"
#include "record-check.h"
#include "record-fault.h"
#include "record-finish.h"
#include "record-preload.h"
#include "record-signals.h"
#include "recording.h"
#include "terminal.h"

#include "layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EXIT_INCOMPLETE 125

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

static int prepare_bind(struct aspan_recording *recording)
{
	return aspan_record_bind_init(&recording->bind, &recording->options, recording->program) <
			       0 ?
		       EXIT_FAILURE :
		       0;
}

static int find_libraries(struct aspan_recording *recording)
{
	return aspan_record_preload_find(&recording->options, &recording->bind,
					 &recording->preload) < 0 ?
		       EXIT_FAILURE :
		       0;
}

static int prepare_command(struct aspan_recording *recording)
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
static int prepare(struct aspan_recording *recording)
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
	    aspan_record_daemon_start(&recording->daemon) < 0) {
		return EXIT_FAILURE;
	}
	/* When the daemons of dead recordings do not use theirs any more. */
	aspan_record_shm_make(&recording->shm, options->has_user_buffers);
	return aspan_record_session_start(&recording->session, options, &recording->buffers,
					  recording->shm.path, recording->output.absolute) < 0 ?
		       EXIT_FAILURE :
		       0;
}

static void abandon(struct aspan_recording *recording)
{
	aspan_record_command_abandon(&recording->command);
	aspan_record_session_destroy(&recording->session);
	aspan_record_shm_delete(&recording->shm);
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

/* While the command runs: after how many milliseconds to look again. */
static int look(void *data)
{
	struct aspan_recording *recording = data;
	uint64_t now = read_clock(CLOCK_MONOTONIC);
	uint64_t next[] = {
		aspan_record_watch_look(&recording->watch, now),
		aspan_record_ledger_look(&recording->ledger, now),
		aspan_record_health_look(&recording->health, now),
	};
	uint64_t first = next[0];

	for (size_t i = 1; i < sizeof(next) / sizeof(next[0]); i++) {
		first = next[i] < first ? next[i] : first;
	}
	return (int) ((first - now) / NS_PER_MS) + 1;
}

/* As look(); negative when nothing is recorded any more. */
static int look_in_background(void *data)
{
	const struct aspan_recording *recording = data;
	int next_ms = look(data);

	return aspan_record_fault_is_seen(&recording->health.faults, ASPAN_FAULT_DAEMON) ||
			       aspan_record_fault_is_seen(&recording->health.faults,
							  ASPAN_FAULT_CONSUMER) ?
		       -1 :
		       next_ms;
}

/* What the command left in the background. */
static void wait_for_others(struct aspan_recording *recording)
{
	bool should_wait = !recording->options.has_no_wait && !recording->command.was_interrupted;

	aspan_record_background_init(&recording->background, &recording->ledger.gather,
				     &recording->watch);
	if (should_wait) {
		aspan_record_background_wait(&recording->background, &recording->daemon.pid,
					     look_in_background, recording);
	}
	aspan_record_background_tell(&recording->background, recording->options.has_no_wait);
}

/* Runs the command, which is ready to start. Its status, as a shell has it. */
static int run(struct aspan_recording *recording)
{
	pid_t command = recording->command.pid;
	bool has_own_daemon = recording->daemon.directory && !recording->daemon.is_shared;
	int status;

	aspan_record_health_init(&recording->health, &recording->daemon, &recording->output);
	aspan_record_watch_init(&recording->watch, command,
				has_own_daemon ? recording->daemon.directory : NULL,
				aspan_record_ledger_path(&recording->ledger));
	aspan_record_check_tell_room(&recording->buffers);
	status = aspan_record_command_wait(&recording->command, &recording->daemon.pid, look,
					   recording);
	recording->end_realtime_ns = read_clock(CLOCK_REALTIME);
	aspan_record_watch_look_again(&recording->watch, read_clock(CLOCK_MONOTONIC));
	wait_for_others(recording);
	aspan_record_finish(recording, command);
	if (status == 0 && aspan_record_fault_any(&recording->health.faults)) {
		status = EXIT_INCOMPLETE;
	}
	aspan_record_background_fini(&recording->background);
	aspan_record_health_fini(&recording->health);
	aspan_record_watch_fini(&recording->watch);
	return status;
}

static int record(struct aspan_recording *recording)
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
	struct aspan_recording recording = { .command = { .start_fd = -1, .error_fd = -1 } };
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

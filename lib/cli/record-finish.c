/* SPDX-License-Identifier: MIT */
/*
 * The end of a recording: what was recorded is kept, what was made is ended, and what became of it is said.
 *
 * The order matters: LTTng's own copy of the trace's description goes with the session, the log with the daemon.
 */
#include "record-finish.h"

#include "record-discarded.h"
#include "record-ends.h"
#include "record-facts.h"
#include "record-fault.h"
#include "record-mend.h"
#include "record-tell.h"
#include "salvage-trace.h"
#include "terminal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void write_facts(struct aspan_recording *recording, const struct aspan_record_ends *ends,
			pid_t command, bool was_interrupted, uint64_t discarded)
{
	int ret = aspan_record_facts_write(&(struct aspan_record_facts){
		.directory = recording->output.absolute,
		.program = recording->program,
		.options = &recording->options,
		.ledger = &recording->ledger,
		.ends = ends,
		.watch = &recording->watch,
		.background = &recording->background,
		.faults = &recording->health.faults,
		.pid = command,
		.status = recording->command.status,
		.begin_realtime_ns = recording->begin_realtime_ns,
		.end_realtime_ns = recording->end_realtime_ns,
		.discarded_events = discarded,
		.was_interrupted = was_interrupted,
	});

	if (ret < 0) {
		aspan_record_fault_note(&recording->health.faults, ASPAN_FAULT_FACTS,
					ASPAN_FACTS_FILE " cannot be written to %s: %s",
					recording->output.shown, strerror(-ret));
	}
}

static void tell(struct aspan_recording *recording, pid_t command, bool was_interrupted,
		 uint64_t discarded)
{
	struct aspan_record_ends ends;

	aspan_record_ends_read(&ends, &recording->ledger.gather);
	if (access(recording->output.absolute, F_OK) == 0) {
		write_facts(recording, &ends, command, was_interrupted, discarded);
	}
	aspan_record_tell(&(struct aspan_record_result){
		.directory = recording->output.shown,
		.absolute_directory = recording->output.absolute,
		.program = recording->program,
		.options = &recording->options,
		.buffers_bytes = recording->buffers.total_bytes,
		.discarded_events = discarded,
		.ends = &ends,
		.salvaged = &recording->salvaged,
		.watch = &recording->watch,
		.faults = &recording->health.faults,
		.pid = command,
		.status = recording->command.status,
	});
	aspan_record_ends_fini(&ends);
}

/* 0 or negative errno, as aspan_record_session_stop(). */
static int stop_session(struct aspan_recording *recording)
{
	struct aspan_record_faults *faults = &recording->health.faults;
	int ret;

	if (aspan_record_fault_is_seen(faults, ASPAN_FAULT_DAEMON)) {
		return -EPIPE;
	}
	ret = aspan_record_session_stop(&recording->session);
	if (ret == -EINTR) {
		aspan_terminal_note("interrupted; the trace may lack its last events");
	} else if (ret < 0) {
		aspan_record_fault_note(faults, ASPAN_FAULT_SESSION,
					"the session did not end in order; the trace may lack "
					"events; record again");
	}
	return ret;
}

/* Takes the ledgers, and what the trace lacks, before LTTng's own copy goes with the session. */
static void gather(struct aspan_recording *recording)
{
	struct aspan_record_faults *faults = &recording->health.faults;
	const struct aspan_record_gather *ledgers = &recording->ledger.gather;

	aspan_record_health_finish(&recording->health, &recording->buffers);
	if (aspan_record_fault_any(faults)) {
		/* That one of them failed shows when the trace is read. The first makes room. */
		(void) aspan_record_mend(recording->output.absolute);
		(void) aspan_record_shm_mend(&recording->shm, recording->output.absolute);
	}
	aspan_record_ledger_finish(&recording->ledger);
	if (ledgers->lost_count > 0 && !aspan_record_fault_is_seen(faults, ASPAN_FAULT_OUTPUT)) {
		aspan_record_fault_note(faults, ASPAN_FAULT_LEDGERS,
					"%zu ledgers could not be kept: %s; give the directory of "
					"the trace more room",
					ledgers->lost_count, strerror(-ledgers->error));
	}
}

/* What is stuck in buffers of a user only the daemon can tell; of those of processes it knows too little (record-discarded.h). */
static uint64_t count_discarded(const struct aspan_recording *recording)
{
	uint64_t discarded = 0;

	if (!recording->options.has_user_buffers) {
		return aspan_record_discarded_count(recording->output.absolute);
	}
	aspan_record_session_count_discarded(&recording->session, &discarded);
	return discarded;
}

static void salvage(struct aspan_recording *recording)
{
	if (access(recording->output.absolute, F_OK) == 0 &&
	    aspan_salvage_trace_write(recording->output.absolute, &recording->salvaged) < 0) {
		aspan_record_fault_note(&recording->health.faults, ASPAN_FAULT_LEDGERS,
					"what waited in processes that were killed is not in the "
					"trace; try 'allocspan salvage -o %s'",
					recording->output.shown);
	}
}

void aspan_record_finish(struct aspan_recording *recording, pid_t command)
{
	uint64_t discarded;
	int ret = stop_session(recording);

	discarded = count_discarded(recording);
	gather(recording);
	aspan_record_session_destroy(&recording->session);
	/* The daemon waits at its end until this is gone, which nobody else may ever see to. */
	aspan_record_shm_delete(&recording->shm);
	recording->daemon.is_crippled =
		aspan_record_fault_is_seen(&recording->health.faults, ASPAN_FAULT_CONSUMER);
	aspan_record_daemon_stop(&recording->daemon);
	aspan_record_output_discard(&recording->output);
	aspan_record_bind_tell(&recording->bind);
	/* Libraries that read the trace have their own way with words. */
	aspan_terminal_claim_stderr();
	salvage(recording);
	tell(recording, command, ret < 0, discarded);
}

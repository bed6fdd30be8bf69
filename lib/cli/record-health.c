/* SPDX-License-Identifier: MIT */
/*
 * Watches what a recording stands on, and notes what fails: the daemons, the directory of the trace, the room for buffers.
 *
 * A failure that passes between two looks leaves its traces in the log of the daemon, if that is ours. It is read at the end.
 */
#include "record-health.h"

#include "record-daemon-log.h"

#include <string.h>

#define LOOK_NS UINT64_C(500000000)
#define MIB (1024.0 * 1024.0)

/* As LTTng 2.13 says them. */
#define LOG_WRITE "Error in write mmap"
#define LOG_BUFFERS "Error creating UST channel"

void aspan_record_health_init(struct aspan_record_health *health,
			      const struct aspan_record_daemon *daemon,
			      const struct aspan_record_output *output)
{
	bool is_child = daemon->pid > 0;

	*health = (struct aspan_record_health){
		.log_home = is_child ? daemon->directory : NULL,
		.has_daemon = true,
	};
	aspan_record_daemons_init(&health->daemons, is_child ? &daemon->pid : NULL);
	aspan_record_disk_init(&health->disk, output->shown, output->absolute);
}

uint64_t aspan_record_health_look(struct aspan_record_health *health, uint64_t now_ns)
{
	bool has_daemon = !health->daemons.child || *health->daemons.child > 0;

	if (now_ns >= health->next_look_ns || has_daemon != health->has_daemon) {
		aspan_record_daemons_look(&health->daemons, &health->faults);
		aspan_record_disk_look(&health->disk, &health->faults);
		health->has_daemon = has_daemon;
		health->next_look_ns = now_ns + LOOK_NS;
	}
	return health->next_look_ns;
}

/* "... (ret N != write_len N): No space left on device (in FUNCTION ..." */
static void note_write_error(struct aspan_record_health *health, char *text)
{
	char *why = strstr(text, "): ");
	char *end = why ? strstr(why, " (in ") : NULL;

	if (end) {
		*end = '\0';
	}
	aspan_record_fault_note(
		&health->faults, ASPAN_FAULT_OUTPUT,
		"could not write to %s for a while: %s; events were lost; give it more room, or "
		"record less (--packed, --filter)",
		health->disk.shown, why ? why + strlen("): ") : "see the system's log");
}

static void read_log(struct aspan_record_health *health, const struct aspan_record_buffers *buffers)
{
	char text[256];

	if (aspan_daemon_log_find(health->log_home, LOG_WRITE, text, sizeof(text))) {
		note_write_error(health, text);
	}
	if (aspan_daemon_log_find(health->log_home, LOG_BUFFERS, text, sizeof(text))) {
		aspan_record_fault_note(
			&health->faults, ASPAN_FAULT_BUFFERS,
			"buffers (%.0f MiB) found no room in " ASPAN_BUFFERS_DIRECTORY
			"; processes are missing in the trace; free some, or: mount -o "
			"remount,size=1G " ASPAN_BUFFERS_DIRECTORY " (docker: --shm-size=1g)",
			(double) buffers->total_bytes / MIB);
	}
}

void aspan_record_health_finish(struct aspan_record_health *health,
				const struct aspan_record_buffers *buffers)
{
	aspan_record_health_look(health, UINT64_MAX - LOOK_NS);
	if (health->log_home) {
		read_log(health, buffers);
	}
	aspan_record_disk_release(&health->disk);
}

void aspan_record_health_fini(struct aspan_record_health *health)
{
	aspan_record_disk_fini(&health->disk);
}

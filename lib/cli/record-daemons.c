/* SPDX-License-Identifier: MIT */
/*
 * Whether LTTng's daemons live that a recording needs: the session daemon and its consumer daemons.
 *
 * A daemon that is no child of ours is known by the pid that it wrote down, its name, and when that process began. Its consumers are its
 * children; they are there when the session has a channel.
 */
#include "record-daemons.h"

#include "record-memory.h"
#include "record-place.h"

#include <lttng/lttng.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1024.0 * 1024.0)
#define PID_FILE "lttng-sessiond.pid"
#define ROOT_SOCKET ASPAN_ROOT_RUN_DIRECTORY "/client-lttng-sessiond"
/* As the kernel has them, which keeps 15 bytes of a name. */
#define DAEMON_NAME "lttng-sessiond"
#define CONSUMER_NAME "lttng-consumerd"

static pid_t read_pid(const char *folder, const char *subfolder)
{
	char *path, text[16] = "";
	FILE *file = NULL;

	if (asprintf(&path, "%s%s/" PID_FILE, folder, subfolder) > 0) {
		file = fopen(path, "re");
		free(path);
	}
	if (file) {
		if (!fgets(text, sizeof(text), file)) {
			text[0] = '\0';
		}
		fclose(file);
	}
	return (pid_t) strtol(text, NULL, 10);
}

/* liblttng-ctl takes root's daemon where the user may use it, and the user's own otherwise. */
static pid_t find_daemon(void)
{
	const char *home = getenv("LTTNG_HOME");

	if (geteuid() == 0 || access(ROOT_SOCKET, W_OK) == 0) {
		return read_pid(ASPAN_ROOT_RUN_DIRECTORY, "");
	}
	home = home ? home : getenv("HOME");
	return home ? read_pid(home, "/.lttng") : 0;
}

static void add_consumer(pid_t pid, void *data)
{
	struct aspan_record_daemons *daemons = data;
	struct aspan_proc_status status;

	if (daemons->consumer_count < ASPAN_CONSUMERS_MAX && aspan_proc_read_status(pid, &status) &&
	    !status.is_zombie && strncmp(status.name, CONSUMER_NAME, strlen(CONSUMER_NAME)) == 0) {
		daemons->consumers[daemons->consumer_count++] =
			(struct aspan_record_consumer){ pid, status.start_ticks };
	}
}

void aspan_record_daemons_init(struct aspan_record_daemons *daemons, const pid_t *child)
{
	struct aspan_proc_status status;

	*daemons = (struct aspan_record_daemons){
		.child = child,
		.pid = child ? *child : find_daemon(),
		.kills = aspan_memory_count_kills(""),
	};
	/* What is written there may be of an earlier daemon, and the pid a stranger's. */
	if (daemons->pid > 0 && aspan_proc_read_status(daemons->pid, &status) &&
	    (child || strcmp(status.name, DAEMON_NAME) == 0)) {
		daemons->start_ticks = status.start_ticks;
		aspan_proc_find_children(daemons->pid, add_consumer, daemons);
	} else if (!child) {
		daemons->pid = 0;
	}
}

static bool is_same_process(pid_t pid, uint64_t start_ticks)
{
	struct aspan_proc_status status;

	return aspan_proc_read_status(pid, &status) && !status.is_zombie &&
	       status.start_ticks == start_ticks;
}

static bool is_daemon_alive(const struct aspan_record_daemons *daemons)
{
	if (daemons->child) {
		return *daemons->child > 0;
	}
	return lttng_session_daemon_alive() == 1 &&
	       (daemons->pid == 0 || is_same_process(daemons->pid, daemons->start_ticks));
}

/* Why, as far as it is known: after "ended". */
static void describe_cause(const struct aspan_record_daemons *daemons, char *text, size_t size)
{
	text[0] = '\0';
	if (aspan_memory_count_kills("") > daemons->kills) {
		snprintf(text, size,
			 " when the kernel ended processes, because the memory limit of this "
			 "container (cgroup) was reached; give it more memory (docker: --memory)");
	}
}

void aspan_record_daemons_look(struct aspan_record_daemons *daemons,
			       struct aspan_record_faults *faults)
{
	char cause[256];

	if (!is_daemon_alive(daemons)) {
		describe_cause(daemons, cause, sizeof(cause));
		aspan_record_fault_note(faults, ASPAN_FAULT_DAEMON,
					"the session daemon (pid %d) ended%s; what is allocated "
					"from now on is not recorded; record again",
					daemons->pid, cause);
		return;
	}
	for (size_t i = 0; i < daemons->consumer_count; i++) {
		const struct aspan_record_consumer *consumer = &daemons->consumers[i];

		if (!is_same_process(consumer->pid, consumer->start_ticks)) {
			describe_cause(daemons, cause, sizeof(cause));
			aspan_record_fault_note(
				faults, ASPAN_FAULT_CONSUMER,
				"LTTng's consumer daemon (pid %d) ended%s; what is allocated from "
				"now on is not recorded; record again",
				consumer->pid, cause);
		}
	}
}

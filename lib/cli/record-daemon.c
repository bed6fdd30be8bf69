/* SPDX-License-Identifier: MIT */
/*
 * The session daemon of a recording: the one that runs, or one of our own.
 */
#include "record-daemon.h"
#include "locate.h"
#include "record-daemon-process.h"
#include "record-home.h"
#include "record-place.h"
#include "terminal.h"

#include <lttng/lttng.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_MODE 0755

bool aspan_record_daemon_is_running(void)
{
	return lttng_session_daemon_alive() == 1;
}

int aspan_record_daemon_locate(char **path)
{
	const char *chosen = getenv("LTTNG_SESSIOND_PATH");
	int ret;

	*path = NULL;
	ret = aspan_locate_program(chosen && *chosen ? chosen : "lttng-sessiond", path);
	if (ret < 0) {
		free(*path);
		*path = NULL;
	}
	return ret;
}

/* False if it turns out that the one that was there is just being ended. */
static bool use_running(struct aspan_record_daemon *daemon)
{
	bool must_start;

	if (!aspan_record_daemon_is_running()) {
		return false;
	}
	if (geteuid() != 0 || !aspan_record_place_exists()) {
		return true;
	}
	daemon->place = aspan_record_place_join(&must_start);
	daemon->is_shared = daemon->place >= 0 && !must_start;
	if (daemon->place >= 0 && must_start) {
		aspan_record_place_close(daemon->place, true);
	}
	return !must_start;
}

int aspan_record_daemon_prepare(struct aspan_record_daemon *daemon)
{
	int ret;

	*daemon = (struct aspan_record_daemon){ .home = -1 };
	aspan_record_home_clean_up();
	if (use_running(daemon)) {
		return 0;
	}
	ret = aspan_record_home_make(&daemon->directory, &daemon->home);
	if (ret < 0) {
		aspan_terminal_error("cannot make a directory for the session daemon: %s; set "
				     "TMPDIR to a writable one",
				     strerror(-ret));
		return ret;
	}
	return setenv("LTTNG_HOME", daemon->directory, 1) < 0 ? -errno : 0;
}

/* Makes /var/run/lttng private to this process and its daemon. */
static bool enter_namespace(const char *directory)
{
	char *run;
	bool is_mounted;

	mkdir(ASPAN_ROOT_RUN_DIRECTORY, DIRECTORY_MODE);
	if (asprintf(&run, "%s/run", directory) < 0) {
		return false;
	}
	is_mounted = unshare(CLONE_NEWNS) == 0 &&
		     mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		     mount(run, ASPAN_ROOT_RUN_DIRECTORY, NULL, MS_BIND, NULL) == 0;
	free(run);
	return is_mounted;
}

static int spawn_shared(struct aspan_record_daemon *daemon, const char *program)
{
	bool must_start;
	int ret = 0;

	daemon->place = aspan_record_place_join(&must_start);
	if (daemon->place < 0) {
		aspan_terminal_error("cannot use " ASPAN_ROOT_RUN_DIRECTORY ": %s",
				     strerror(-daemon->place));
		return daemon->place;
	}
	daemon->is_shared = true;
	if (must_start) {
		ret = aspan_daemon_process_start(daemon, program);
		aspan_record_place_open(daemon->place, daemon->pid);
	}
	return ret;
}

int aspan_record_daemon_start(struct aspan_record_daemon *daemon)
{
	char *program;
	int ret;

	if (!daemon->directory) {
		return 0;
	}
	ret = aspan_record_daemon_locate(&program);
	if (ret < 0) {
		aspan_terminal_error("lttng-sessiond not found; install Debian's lttng-tools");
		return ret;
	}
	daemon->is_mounted = geteuid() == 0 && enter_namespace(daemon->directory);
	if (geteuid() == 0 && !daemon->is_mounted) {
		ret = spawn_shared(daemon, program);
	} else {
		ret = aspan_daemon_process_start(daemon, program);
	}
	free(program);
	return ret;
}

static void end_shared(struct aspan_record_daemon *daemon)
{
	pid_t pid = aspan_record_place_leave(daemon->place);

	if (pid > 0) {
		aspan_daemon_process_end(pid, !daemon->is_crippled);
	}
	aspan_record_place_close(daemon->place, pid > 0);
}

void aspan_record_daemon_stop(struct aspan_record_daemon *daemon)
{
	if (daemon->is_shared) {
		end_shared(daemon);
	} else if (daemon->pid > 0) {
		aspan_daemon_process_end(daemon->pid, !daemon->is_crippled);
	}
	if (daemon->is_mounted) {
		umount2(ASPAN_ROOT_RUN_DIRECTORY, MNT_DETACH);
	}
	if (daemon->directory) {
		aspan_record_home_delete(daemon->directory, daemon->home);
	}
	free(daemon->directory);
	*daemon = (struct aspan_record_daemon){ 0 };
}

/* SPDX-License-Identifier: MIT */
/*
 * Root's one place for a session daemon, /var/run/lttng, where recordings must share it.
 *
 * A shared lock cannot be made exclusive atomically, so who finds no daemon tries for the exclusive lock
 * without waiting, and looks again if somebody else has one: that one may be starting the daemon, or ending it.
 */
#include "record-place.h"
#include "record-daemon.h"

#include <lttng/lttng.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PLACE_FILE ASPAN_ROOT_RUN_DIRECTORY "/allocspan.lock"
#define PID_FILE ASPAN_ROOT_RUN_DIRECTORY "/lttng-sessiond.pid"
#define DIRECTORY_MODE 0755
#define RETRY_NS 20000000

static bool lock(int place, int operation)
{
	int ret;

	do {
		ret = flock(place, operation);
	} while (ret < 0 && errno == EINTR);
	return ret == 0;
}

int aspan_record_place_join(bool *must_start)
{
	const struct timespec retry = { .tv_nsec = RETRY_NS };
	int place;

	*must_start = false;
	mkdir(ASPAN_ROOT_RUN_DIRECTORY, DIRECTORY_MODE);
	place = open(PLACE_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (place < 0) {
		return -errno;
	}
	while (lock(place, LOCK_SH) && !aspan_record_daemon_is_running()) {
		if (lock(place, LOCK_EX | LOCK_NB)) {
			*must_start = !aspan_record_daemon_is_running();
			if (*must_start) {
				break;
			}
			continue;
		}
		lock(place, LOCK_UN);
		nanosleep(&retry, NULL);
	}
	return place;
}

void aspan_record_place_open(int place, pid_t daemon_pid)
{
	if (ftruncate(place, 0) == 0 && daemon_pid > 0) {
		dprintf(place, "%d\n", daemon_pid);
	}
	lock(place, LOCK_SH);
}

bool aspan_record_place_exists(void)
{
	return access(PLACE_FILE, F_OK) == 0;
}

static pid_t read_pid(int fd)
{
	char text[16] = "";

	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? (pid_t) strtol(text, NULL, 10) : 0;
}

/* The daemon says who it is, so that a stale number does not hit a stranger. */
static bool is_daemon(pid_t pid)
{
	int fd = open(PID_FILE, O_RDONLY | O_CLOEXEC);
	bool is_same = fd >= 0 && read_pid(fd) == pid;

	if (fd >= 0) {
		close(fd);
	}
	return is_same;
}

static bool has_sessions(void)
{
	struct lttng_session *sessions = NULL;
	int count = lttng_list_sessions(&sessions);

	free(sessions);
	return count > 0;
}

pid_t aspan_record_place_leave(int place)
{
	pid_t pid = 0;

	if (lock(place, LOCK_EX | LOCK_NB)) {
		pid = read_pid(place);
	}
	/* Somebody who uses lttng(1) may have found it useful. */
	return pid > 0 && is_daemon(pid) && !has_sessions() ? pid : 0;
}

void aspan_record_place_close(int place, bool is_ended)
{
	if (is_ended) {
		/* Should this fail, the next one finds a number that is no daemon's. */
		(void) !ftruncate(place, 0);
	}
	close(place);
}

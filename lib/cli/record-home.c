/* SPDX-License-Identifier: MIT */
/*
 * The home of a session daemon of our own: a temporary folder with its sockets, its log and its pid.
 *
 * The pid in it may have become a stranger's. The daemon is whoever has that pid and was executed with LTTNG_HOME set to this folder.
 */
#include "record-home.h"

#include "files.h"
#include "locked-folder.h"
#include "record-daemon-process.h"
#include "record-proc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "allocspan-run-"
#define DIRECTORY_MODE 0755
#define ENVIRONMENT_BYTES (1 << 18)

static pid_t read_pid(const char *home, const char *name)
{
	char *path, text[16] = "";
	FILE *file = NULL;

	if (asprintf(&path, "%s/%s/lttng-sessiond.pid", home, name) > 0) {
		file = fopen(path, "re");
		free(path);
	}
	if (!file) {
		return 0;
	}
	if (!fgets(text, sizeof(text), file)) {
		text[0] = '\0';
	}
	fclose(file);
	return (pid_t) strtol(text, NULL, 10);
}

static bool is_daemon_of(pid_t pid, const char *home)
{
	char *environment = malloc(ENVIRONMENT_BYTES);
	ssize_t got =
		environment ? aspan_proc_read(pid, "environ", environment, ENVIRONMENT_BYTES) : -1;
	const char *named =
		got > 0 ? aspan_proc_get_variable(environment, (size_t) got, "LTTNG_HOME") : NULL;
	bool is_same = named && strcmp(named, home) == 0;

	free(environment);
	return is_same;
}

static void end_daemon(const char *home)
{
	/* Root's, and that of others. */
	static const char *const places[] = { "run", ".lttng" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		pid_t pid = read_pid(home, places[i]);

		if (pid > 1 && is_daemon_of(pid, home)) {
			aspan_daemon_process_end(pid, true);
		}
	}
}

void aspan_record_home_clean_up(void)
{
	aspan_locked_folder_delete_dead(aspan_files_temporary_parent(), PREFIX, end_daemon);
}

static int make_subdirectory(const char *parent, const char *name)
{
	char *path;
	int ret;

	if (asprintf(&path, "%s/%s", parent, name) < 0) {
		return -ENOMEM;
	}
	ret = mkdir(path, DIRECTORY_MODE) < 0 ? -errno : 0;
	free(path);
	return ret;
}

/* `.lttng` for the sockets, `run` for root's place, `sessions` for the sessions not to be loaded: none. */
int aspan_record_home_make(char **path, int *fd)
{
	int ret = aspan_locked_folder_make(aspan_files_temporary_parent(), PREFIX, path, fd);

	if (ret < 0) {
		return ret;
	}
	/* Programs that run as another user must reach the socket in it. */
	chmod(*path, DIRECTORY_MODE);
	ret = make_subdirectory(*path, ".lttng");
	ret = ret < 0 ? ret : make_subdirectory(*path, "run");
	ret = ret < 0 ? ret : make_subdirectory(*path, "sessions");
	if (ret < 0) {
		aspan_record_home_delete(*path, *fd);
		free(*path);
		*path = NULL;
		*fd = -1;
	}
	return ret;
}

void aspan_record_home_delete(const char *path, int fd)
{
	aspan_locked_folder_delete(fd, path);
	close(fd);
}

/* SPDX-License-Identifier: MIT */
/*
 * The directory that the trace goes into.
 *
 * It is made, and tried for writing, before anything else is started: a recording that has nowhere to go must
 * not cost a run of the command.
 */
#include "record-output.h"
#include "files.h"
#include "terminal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Less the umask. As LTTng's own: names, tags and addresses are not for everybody. */
#define DIRECTORY_MODE 0770
#define MAX_ATTEMPTS 1000

static bool is_empty(const char *directory)
{
	DIR *stream = opendir(directory);
	const struct dirent *entry = NULL;

	if (!stream) {
		return false;
	}
	do {
		entry = readdir(stream);
	} while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	closedir(stream);
	return !entry;
}

/* Permission bits say little: root passes them, read-only file systems ignore them. */
static int try_writing(const char *directory)
{
	char *file;
	int fd, ret = 0;

	if (asprintf(&file, "%s/.allocspan-XXXXXX", directory) < 0) {
		return -ENOMEM;
	}
	fd = mkostemp(file, O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
	} else {
		close(fd);
		unlink(file);
	}
	free(file);
	return ret;
}

static int report_failure(const char *directory, int error)
{
	aspan_terminal_error("cannot write to %s: %s; name another directory with -o", directory,
			     strerror(-error));
	return error;
}

static int take_directory(const char *directory, bool *is_new)
{
	struct stat status;

	*is_new = mkdir(directory, DIRECTORY_MODE) == 0;
	if (*is_new) {
		return 0;
	}
	if (errno != EEXIST) {
		return report_failure(directory, -errno);
	}
	if (stat(directory, &status) < 0 || !S_ISDIR(status.st_mode)) {
		aspan_terminal_error("%s is no directory; name another with -o", directory);
		return -ENOTDIR;
	}
	if (access(directory, R_OK) < 0) {
		return report_failure(directory, -errno);
	}
	if (!is_empty(directory)) {
		aspan_terminal_error("%s is not empty; remove it or name another directory with -o",
				     directory);
		return -ENOTEMPTY;
	}
	return 0;
}

/* allocspan-COMMAND-DATE-TIME, and -2, -3, ... if somebody was faster in the same second. */
static int make_default_directory(const char *command, char **directory)
{
	const char *slash = strrchr(command, '/');
	const char *name = slash ? slash + 1 : command;
	char stamp[sizeof("YYYYMMDD-HHMMSS")], suffix[16] = "";
	time_t now = time(NULL);
	struct tm local;

	localtime_r(&now, &local);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &local);
	for (int attempt = 2; attempt < MAX_ATTEMPTS; attempt++) {
		if (asprintf(directory, "allocspan-%s-%s%s", name, stamp, suffix) < 0) {
			*directory = NULL;
			return -ENOMEM;
		}
		if (mkdir(*directory, DIRECTORY_MODE) == 0) {
			return 0;
		}
		if (errno != EEXIST) {
			return report_failure(*directory, -errno);
		}
		free(*directory);
		snprintf(suffix, sizeof(suffix), "-%d", attempt);
	}
	*directory = NULL;
	return -EEXIST;
}

int aspan_record_output_create(struct aspan_record_output *output, const char *directory,
			       const char *command)
{
	int ret;

	*output = (struct aspan_record_output){ 0 };
	if (directory) {
		output->shown = strdup(directory);
		ret = output->shown ? take_directory(directory, &output->is_new) : -ENOMEM;
	} else {
		ret = make_default_directory(command, &output->shown);
		output->is_new = ret == 0;
	}
	if (ret < 0) {
		return ret;
	}
	output->absolute = realpath(output->shown, NULL);
	ret = output->absolute ? try_writing(output->absolute) : -errno;
	if (ret < 0) {
		report_failure(output->shown, ret);
		aspan_record_output_discard(output);
	}
	return ret;
}

void aspan_record_output_discard(struct aspan_record_output *output)
{
	if (!output->shown) {
		return;
	}
	aspan_files_prune(output->shown);
	if (output->is_new) {
		rmdir(output->shown);
	}
}

void aspan_record_output_fini(struct aspan_record_output *output)
{
	free(output->shown);
	free(output->absolute);
}

/* SPDX-License-Identifier: MIT */
/*
 * An output file that appears whole or not at all.
 *
 * A symbolic link stays one: the file that it points to is replaced. A new file gets the permissions that open()
 * would give it, an existing one keeps its own.
 */
#include "output-file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mode_t get_umask(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return mask;
}

static int open_temporary(struct aspan_output_file *file, mode_t mode)
{
	int fd;

	if (asprintf(&file->temporary_path, "%s.XXXXXX", file->path) < 0) {
		file->temporary_path = NULL;
		return -ENOMEM;
	}
	fd = mkstemp(file->temporary_path);
	if (fd < 0) {
		int result = -errno;

		free(file->temporary_path);
		file->temporary_path = NULL;
		return result;
	}
	fchmod(fd, mode);
	file->stream = fdopen(fd, "w");
	if (!file->stream) {
		close(fd);
		return -ENOMEM;
	}
	return 0;
}

static int open_directly(struct aspan_output_file *file)
{
	file->stream = fopen(file->path, "we");
	return file->stream ? 0 : -errno;
}

static int open_path(struct aspan_output_file *file, const char *path)
{
	struct stat status;
	bool exists = stat(path, &status) == 0;

	if (!exists && errno != ENOENT) {
		return -errno;
	}
	file->path = exists ? realpath(path, NULL) : strdup(path);
	if (!file->path) {
		return -errno;
	}
	if (exists && !S_ISREG(status.st_mode)) {
		return open_directly(file);
	}
	if (exists && access(path, W_OK) != 0) {
		return -errno;
	}
	return open_temporary(file, exists ? status.st_mode & 07777 : 0666 & ~get_umask());
}

int aspan_output_file_open(struct aspan_output_file *file, const char *path)
{
	int result = 0;

	*file = (struct aspan_output_file){ .stream = stdout };
	if (path) {
		result = open_path(file, path);
	}
	if (result) {
		aspan_output_file_abandon(file);
	}
	return result;
}

static void fini(struct aspan_output_file *file)
{
	free(file->path);
	free(file->temporary_path);
	*file = (struct aspan_output_file){ 0 };
}

static int close_stream(struct aspan_output_file *file)
{
	int result = fflush(file->stream) ? -errno : 0;

	if (!result && ferror(file->stream)) {
		result = -EIO;
	}
	if (file->temporary_path && !result && fsync(fileno(file->stream))) {
		result = -errno;
	}
	if (file->path && fclose(file->stream) && !result) {
		result = -errno;
	}
	file->stream = NULL;
	return result;
}

int aspan_output_file_commit(struct aspan_output_file *file)
{
	int result = close_stream(file);

	if (!result && file->temporary_path && rename(file->temporary_path, file->path)) {
		result = -errno;
	}
	if (result) {
		aspan_output_file_abandon(file);
	} else {
		fini(file);
	}
	return result;
}

void aspan_output_file_abandon(struct aspan_output_file *file)
{
	if (file->path && file->stream) {
		fclose(file->stream);
	}
	if (file->temporary_path) {
		unlink(file->temporary_path);
	}
	fini(file);
}

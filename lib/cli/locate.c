/* SPDX-License-Identifier: MIT */
/*
 * Where the parts of allocspan and of LTTng are.
 *
 * A library of the system is looked for by starting this command once more with
 * LD_TRACE_LOADED_OBJECTS set: the loader then prints the file of each library, preloaded ones
 * included, and ends without running any of them. Opening them here would start LTTng's threads.
 */
#include "locate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int aspan_locate_self(char **path)
{
	*path = realpath("/proc/self/exe", NULL);
	return *path ? 0 : -errno;
}

/* PATH from the directory of this command, with the `..` that lead there resolved if it exists. */
static int locate_from_command(const char *relative, char **path)
{
	char *self, *joined, *resolved;
	int length, ret = aspan_locate_self(&self);

	if (ret < 0) {
		*path = NULL;
		return ret;
	}
	*strrchr(self, '/') = '\0';
	length = asprintf(&joined, "%s/%s", self, relative);
	free(self);
	if (length < 0) {
		*path = NULL;
		return -ENOMEM;
	}
	resolved = realpath(joined, NULL);
	*path = resolved ? resolved : joined;
	if (!resolved) {
		return -errno;
	}
	free(joined);
	return 0;
}

int aspan_locate_library(const char *name, char **path)
{
	char relative[PATH_MAX];

	snprintf(relative, sizeof(relative), "%s/%s", ASPAN_LIBRARY_DIRECTORY_FROM_COMMAND, name);
	return locate_from_command(relative, path);
}

int aspan_locate_plugin_directory(char **path)
{
	return locate_from_command(ASPAN_PLUGIN_DIRECTORY_FROM_COMMAND, path);
}

/* In the child: becomes the loader that lists what it would load. */
static void __attribute__((noreturn))
trace_loader(const char *self, const char *preload, int out_fd)
{
	int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(out_fd, STDOUT_FILENO);
	dup2(null_fd, STDERR_FILENO);
	setenv("LD_TRACE_LOADED_OBJECTS", "1", 1);
	setenv("LD_PRELOAD", preload, 1);
	unsetenv("LD_DEBUG");
	execl(self, self, (char *) NULL);
	_exit(EXIT_FAILURE);
}

static FILE *start_tracing_loader(const char *preload, pid_t *pid)
{
	char *self;
	int fds[2];

	if (aspan_locate_self(&self) < 0) {
		return NULL;
	}
	if (pipe2(fds, O_CLOEXEC) < 0) {
		free(self);
		return NULL;
	}
	*pid = fork();
	if (*pid == 0) {
		trace_loader(self, preload, fds[1]);
	}
	free(self);
	close(fds[1]);
	if (*pid < 0) {
		close(fds[0]);
		return NULL;
	}
	return fdopen(fds[0], "r");
}

/* "\tNAME => FILE (0xADDRESS)", or "\tFILE (0xADDRESS)" for what was named by its path. */
static void match_line(char *line, const char *const names[], unsigned int count, char *paths[])
{
	char *name = line + strspn(line, " \t");
	char *arrow = strstr(name, " => ");
	char *address = strstr(name, " (0x");
	const char *file = arrow ? arrow + strlen(" => ") : name;

	if (!address) {
		return;
	}
	*address = '\0';
	if (arrow) {
		*arrow = '\0';
	}
	for (unsigned int i = 0; i < count; i++) {
		if (!paths[i] && strcmp(names[i], name) == 0) {
			paths[i] = realpath(file, NULL);
		}
	}
}

static char *join_with_colons(const char *const names[], unsigned int count)
{
	char *joined = NULL;
	size_t size;
	FILE *stream = open_memstream(&joined, &size);

	if (!stream) {
		return NULL;
	}
	for (unsigned int i = 0; i < count; i++) {
		fprintf(stream, "%s%s", i > 0 ? ":" : "", names[i]);
	}
	return fclose(stream) == 0 ? joined : NULL;
}

int aspan_locate_preloads(const char *const names[], unsigned int count, char *paths[])
{
	char *preload = join_with_colons(names, count);
	char *line = NULL;
	size_t size = 0;
	FILE *lines;
	pid_t pid;

	memset(paths, 0, count * sizeof(*paths));
	if (!preload) {
		return -ENOMEM;
	}
	lines = start_tracing_loader(preload, &pid);
	free(preload);
	if (!lines) {
		return -EIO;
	}
	while (getline(&line, &size, lines) > 0) {
		match_line(line, names, count, paths);
	}
	free(line);
	fclose(lines);
	waitpid(pid, NULL, 0);
	return 0;
}

static int check_executable(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0) {
		return errno == EACCES ? -EACCES : -ENOENT;
	}
	if (!S_ISREG(status.st_mode) || access(path, X_OK) < 0) {
		return -EACCES;
	}
	return 0;
}

/* As execvp(): a file that may not be executed is remembered, and the search goes on. */
static int search_path(const char *command, char **path)
{
	const char *directory = getenv("PATH");
	int found = -ENOENT;

	directory = directory ? directory : "/bin:/usr/bin";
	for (;;) {
		int length = (int) strcspn(directory, ":");
		int ret;

		if (asprintf(path, "%.*s/%s", length ? length : 1, length ? directory : ".",
			     command) < 0) {
			*path = NULL;
			return -ENOMEM;
		}
		ret = check_executable(*path);
		if (ret == 0) {
			return 0;
		}
		/* A directory that may not be searched has nothing for this user. */
		found = ret == -EACCES && access(*path, F_OK) == 0 ? ret : found;
		free(*path);
		*path = NULL;
		if (!directory[length]) {
			return found;
		}
		directory += length + 1;
	}
}

int aspan_locate_program(const char *command, char **path)
{
	if (!strchr(command, '/')) {
		return *command ? search_path(command, path) : -ENOENT;
	}
	*path = strdup(command);
	return *path ? check_executable(command) : -ENOMEM;
}

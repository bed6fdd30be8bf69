/* SPDX-License-Identifier: MIT */
/*
 * See tracepoints-objects.h.
 */
#include "tracepoints-objects.h"

#include <gelf.h>
#include <libelf.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the tracer, and ours: nobody binds those. */
static bool is_of_tracer(const char *path)
{
	static const char *const prefixes[] = { "liblttng-ust", "liballocspan" };
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) {
			return true;
		}
	}
	return false;
}

/* The dynamic loader that a file names; false if it names none. */
static bool read_loader(const char *path, char loader[PATH_MAX])
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	size_t count = 0;
	GElf_Phdr segment;
	ssize_t length = 0;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = file < 0 ? NULL : elf_begin(file, ELF_C_READ, NULL);
	if (elf) {
		elf_getphdrnum(elf, &count);
	}
	for (size_t i = 0; i < count; i++) {
		if (gelf_getphdr(elf, (int) i, &segment) && segment.p_type == PT_INTERP &&
		    segment.p_filesz < PATH_MAX) {
			length = pread(file, loader, segment.p_filesz, (off_t) segment.p_offset);
			loader[length > 0 ? length : 0] = '\0';
		}
	}
	elf_end(elf);
	if (file >= 0) {
		close(file);
	}
	return length > 0;
}

/* Starts the loader so that it lists the libraries, and runs nothing of them. Gives its output, or NULL. */
static FILE *list_libraries(const char *loader, const char *path, pid_t *pid)
{
	char *const arguments[] = { (char *) (uintptr_t) loader, (char[]){ "--list" },
				    (char *) (uintptr_t) path, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2];
	int error;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return NULL;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawn(pid, loader, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		return NULL;
	}
	return fdopen(ends[0], "r");
}

/* "\tlibx.so.1 => /usr/lib/libx.so.1 (0x00007f...)" or "\t/lib64/ld.so (0x...)": the file in it, or NULL. */
static char *find_path(char *line)
{
	char *start = strchr(line, '/');
	char *end = start ? strstr(start, " (0x") : NULL;
	char *arrow = strstr(line, " => /");

	if (!end) {
		return NULL;
	}
	*end = '\0';
	return arrow ? arrow + strlen(" => ") : start;
}

static int add_listed(struct aspan_tracepoint_list *list, FILE *output)
{
	char *line = NULL;
	size_t size = 0;
	int result = 0;

	while (!result && getline(&line, &size, output) > 0) {
		const char *path = find_path(line);

		if (path && !is_of_tracer(path)) {
			result = aspan_tracepoint_list_add_file(list, path, path);
		}
	}
	free(line);
	return result;
}

int aspan_tracepoints_of_program(struct aspan_tracepoint_list *list, const char *path)
{
	int result = aspan_tracepoint_list_add_file(list, path, path);
	char loader[PATH_MAX];
	FILE *output;
	pid_t pid;

	if (result || !read_loader(path, loader)) {
		return result;
	}
	output = list_libraries(loader, path, &pid);
	if (output) {
		result = add_listed(list, output);
		fclose(output);
		waitpid(pid, NULL, 0);
	}
	return result;
}

/* The name of the mapped file in a line of /proc/PID/maps, which begins at its first slash; NULL if there is none. */
static const char *mapped_file(char *line)
{
	char *path = strchr(line, '/');
	size_t length;

	if (!path) {
		return NULL;
	}
	length = strcspn(path, "\n");
	path[length] = '\0';
	return path;
}

static int add_mapped(struct aspan_tracepoint_list *list, pid_t pid, FILE *maps)
{
	char *line = NULL, *last = NULL;
	size_t size = 0;
	int result = 0;

	while (!result && getline(&line, &size, maps) > 0) {
		const char *path = mapped_file(line);
		char *inside;

		/* A file has several lines, one after the other. */
		if (!path || (last && strcmp(path, last) == 0) || is_of_tracer(path)) {
			continue;
		}
		free(last);
		last = strdup(path);
		/* As the process sees it, which may be in a container. */
		if (!last || asprintf(&inside, "/proc/%d/root%s", (int) pid, path) < 0) {
			result = -ENOMEM;
			break;
		}
		result = aspan_tracepoint_list_add_file(list, inside, path);
		free(inside);
	}
	free(last);
	free(line);
	return result;
}

int aspan_tracepoints_of_process(struct aspan_tracepoint_list *list, pid_t pid)
{
	char path[64];
	FILE *maps;
	int result;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int) pid);
	maps = fopen(path, "re");
	if (!maps) {
		return errno == ENOENT ? -ESRCH : -errno;
	}
	result = add_mapped(list, pid, maps);
	fclose(maps);
	return result;
}

/* SPDX-License-Identifier: MIT */
/*
 * What /proc says of a process.
 */
#include "record-proc.h"

#include <ctype.h>
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 64

/* Fields of /proc/PID/stat, counted from 1 as in proc(5). */
#define FIELD_STATE 3
#define FIELD_PARENT 4
#define FIELD_START 22
#define FIELD_STACK 28
#define FIELD_ENVIRONMENT 50
#define FIELD_COUNT 52

ssize_t aspan_proc_read(pid_t pid, const char *name, char *bytes, size_t size)
{
	char path[PATH_BYTES];
	size_t count = 0;
	ssize_t got = 0;
	int file;

	bytes[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0) {
		return -errno;
	}
	do {
		got = read(file, bytes + count, size - 1 - count);
		count += got > 0 ? (size_t) got : 0;
	} while (got > 0 && count < size - 1);
	if (got < 0 && count == 0) {
		count = 0;
		got = -errno;
	} else {
		got = (ssize_t) count;
	}
	close(file);
	bytes[count] = '\0';
	return got;
}

/* The name is in parentheses and may contain any. */
static void take_name(struct aspan_proc_status *status, const char *text, const char *end)
{
	const char *begin = strchr(text, '(');
	size_t length = begin && begin < end ? (size_t) (end - begin - 1) : 0;

	length = length < sizeof(status->name) ? length : sizeof(status->name) - 1;
	memcpy(status->name, begin ? begin + 1 : "", length);
	status->name[length] = '\0';
}

static void take_fields(struct aspan_proc_status *status, char *rest)
{
	char *save = NULL;
	char *field = strtok_r(rest, " \n", &save);

	for (int i = FIELD_STATE; field && i <= FIELD_COUNT; i++) {
		uint64_t number = strtoull(field, NULL, 10);

		switch (i) {
		case FIELD_STATE:
			status->is_zombie = *field == 'Z' || *field == 'X';
			break;
		case FIELD_PARENT:
			status->parent = (pid_t) number;
			break;
		case FIELD_START:
			status->start_ticks = number;
			break;
		case FIELD_STACK:
			status->stack = number;
			break;
		case FIELD_ENVIRONMENT:
			status->environment = number;
			break;
		default:
			break;
		}
		field = strtok_r(NULL, " \n", &save);
	}
}

bool aspan_proc_read_status(pid_t pid, struct aspan_proc_status *status)
{
	char text[1024];
	char *end;

	*status = (struct aspan_proc_status){ 0 };
	if (aspan_proc_read(pid, "stat", text, sizeof(text)) <= 0) {
		return false;
	}
	end = strrchr(text, ')');
	if (!end) {
		return false;
	}
	take_name(status, text, end);
	take_fields(status, end + 1);
	return true;
}

static void find_children_of_thread(const char *path, void (*found)(pid_t child, void *data),
				    void *data)
{
	FILE *file = fopen(path, "re");
	int child;

	/* NOLINTNEXTLINE(cert-err34-c): the kernel wrote the numbers. */
	while (file && fscanf(file, "%d", &child) == 1) {
		found(child, data);
	}
	if (file) {
		fclose(file);
	}
}

void aspan_proc_find_children(pid_t pid, void (*found)(pid_t child, void *data), void *data)
{
	char path[PATH_BYTES + sizeof(((struct dirent *) NULL)->d_name)];
	const struct dirent *entry;
	DIR *threads;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	threads = opendir(path);
	while (threads && (entry = readdir(threads))) {
		if (isdigit((unsigned char) entry->d_name[0])) {
			snprintf(path, sizeof(path), "/proc/%d/task/%s/children", pid,
				 entry->d_name);
			find_children_of_thread(path, found, data);
		}
	}
	if (threads) {
		closedir(threads);
	}
}

void aspan_proc_find_all(void (*found)(pid_t pid, void *data), void *data)
{
	const struct dirent *entry;
	DIR *processes = opendir("/proc");

	while (processes && (entry = readdir(processes))) {
		if (isdigit((unsigned char) entry->d_name[0])) {
			found((pid_t) strtol(entry->d_name, NULL, 10), data);
		}
	}
	if (processes) {
		closedir(processes);
	}
}

/* Neither the loader itself nor the kernel's own page of code. */
static bool is_other_library(const char *name)
{
	return strstr(name, ".so") && strncmp(name, "ld-", 3) != 0 && strncmp(name, "ld.", 3) != 0;
}

enum aspan_proc_library aspan_proc_find_library(pid_t pid, const char *name)
{
	enum aspan_proc_library result = ASPAN_PROC_LIBRARY_UNKNOWN;
	char path[PATH_BYTES];
	char *line = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	file = fopen(path, "re");
	while (file && result != ASPAN_PROC_LIBRARY_PRESENT && getline(&line, &size, file) > 0) {
		const char *slash = strrchr(line, '/');

		if (slash && strncmp(slash + 1, name, strlen(name)) == 0) {
			result = ASPAN_PROC_LIBRARY_PRESENT;
		} else if (slash && is_other_library(slash + 1)) {
			result = ASPAN_PROC_LIBRARY_ABSENT;
		} else if (result == ASPAN_PROC_LIBRARY_UNKNOWN) {
			result = ASPAN_PROC_LIBRARY_LOADING;
		}
	}
	free(line);
	if (file) {
		fclose(file);
	}
	return result;
}

const char *aspan_proc_get_variable(const char *environment, size_t size, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < size; i += strlen(environment + i) + 1) {
		if (strncmp(environment + i, name, length) == 0 && environment[i + length] == '=') {
			return environment + i + length + 1;
		}
	}
	return NULL;
}

/* Of another word size it is not understood, and says no. */
bool aspan_proc_is_secure(pid_t pid)
{
	Elf64_auxv_t entries[64];
	ssize_t got = aspan_proc_read(pid, "auxv", (char *) entries, sizeof(entries));

	for (ssize_t i = 0; got > 0 && i < got / (ssize_t) sizeof(entries[0]); i++) {
		if (entries[i].a_type == AT_SECURE) {
			return entries[i].a_un.a_val != 0;
		}
	}
	return false;
}

int64_t aspan_proc_get_user(pid_t pid)
{
	char text[4096];
	const char *line;
	char *end;

	if (aspan_proc_read(pid, "status", text, sizeof(text)) <= 0) {
		return -1;
	}
	line = strstr(text, "\nUid:");
	if (!line) {
		return -1;
	}
	/* The real one, then the effective one. */
	strtoul(line + strlen("\nUid:"), &end, 10);
	return (int64_t) strtoul(end, NULL, 10);
}

bool aspan_proc_has_other_root(pid_t pid)
{
	char path[PATH_BYTES];
	struct stat theirs, ours;

	snprintf(path, sizeof(path), "/proc/%d/root/.", pid);
	return stat(path, &theirs) == 0 && stat("/", &ours) == 0 &&
	       (theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev);
}

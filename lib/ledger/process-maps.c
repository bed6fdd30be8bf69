/* SPDX-License-Identifier: MIT */
/*
 * See process-maps.h.
 */
#include "process-maps.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char library[] = "liballocspan.so";
static const char deleted[] = " (deleted)";

static void strip_deleted(char *path)
{
	size_t length = strlen(path), end = sizeof(deleted) - 1;

	if (length > end && strcmp(path + length - end, deleted) == 0) {
		path[length - end] = '\0';
	}
}

/* liballocspan.so, liballocspan.so.0, liballocspan.so.0.1.0; not liballocspan-bind.so. */
static bool is_of_library(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return slash && strncmp(name, library, sizeof(library) - 1) == 0 &&
	       (name[sizeof(library) - 1] == '\0' || name[sizeof(library) - 1] == '.');
}

/* Reads a number and what must stand behind it; false if it is not there. */
static bool read_number(char **text, int base, char behind, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(*text, &end, base);
	if (errno || end == *text || *end != behind) {
		return false;
	}
	*text = end + 1;
	return true;
}

static bool skip_word(char **text)
{
	char *space = strchr(*text, ' ');

	if (space) {
		*text = space + 1;
	}
	return space;
}

/* `begin-end rights offset major:minor inode   path`; false if it is not the beginning of the library. */
static bool read_line(char *line, struct aspan_process_map *map)
{
	uint64_t offset;

	line[strcspn(line, "\n")] = '\0';
	if (!read_number(&line, 16, '-', &map->begin) || !read_number(&line, 16, ' ', &map->end) ||
	    !skip_word(&line) || !read_number(&line, 16, ' ', &offset) || !skip_word(&line) ||
	    !read_number(&line, 10, ' ', &map->inode)) {
		return false;
	}
	line += strspn(line, " ");
	strip_deleted(line);
	if (offset != 0 || !is_of_library(line) || strlen(line) >= sizeof(map->path)) {
		return false;
	}
	memcpy(map->path, line, strlen(line) + 1);
	return true;
}

int aspan_process_maps_find(pid_t pid, struct aspan_process_map maps[ASPAN_PROCESS_MAPS_MAX])
{
	char path[64];
	char *line = NULL;
	size_t size_bytes = 0;
	int count = 0, result;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int) pid);
	file = fopen(path, "re");
	if (!file) {
		return -errno;
	}
	while (count < ASPAN_PROCESS_MAPS_MAX && getline(&line, &size_bytes, file) >= 0) {
		count += read_line(line, &maps[count]);
	}
	result = ferror(file) ? -EIO : count;
	free(line);
	fclose(file);
	return result;
}

/* SPDX-License-Identifier: MIT */
/*
 * What the memory limits of containers (cgroups, version 1 and 2) leave.
 *
 * /proc/self/cgroup names our group, /proc/self/mountinfo where its files are. A limit of each group above holds, too, so all are
 * looked at, up to the mount point; what is above that, a container cannot see. Files of the page cache count as used
 * until the kernel needs their room, so those that wait for that are taken off.
 */
#include "record-memory.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one version of cgroups calls things. */
struct names {
	const char *type; /* of the mount */
	const char *option; /* of the mount; NULL: any */
	const char *limits[3]; /* files; ends with NULL */
	const char *usage;
	const char *cache; /* a key of memory.stat */
	const char *events; /* a file, with the key oom_kill */
};

static const struct names versions[] = {
	{ "cgroup2",
	  NULL,
	  { "memory.max", "memory.high", NULL },
	  "memory.current",
	  "inactive_file",
	  "memory.events" },
	{ "cgroup",
	  "memory",
	  { "memory.limit_in_bytes", NULL, NULL },
	  "memory.usage_in_bytes",
	  "total_inactive_file",
	  "memory.oom_control" },
};

#define VERSION_COUNT (sizeof(versions) / sizeof(versions[0]))

static FILE *open_file(const char *root, const char *folder, const char *name)
{
	FILE *file = NULL;
	char *path;

	if (asprintf(&path, "%s%s/%s", root, folder, name) > 0) {
		file = fopen(path, "re");
		free(path);
	}
	return file;
}

/* `value` if the file is missing, or says "max". */
static uint64_t read_number(const char *root, const char *folder, const char *name, uint64_t value)
{
	FILE *file = open_file(root, folder, name);
	char text[32];

	if (file) {
		if (fgets(text, sizeof(text), file) && *text >= '0' && *text <= '9') {
			value = strtoull(text, NULL, 10);
		}
		fclose(file);
	}
	return value;
}

/* Of a file of lines KEY NUMBER; 0 if it is missing. */
static uint64_t read_key(const char *root, const char *folder, const char *name, const char *key)
{
	FILE *file = open_file(root, folder, name);
	char line[128];
	size_t length = strlen(key);
	uint64_t value = 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, length) == 0 && line[length] == ' ') {
			value = strtoull(line + length, NULL, 10);
		}
	}
	if (file) {
		fclose(file);
	}
	return value;
}

/* Whether `word` is in a list with commas. */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; at && *at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, word, length) == 0 && strchr(", \n", at[length])) {
			return true;
		}
	}
	return false;
}

/* "4:memory:/path" or "0::/path": our group. The caller frees it. */
static char *read_group(const char *root, const struct names *names)
{
	FILE *file = open_file(root, "/proc/self", "cgroup");
	char *line = NULL, *group = NULL;
	size_t size = 0;

	while (file && !group && getline(&line, &size, file) > 0) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!path) {
			continue;
		}
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (names->option ? has_word(controllers + 1, names->option) : !controllers[1]) {
			group = strdup(path);
		}
	}
	free(line);
	if (file) {
		fclose(file);
	}
	return group;
}

/*
 * A line of mountinfo: "ID PARENT DEVICE ROOT POINT ... - TYPE SOURCE OPTIONS". If it is the mount of these groups: its point, in
 * the line, and the group that is mounted there.
 */
static char *parse_mount(char *line, const struct names *names, char **mounted)
{
	char *fields[5], *save = NULL;
	char *tail = strstr(line, " - ");
	char type[32], options[256];

	/* NOLINTNEXTLINE(cert-err34-c): words alone */
	if (!tail || sscanf(tail, " - %31s %*s %255s", type, options) != 2 ||
	    strcmp(type, names->type) != 0 ||
	    (names->option && !has_word(options, names->option))) {
		return NULL;
	}
	*tail = '\0';
	for (size_t i = 0; i < 5; i++) {
		fields[i] = strtok_r(i == 0 ? line : NULL, " ", &save);
		if (!fields[i]) {
			return NULL;
		}
	}
	*mounted = fields[3];
	return fields[4];
}

/* The line of the mount of these groups, in words as parse_mount() gives them. The caller frees it; NULL: there is none. */
static char *find_mount(const char *root, const struct names *names, char **point, char **mounted)
{
	FILE *file = open_file(root, "/proc/self", "mountinfo");
	char *line = NULL;
	size_t size = 0;

	*point = NULL;
	while (file && !*point && getline(&line, &size, file) > 0) {
		*point = parse_mount(line, names, mounted);
	}
	if (file) {
		fclose(file);
	}
	if (!*point) {
		free(line);
		return NULL;
	}
	return line;
}

/* The folder of our group, whose part up to the mount point has *point_length bytes. The caller frees it; NULL: there is none. */
static char *find_folder(const char *root, const struct names *names, size_t *point_length)
{
	char *group = read_group(root, names);
	char *point, *mounted, *folder = NULL;
	char *line = group ? find_mount(root, names, &point, &mounted) : NULL;

	if (line) {
		size_t length = strcmp(mounted, "/") == 0 ? 0 : strlen(mounted);
		bool is_below = strncmp(group, mounted, length) == 0 &&
				(group[length] == '/' || group[length] == '\0');
		const char *rest = is_below && strcmp(group, "/") != 0 ? group + length : "";

		*point_length = strlen(point);
		if (asprintf(&folder, "%s%s", point, rest) < 0) {
			folder = NULL;
		}
	}
	free(line);
	free(group);
	return folder;
}

static uint64_t read_available(const char *root, const char *folder, const struct names *names)
{
	uint64_t limit = UINT64_MAX, used, cache;

	for (size_t i = 0; names->limits[i]; i++) {
		uint64_t one = read_number(root, folder, names->limits[i], UINT64_MAX);

		limit = one < limit ? one : limit;
	}
	if (limit == UINT64_MAX) {
		return limit;
	}
	used = read_number(root, folder, names->usage, 0);
	cache = read_key(root, folder, "memory.stat", names->cache);
	used -= cache < used ? cache : used;
	return used < limit ? limit - used : 0;
}

static uint64_t read_version(const char *root, const struct names *names)
{
	uint64_t least = UINT64_MAX;
	size_t point_length = 0;
	char *folder = find_folder(root, names, &point_length);

	while (folder) {
		uint64_t available = read_available(root, folder, names);

		least = available < least ? available : least;
		if (strlen(folder) <= point_length) {
			break;
		}
		*strrchr(folder, '/') = '\0';
	}
	free(folder);
	return least;
}

uint64_t aspan_memory_available(const char *root)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < VERSION_COUNT; i++) {
		uint64_t available = read_version(root, &versions[i]);

		least = available < least ? available : least;
	}
	return least;
}

uint64_t aspan_memory_count_kills(const char *root)
{
	uint64_t count = 0;

	for (size_t i = 0; i < VERSION_COUNT; i++) {
		size_t point_length;
		char *folder = find_folder(root, &versions[i], &point_length);

		count += folder ? read_key(root, folder, versions[i].events, "oom_kill") : 0;
		free(folder);
	}
	return count;
}

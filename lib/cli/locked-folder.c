/* SPDX-License-Identifier: MIT */
/*
 * Folders of a recording in places that everybody writes to, which the next recording deletes if theirs was killed.
 *
 * Nothing there is trusted: symbolic links are not followed, and what is not the user's own is not touched. A folder
 * counts when it is open and locked: one that is just being made looks like a dead one to another recording, which may
 * delete it; the maker notices, and makes another.
 */
#include "locked-folder.h"

#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_ATTEMPTS 100

struct dead {
	const char *parent;
	const char *prefix;
	void (*end)(const char *path);
};

void aspan_locked_folder_visit_entries(int folder, aspan_locked_folder_visit *visit, void *data)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	if (!stream) {
		if (copy >= 0) {
			close(copy);
		}
		return;
	}
	while ((entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			visit(folder, entry->d_name, data);
		}
	}
	closedir(stream);
}

static void delete_entry(int folder, const char *name, void *unused)
{
	(void) unused;
	unlinkat(folder, name, 0);
}

void aspan_locked_folder_delete(int fd, const char *path)
{
	aspan_locked_folder_visit_entries(fd, delete_entry, NULL);
	if (rmdir(path) < 0) {
		aspan_files_remove_tree(path);
	}
}

/* The user's own folder, locked; -1: it is somebody else's, in use, or no folder. */
static int lock_folder(int parent, const char *name)
{
	struct stat opened, named;
	int folder =
		openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (folder < 0) {
		return -1;
	}
	if (fstat(folder, &opened) == 0 && opened.st_uid == geteuid() &&
	    flock(folder, LOCK_EX | LOCK_NB) == 0 &&
	    fstatat(parent, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    named.st_ino == opened.st_ino && named.st_dev == opened.st_dev) {
		return folder;
	}
	close(folder);
	return -1;
}

static void delete_if_dead(int parent, const char *name, void *data)
{
	const struct dead *dead = data;
	char *path;
	int folder;

	if (strncmp(name, dead->prefix, strlen(dead->prefix)) != 0) {
		return;
	}
	folder = lock_folder(parent, name);
	if (folder >= 0 && asprintf(&path, "%s/%s", dead->parent, name) > 0) {
		if (dead->end) {
			dead->end(path);
		}
		aspan_locked_folder_delete(folder, path);
		free(path);
	}
	if (folder >= 0) {
		close(folder);
	}
}

void aspan_locked_folder_delete_dead(const char *parent, const char *prefix,
				     void (*end)(const char *path))
{
	struct dead dead = { parent, prefix, end };
	int folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder >= 0) {
		aspan_locked_folder_visit_entries(folder, delete_if_dead, &dead);
		close(folder);
	}
}

static int try_making(int folder, const char *parent, const char *prefix, char **path, int *fd)
{
	int ret = 0;

	if (asprintf(path, "%s/%sXXXXXX", parent, prefix) < 0) {
		*path = NULL;
		return -ENOMEM;
	}
	if (!mkdtemp(*path)) {
		ret = -errno;
	} else {
		*fd = lock_folder(folder, strrchr(*path, '/') + 1);
		ret = *fd < 0 ? -EAGAIN : 0;
	}
	if (ret < 0) {
		free(*path);
		*path = NULL;
	}
	return ret;
}

int aspan_locked_folder_make(const char *parent, const char *prefix, char **path, int *fd)
{
	int folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = folder < 0 ? -errno : -EAGAIN;

	*path = NULL;
	*fd = -1;
	for (int i = 0; ret == -EAGAIN && i < MAX_ATTEMPTS; i++) {
		ret = try_making(folder, parent, prefix, path, fd);
	}
	if (folder >= 0) {
		close(folder);
	}
	return ret;
}

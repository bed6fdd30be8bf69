/* SPDX-License-Identifier: MIT */
/*
 * The folder in which the processes of one recording keep their ledgers.
 *
 * It is in a folder that everybody writes to, so nothing there is trusted: symbolic links are not followed, and what is not the
 * user's own is not touched. A folder is open and locked before it counts: one that is just being made looks
 * like a dead one to another recording, which may delete it; the maker notices, and makes another.
 */
#include "record-ledger-place.h"

#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MAX_ATTEMPTS 100
#define BLOCK_BYTES 512 /* of st_blocks */
#define HIDDEN_SUFFIX ".full"

typedef void visit_function(int folder, const char *name, void *data);

static void visit_entries(int folder, visit_function *visit, void *data)
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

/* The folder at `path`, which is open. A program may have made folders in it, too. */
static void delete_folder(int folder, const char *path)
{
	visit_entries(folder, delete_entry, NULL);
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

/* `parent_path` is a string. */
static void delete_if_dead(int parent, const char *name, void *parent_path)
{
	char *path;
	int folder;

	if (strncmp(name, ASPAN_LEDGER_PLACE_PREFIX, strlen(ASPAN_LEDGER_PLACE_PREFIX)) != 0) {
		return;
	}
	folder = lock_folder(parent, name);
	if (folder >= 0 && asprintf(&path, "%s/%s", (const char *) parent_path, name) > 0) {
		delete_folder(folder, path);
		free(path);
	}
	if (folder >= 0) {
		close(folder);
	}
}

static int name_place(struct aspan_ledger_place *place, const char *parent)
{
	if (asprintf(&place->path, "%s/" ASPAN_LEDGER_PLACE_PREFIX "XXXXXX", parent) < 0) {
		place->path = NULL;
		return -ENOMEM;
	}
	if (!mkdtemp(place->path)) {
		return -errno;
	}
	if (asprintf(&place->hidden_path, "%s" HIDDEN_SUFFIX, place->path) < 0) {
		place->hidden_path = NULL;
		rmdir(place->path);
		return -ENOMEM;
	}
	return 0;
}

static void forget(struct aspan_ledger_place *place)
{
	free(place->path);
	free(place->hidden_path);
	*place = (struct aspan_ledger_place){ .fd = -1 };
}

int aspan_ledger_place_make(struct aspan_ledger_place *place, const char *parent)
{
	int folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = folder < 0 ? -errno : -EAGAIN;

	*place = (struct aspan_ledger_place){ .fd = -1 };
	if (folder < 0) {
		return ret;
	}
	visit_entries(folder, delete_if_dead, (void *) (uintptr_t) parent);
	for (int i = 0; ret == -EAGAIN && i < MAX_ATTEMPTS; i++) {
		ret = name_place(place, parent);
		if (ret == 0) {
			place->fd = lock_folder(folder, strrchr(place->path, '/') + 1);
			ret = place->fd < 0 ? -EAGAIN : 0;
		}
		if (ret < 0) {
			forget(place);
		}
	}
	close(folder);
	return ret;
}

bool aspan_ledger_place_is_memory(const struct aspan_ledger_place *place)
{
	struct statfs status;

	return fstatfs(place->fd, &status) == 0 &&
	       (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC);
}

uint64_t aspan_ledger_place_free_bytes(const struct aspan_ledger_place *place)
{
	struct statfs status;

	return fstatfs(place->fd, &status) == 0 ?
		       (uint64_t) status.f_bavail * (uint64_t) status.f_bsize :
		       0;
}

static void add_size(int folder, const char *name, void *data)
{
	uint64_t *sum = data;
	struct stat status;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
		*sum += (uint64_t) status.st_blocks * BLOCK_BYTES;
	}
}

uint64_t aspan_ledger_place_used_bytes(const struct aspan_ledger_place *place)
{
	uint64_t sum = 0;

	visit_entries(place->fd, add_size, &sum);
	return sum;
}

void aspan_ledger_place_hide(struct aspan_ledger_place *place, bool is_hidden)
{
	const char *from = place->is_hidden ? place->hidden_path : place->path;
	const char *to = is_hidden ? place->hidden_path : place->path;

	if (is_hidden != place->is_hidden && rename(from, to) == 0) {
		place->is_hidden = is_hidden;
	}
}

void aspan_ledger_place_remove(struct aspan_ledger_place *place)
{
	if (!place->path) {
		return;
	}
	/* A process that still runs cannot make another file meanwhile. */
	aspan_ledger_place_hide(place, true);
	delete_folder(place->fd, place->is_hidden ? place->hidden_path : place->path);
	close(place->fd);
	forget(place);
}

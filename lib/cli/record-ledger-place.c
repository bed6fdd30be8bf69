/* SPDX-License-Identifier: MIT */
/*
 * The folder in which the processes of one recording keep their ledgers.
 */
#include "record-ledger-place.h"

#include "locked-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BLOCK_BYTES 512 /* of st_blocks */
#define HIDDEN_SUFFIX ".full"

static void forget(struct aspan_ledger_place *place)
{
	free(place->path);
	free(place->hidden_path);
	*place = (struct aspan_ledger_place){ .fd = -1 };
}

int aspan_ledger_place_make(struct aspan_ledger_place *place, const char *parent)
{
	int ret;

	*place = (struct aspan_ledger_place){ .fd = -1 };
	aspan_locked_folder_delete_dead(parent, ASPAN_LEDGER_PLACE_PREFIX, NULL);
	ret = aspan_locked_folder_make(parent, ASPAN_LEDGER_PLACE_PREFIX, &place->path, &place->fd);
	if (ret == 0 && asprintf(&place->hidden_path, "%s" HIDDEN_SUFFIX, place->path) < 0) {
		place->hidden_path = NULL;
		rmdir(place->path);
		close(place->fd);
		ret = -ENOMEM;
	}
	if (ret < 0) {
		forget(place);
	}
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

	aspan_locked_folder_visit_entries(place->fd, add_size, &sum);
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
	aspan_locked_folder_delete(place->fd, place->is_hidden ? place->hidden_path : place->path);
	close(place->fd);
	forget(place);
}

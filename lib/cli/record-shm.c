/* SPDX-License-Identifier: MIT */
/*
 * Where LTTng keeps the buffers of a session, and beside them the description of the trace.
 *
 * Below both places are the same folders: ust/uid/UID/64-bit, or ust/pid/NAME-PID-DATE. A description is text, which
 * babeltrace2 reads as well as LTTng's packets. The trace's own may end after any of these, so where something failed all are
 * replaced. LTTng must be done with them then.
 */
#include "record-shm.h"

#include "locked-folder.h"
#include "record-buffers.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "allocspan-buffers-"
#define DESCRIPTION "metadata"
/* babeltrace2 takes a file with a dot for no part of a trace. */
#define NEW_DESCRIPTION ".metadata"
#define DOMAIN "/ust/"
#define OPEN_FILES_OF_NFTW 16

/* nftw() gives its callback no argument. */
static struct {
	const char *output;
	int error;
} mending;

void aspan_record_shm_make(struct aspan_record_shm *shm, bool is_wanted)
{
	aspan_locked_folder_delete_dead(ASPAN_BUFFERS_DIRECTORY, PREFIX, NULL);
	if (!is_wanted ||
	    aspan_locked_folder_make(ASPAN_BUFFERS_DIRECTORY, PREFIX, &shm->path, &shm->fd) < 0) {
		*shm = (struct aspan_record_shm){ .fd = -1 };
	}
}

static int copy_bytes(int source, int target)
{
	struct stat status;
	int ret = fstat(source, &status) < 0 ? -errno : 0;

	for (off_t rest = ret < 0 ? 0 : status.st_size; ret == 0 && rest > 0;) {
		ssize_t copied = sendfile(target, source, NULL, (size_t) rest);

		if (copied <= 0) {
			ret = copied < 0 ? -errno : -EIO;
		}
		rest -= copied;
	}
	return ret;
}

/* Into a folder that is open; the old one is replaced as a whole, or stays. */
static int replace(int folder, const char *description)
{
	int source = open(description, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int target = source < 0 ?
			     -1 :
			     openat(folder, NEW_DESCRIPTION,
				    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660);
	int ret = target < 0 ? -errno : copy_bytes(source, target);

	if (target >= 0 && close(target) < 0 && ret == 0) {
		ret = -errno;
	}
	if (source >= 0) {
		close(source);
	}
	if (ret == 0 && renameat(folder, NEW_DESCRIPTION, folder, DESCRIPTION) < 0) {
		ret = -errno;
	}
	if (ret < 0 && target >= 0) {
		unlinkat(folder, NEW_DESCRIPTION, 0);
	}
	return ret;
}

static int mend(const char *description, const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int ret = 0;

	/* A process may have come that far and no further: it has no trace. */
	if (folder >= 0) {
		ret = replace(folder, description);
		close(folder);
	}
	return ret;
}

static int mend_entry(const char *path, const struct stat *status, int type, struct FTW *position)
{
	const char *below = strstr(path, DOMAIN);
	char *folder;

	(void) status;
	if (type == FTW_F && below && strcmp(path + position->base, DESCRIPTION) == 0 &&
	    asprintf(&folder, "%s%.*s", mending.output, (int) (path + position->base - 1 - below),
		     below) > 0) {
		int ret = mend(path, folder);

		mending.error = mending.error ? mending.error : ret;
		free(folder);
	}
	return 0;
}

int aspan_record_shm_mend(const struct aspan_record_shm *shm, const char *output)
{
	if (!shm->path) {
		return 0;
	}
	mending.output = output;
	mending.error = 0;
	nftw(shm->path, mend_entry, OPEN_FILES_OF_NFTW, FTW_PHYS);
	return mending.error;
}

void aspan_record_shm_delete(struct aspan_record_shm *shm)
{
	if (shm->path) {
		aspan_locked_folder_delete(shm->fd, shm->path);
		close(shm->fd);
		free(shm->path);
	}
	*shm = (struct aspan_record_shm){ .fd = -1 };
}

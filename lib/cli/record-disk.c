/* SPDX-License-Identifier: MIT */
/*
 * Whether a trace can still be written to its directory.
 *
 * How much room a file system reports says little: there are quotas, reserves for root, and read-only remounts. So a page is
 * written now and then, to a file without a name.
 */
#include "record-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_BYTES 4096
/* For the description of the trace, ledgers and allocspan.json. */
#define RESERVE_BYTES ((off_t) 512 * 1024)

/* Where there are no files without names, nothing is tried: the log of the daemon says it, too. */
static int open_nameless(int directory)
{
	return openat(directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
}

static void reserve_room(struct aspan_record_disk *disk)
{
	disk->reserve = open_nameless(disk->fd);
	if (disk->reserve >= 0 && posix_fallocate(disk->reserve, 0, RESERVE_BYTES) != 0) {
		aspan_record_disk_release(disk);
	}
}

void aspan_record_disk_init(struct aspan_record_disk *disk, const char *shown, const char *absolute)
{
	*disk = (struct aspan_record_disk){
		.shown = shown,
		.absolute = absolute,
		.fd = open(absolute, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.reserve = -1,
	};
	if (disk->fd >= 0) {
		reserve_room(disk);
	}
}

/* The directory is still what its name leads to. */
static bool is_in_place(const struct aspan_record_disk *disk)
{
	struct stat opened, named;

	return fstat(disk->fd, &opened) == 0 && stat(disk->absolute, &named) == 0 &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/* 0 or negative errno. */
static int try_writing(int directory)
{
	static const char page[PAGE_BYTES] = { 1 };
	int file = open_nameless(directory);
	int ret = 0;

	if (file < 0) {
		return errno == EROFS || errno == ENOSPC || errno == EDQUOT || errno == EIO ?
			       -errno :
			       0;
	}
	if (write(file, page, sizeof(page)) != (ssize_t) sizeof(page)) {
		ret = errno ? -errno : -ENOSPC;
	}
	/* Some file systems write when a file is closed. */
	if (close(file) < 0 && ret == 0) {
		ret = -errno;
	}
	return ret;
}

void aspan_record_disk_look(const struct aspan_record_disk *disk,
			    struct aspan_record_faults *faults)
{
	int ret;

	if (disk->fd < 0 || aspan_record_fault_is_seen(faults, ASPAN_FAULT_OUTPUT)) {
		return;
	}
	if (!is_in_place(disk)) {
		aspan_record_fault_note(faults, ASPAN_FAULT_OUTPUT,
					"%s was removed or moved; the trace goes with it; record "
					"again and leave it there",
					disk->shown);
		return;
	}
	errno = 0;
	ret = try_writing(disk->fd);
	if (ret < 0) {
		aspan_record_fault_note(
			faults, ASPAN_FAULT_OUTPUT,
			"cannot write to %s: %s; events are lost from now on; give it "
			"more room, or record less (--packed, --filter)",
			disk->shown, strerror(-ret));
	}
}

void aspan_record_disk_release(struct aspan_record_disk *disk)
{
	if (disk->reserve >= 0) {
		close(disk->reserve);
	}
	disk->reserve = -1;
}

void aspan_record_disk_fini(struct aspan_record_disk *disk)
{
	aspan_record_disk_release(disk);
	if (disk->fd >= 0) {
		close(disk->fd);
	}
	disk->fd = -1;
}

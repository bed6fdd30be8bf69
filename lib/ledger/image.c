/* SPDX-License-Identifier: MIT */
/*
 * See image.h. Here: bytes; image-claims.c has what is claimed.
 */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * A file with holes says any size and takes no room. What may be read is bounded by its blocks; a file system that
 * compresses stores zeros in fewer.
 */
#define FREE_BYTES (UINT64_C(16) << 20)
#define BYTES_OF_A_STORED_BYTE 16
/* Strings may be shared, and are read once for each that shares them. */
#define SHARING 4
/* Of a process, whose memory has no size that means anything. */
#define PROCESS_BYTES (UINT64_C(4) << 30)

static uint64_t compute_budget(const struct stat *status)
{
	uint64_t stored = (uint64_t) status->st_blocks * 512, size = (uint64_t) status->st_size;
	uint64_t budget = FREE_BYTES + BYTES_OF_A_STORED_BYTE * stored;

	return size < budget / SHARING ? size * SHARING : budget;
}

int aspan_ledger_image_open_file(struct aspan_ledger_image *image, int file, const char *name,
				 struct aspan_ledger_error *error)
{
	struct stat status;

	*image = (struct aspan_ledger_image){ .name = name, .error = error, .file = file };
	if (fstat(file, &status)) {
		return aspan_ledger_fail(error, -errno, name, "cannot look at it: %s",
					 strerror(errno));
	}
	if (!S_ISREG(status.st_mode)) {
		return aspan_ledger_fail(error, S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL, name,
					 "is a %s (expected a ledger file)",
					 S_ISDIR(status.st_mode)  ? "directory" :
					 S_ISFIFO(status.st_mode) ? "pipe" :
					 S_ISSOCK(status.st_mode) ? "socket" :
								    "device");
	}
	image->size_bytes = (uint64_t) status.st_size;
	image->budget_bytes = compute_budget(&status);
	return 0;
}

void aspan_ledger_image_open_process(struct aspan_ledger_image *image, pid_t pid, const char *name,
				     struct aspan_ledger_error *error)
{
	*image = (struct aspan_ledger_image){
		.name = name, .error = error, .file = -1, .pid = pid, .budget_bytes = PROCESS_BYTES
	};
}

void aspan_ledger_image_close(struct aspan_ledger_image *image)
{
	if (image->pid && image->file >= 0) {
		close(image->file);
	}
	free(image->claims);
	image->claims = NULL;
}

int aspan_ledger_image_is_damaged(struct aspan_ledger_image *image, const char *what, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, what);
	vsnprintf(text, sizeof(text), what, arguments);
	va_end(arguments);
	return aspan_ledger_fail(image->error, -EINVAL, image->name,
				 "damaged ledger: %s; its counts cannot be used", text);
}

static int fail_to_read(struct aspan_ledger_image *image, int code)
{
	if (image->pid && code == ESRCH) {
		return aspan_ledger_fail(image->error, -ESRCH, image->name,
					 "the process has ended (its ledger file may tell more)");
	}
	if (image->pid && (code == EPERM || code == EACCES)) {
		return aspan_ledger_fail(
			image->error, -code, image->name,
			"its memory may not be read (expected the rights of a debugger: the same "
			"user and ptrace_scope 0, or root)");
	}
	return aspan_ledger_fail(image->error, -code, image->name, "cannot read it: %s",
				 strerror(code));
}

/* The number of bytes, fewer than asked for only at the end of the file. */
static ssize_t read_all(int file, uint64_t offset, char *buffer, size_t size_bytes)
{
	size_t done = 0;

	while (done < size_bytes) {
		ssize_t part =
			pread(file, buffer + done, size_bytes - done, (off_t) (offset + done));

		if (part < 0 && errno == EINTR) {
			continue;
		}
		if (part < 0) {
			return -errno;
		}
		if (part == 0) {
			break;
		}
		done += (size_t) part;
	}
	return (ssize_t) done;
}

int aspan_ledger_image_read_at(struct aspan_ledger_image *image, uint64_t offset, void *buffer,
			       size_t size_bytes)
{
	ssize_t done = read_all(image->file, offset, buffer, size_bytes);

	if (done < 0) {
		return fail_to_read(image, (int) -done);
	}
	if ((size_t) done < size_bytes) {
		return aspan_ledger_fail(
			image->error, -EINVAL, image->name,
			"damaged ledger: it is cut off, or was made shorter while it was read "
			"(expected %" PRIu64 " bytes or more); its counts cannot be used",
			offset + size_bytes);
	}
	return 0;
}

/* Where the process has another namespace or a filter of system calls, its memory may still be there as a file. */
static int read_memory_file(struct aspan_ledger_image *image, uint64_t address, void *buffer,
			    size_t size_bytes)
{
	char path[64];
	ssize_t done;

	if (image->file < 0) {
		snprintf(path, sizeof(path), "/proc/%d/mem", (int) image->pid);
		image->file = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (image->file < 0) {
		return fail_to_read(image, errno == ENOENT ? ESRCH : errno);
	}
	done = read_all(image->file, address, buffer, size_bytes);
	if (done < 0 && done != -EIO) {
		return fail_to_read(image, (int) -done);
	}
	/* It reads as empty once the process ended or runs another program. */
	if (done == 0) {
		return fail_to_read(image, ESRCH);
	}
	return (size_t) done == size_bytes ? 0 : -EFAULT;
}

static int read_process(struct aspan_ledger_image *image, uint64_t address, void *buffer,
			size_t size_bytes)
{
	struct iovec to = { buffer, size_bytes },
		     from = { (void *) (uintptr_t) address, size_bytes };
	ssize_t done = image->file < 0 ? process_vm_readv(image->pid, &to, 1, &from, 1, 0) : -1;

	if (done >= 0) {
		return (size_t) done == size_bytes ? 0 : -EFAULT;
	}
	if (image->file >= 0 || errno == EPERM || errno == ENOSYS) {
		return read_memory_file(image, address, buffer, size_bytes);
	}
	return errno == EFAULT ? -EFAULT : fail_to_read(image, errno);
}

/* The extent that has the address, or NULL. */
static const struct aspan_ledger_extent *find_extent(const struct aspan_ledger_image *image,
						     uint64_t address)
{
	for (size_t i = 0; i < image->extent_count; i++) {
		const struct aspan_ledger_extent *extent = &image->extents[i];

		if (address >= extent->address && address - extent->address < extent->size_bytes) {
			return extent;
		}
	}
	return NULL;
}

int aspan_ledger_image_locate(struct aspan_ledger_image *image, uint64_t address,
			      uint64_t size_bytes, const char *what, uint64_t *place)
{
	const struct aspan_ledger_extent *extent;
	uint64_t within, left = UINT64_MAX - address;

	*place = address;
	if (!image->pid) {
		extent = find_extent(image, address);
		if (!extent || extent->file_offset == ASPAN_LEDGER_NOT_IN_FILE) {
			image->has_missing = true;
			return ASPAN_LEDGER_MISSING;
		}
		within = address - extent->address;
		left = extent->size_bytes - within;
		*place = extent->file_offset + within;
	}
	if (size_bytes > left) {
		return aspan_ledger_image_is_damaged(
			image, "%s at 0x%" PRIx64 " reaches out of the image", what, address);
	}
	return 0;
}

int aspan_ledger_image_read(struct aspan_ledger_image *image, uint64_t address, void *buffer,
			    size_t size_bytes, const char *what)
{
	uint64_t place;
	int result = aspan_ledger_image_locate(image, address, size_bytes, what, &place);

	if (result) {
		return result;
	}
	if (!image->pid) {
		return aspan_ledger_image_read_at(image, place, buffer, size_bytes);
	}
	result = read_process(image, place, buffer, size_bytes);
	return result == -EFAULT ? aspan_ledger_image_is_damaged(
					   image, "%s at 0x%" PRIx64 " is no memory of the process",
					   what, address) :
				   result;
}

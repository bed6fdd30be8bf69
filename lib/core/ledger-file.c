/* SPDX-License-Identifier: MIT */
/*
 * See ledger-file.h.
 */
#include "ledger-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "layout.h"
#include "process.h"

/* Since Linux 5.14; older headers lack it. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define NAME_PREFIX "/allocspan-"
/* Four numbers of up to 20 digits, and what is between them. */
#define LONGEST_NAME (sizeof(NAME_PREFIX) + 4 * (size_t) (20 + 1) + sizeof(ASPAN_LEDGER_SUFFIX))
#define TRIES 8
#define DECIMAL 10

/*
 * By direct system calls: what the C library has instead is where a thread is cancelled, which must not happen in malloc and
 * under a lock; and other libraries put themselves before it. liblttng-ust-fd takes a lock around close(), which in a child of _Fork()
 * may be taken for ever. It has no business with our descriptors: LTTng knows only its own ones.
 */
static int open_file(const char *path, int flags, mode_t mode)
{
	return (int) syscall(SYS_openat, AT_FDCWD, path, flags | O_NOFOLLOW | O_CLOEXEC, mode);
}

static void close_file(int fd)
{
	syscall(SYS_close, fd);
}

static char *append_text(char *end, const char *text)
{
	return stpcpy(end, text);
}

static char *append_number(char *end, uint64_t number)
{
	char digits[20];
	size_t count = 0;

	do {
		digits[count++] = (char) ('0' + number % DECIMAL);
		number /= DECIMAL;
	} while (number);
	while (count > 0) {
		*end++ = digits[--count];
	}
	*end = '\0';
	return end;
}

static uint64_t take_random(void)
{
	uint64_t number = 0;

	if (syscall(SYS_getrandom, &number, sizeof(number), GRND_NONBLOCK) != sizeof(number)) {
		/* Early in a system's life; the name is only tried again if somebody has it. */
		number = aspan_process.start_ns ^ (uintptr_t) &number;
	}
	return number;
}

static void write_path(struct aspan_ledger_file *file, const char *folder, uint64_t pid_ns)
{
	char *end = append_text(file->path, folder);

	end = append_number(append_text(end, NAME_PREFIX), aspan_process.start_ns);
	end = append_number(append_text(end, "-"), pid_ns);
	end = append_number(append_text(end, "-"), (uint64_t) aspan_process.pid);
	end = append_number(append_text(end, "-"), take_random());
	append_text(end, ASPAN_LEDGER_SUFFIX);
}

static bool note_identity(struct aspan_ledger_file *file, int fd)
{
	struct stat its;

	if (fstat(fd, &its) != 0) {
		return false;
	}
	file->device = its.st_dev;
	file->inode = its.st_ino;
	return true;
}

/* Who owns the folder can read and replace what is in it. */
static bool is_trusted(const char *folder)
{
	struct stat its;

	return lstat(folder, &its) == 0 && S_ISDIR(its.st_mode) &&
	       (its.st_uid == geteuid() || its.st_uid == 0);
}

static bool create(struct aspan_ledger_file *file, const char *folder)
{
	uint64_t pid_ns = aspan_process_read_pid_ns();
	int fd = -1;

	for (int i = 0; i < TRIES && fd < 0 && (i == 0 || errno == EEXIST); i++) {
		write_path(file, folder, pid_ns);
		fd = open_file(file->path, O_RDWR | O_CREAT | O_EXCL, 0600);
	}
	if (fd < 0) {
		return false;
	}
	if (!note_identity(file, fd)) {
		unlink(file->path);
		close_file(fd);
		return false;
	}
	close_file(fd);
	return true;
}

bool aspan_ledger_file_create(struct aspan_ledger_file *file, const char *folder)
{
	int saved_errno = errno;
	bool is_done = strlen(folder) + LONGEST_NAME <= sizeof(file->path) && is_trusted(folder) &&
		       create(file, folder);

	if (!is_done) {
		file->path[0] = '\0';
	}
	file->size_bytes = 0;
	errno = saved_errno;
	return is_done;
}

/* The program may have moved to another root, where the path is another file, or none. */
static int reopen(const struct aspan_ledger_file *file)
{
	int fd = file->path[0] ? open_file(file->path, O_RDWR, 0) : -1;
	struct stat its;

	if (fd >= 0 &&
	    (fstat(fd, &its) != 0 || its.st_dev != file->device || its.st_ino != file->inode)) {
		close_file(fd);
		return -1;
	}
	return fd;
}

/* Beyond that limit, the kernel would send a signal. */
static bool is_within_limit(size_t size_bytes)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	       (limit.rlim_cur == RLIM_INFINITY || size_bytes <= limit.rlim_cur);
}

static bool map(struct aspan_ledger_file *file, int fd, char *start, size_t bytes)
{
	if (!is_within_limit(file->size_bytes + bytes) ||
	    ftruncate(fd, (off_t) (file->size_bytes + bytes)) != 0) {
		return false;
	}
	return mmap(start, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
		    (off_t) file->size_bytes) != MAP_FAILED;
}

bool aspan_ledger_file_map(struct aspan_ledger_file *file, char *start, size_t bytes)
{
	int saved_errno = errno;
	int fd = reopen(file);
	bool is_done = fd >= 0 && map(file, fd, start, bytes);

	if (fd >= 0) {
		close_file(fd);
	}
	if (is_done) {
		file->size_bytes += bytes;
	}
	errno = saved_errno;
	return is_done;
}

bool aspan_ledger_file_reserve(char *start, size_t bytes)
{
	int saved_errno = errno;
	int result;

	do {
		result = madvise(start, bytes, MADV_POPULATE_WRITE);
	} while (result != 0 && (errno == EINTR || errno == EAGAIN));
	errno = saved_errno;
	return result == 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Gathers ledgers: copies them to the trace, and deletes them where the processes kept them.
 *
 * Who writes to a ledger is asked of the kernel, not of the ledger: pids are used again, differ between containers, and
 * an exec that fails opens a closed ledger again. A mapping for writing keeps its file open for writing, also after
 * close(), and there is no read lease on such a file. So where a lease is granted, the last writer is gone, however it ended.
 *
 * The programs that are recorded may put anything into the folder; only regular files are read, nothing is followed, and
 * names are taken over only where they are plain.
 */
#include "record-gather.h"

#include "array.h"
#include "layout.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_BYTES 4096

void aspan_record_gather_init(struct aspan_record_gather *gather, int from, int output)
{
	*gather = (struct aspan_record_gather){ .from = from, .output = output, .to = -1 };
}

static bool is_ledger_name(const char *name)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t length = strlen(name), suffix = strlen(ASPAN_LEDGER_SUFFIX);

	return length > suffix && *name != '.' && strspn(name, plain) == length &&
	       strcmp(name + length - suffix, ASPAN_LEDGER_SUFFIX) == 0;
}

/* 0: no process can write to it any more; -EAGAIN: one can; another negative errno: the kernel has no answer. */
static int ask_for_writers(int file)
{
	/* Who opens the file in this moment would have SIGIO sent to us, which kills. */
	fcntl(file, F_SETSIG, SIGURG);
	if (fcntl(file, F_SETLEASE, F_RDLCK) < 0) {
		return -errno;
	}
	fcntl(file, F_SETLEASE, F_UNLCK);
	return 0;
}

static int open_target(struct aspan_record_gather *gather)
{
	if (gather->to >= 0) {
		return 0;
	}
	if (mkdirat(gather->output, ASPAN_GATHER_DIRECTORY, 0700) < 0 && errno != EEXIST) {
		return -errno;
	}
	gather->to = openat(gather->output, ASPAN_GATHER_DIRECTORY,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return gather->to < 0 ? -errno : 0;
}

static bool is_zero(const char *bytes, size_t count)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

static int copy_page(int source, int target, off_t offset, size_t count)
{
	char page[PAGE_BYTES];
	ssize_t got = pread(source, page, count, offset);

	if (got < 0) {
		return -errno;
	}
	if (got == 0 || is_zero(page, (size_t) got)) {
		return 0;
	}
	/* A disk that is full takes a part; the rest of it says why. */
	for (ssize_t done = 0; done < got;) {
		ssize_t put = pwrite(target, page + done, (size_t) (got - done), offset + done);

		if (put <= 0) {
			return put < 0 ? -errno : -EIO;
		}
		done += put;
	}
	return 0;
}

static int copy_range(int source, int target, off_t begin, off_t end)
{
	int ret = 0;

	while (ret == 0 && begin < end) {
		off_t next = (begin / PAGE_BYTES + 1) * PAGE_BYTES;

		next = next < end ? next : end;
		ret = copy_page(source, target, begin, (size_t) (next - begin));
		begin = next;
	}
	return ret;
}

/* A ledger is mostly reserved room that was never written. */
static int copy_data(int source, int target, off_t size)
{
	off_t begin = 0, end;
	int ret = ftruncate(target, size) < 0 ? -errno : 0;

	while (ret == 0 && begin < size) {
		begin = lseek(source, begin, SEEK_DATA);
		if (begin < 0) {
			return errno == ENXIO ? 0 : -errno;
		}
		end = lseek(source, begin, SEEK_HOLE);
		end = end < 0 || end > size ? size : end;
		ret = copy_range(source, target, begin, end);
		begin = end;
	}
	return ret;
}

/* So that whoever reads the copy knows that the process was not dead. */
static int note_copied(int target)
{
	uint32_t state = 0;
	off_t place = offsetof(struct aspan_ledger_header, state);

	if (pread(target, &state, sizeof(state), place) != sizeof(state) ||
	    state != ASPAN_LEDGER_OPEN) {
		return 0;
	}
	state = ASPAN_LEDGER_COPIED;
	return pwrite(target, &state, sizeof(state), place) == sizeof(state) ? 0 : -EIO;
}

static int copy(struct aspan_record_gather *gather, int source, const char *name, off_t size,
		bool is_running)
{
	int ret = open_target(gather);
	int target;

	if (ret < 0) {
		return ret;
	}
	target = openat(gather->to, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (target < 0) {
		return -errno;
	}
	ret = copy_data(source, target, size);
	if (ret == 0 && is_running) {
		ret = note_copied(target);
	}
	if (close(target) < 0 && ret == 0) {
		ret = -errno;
	}
	if (ret < 0) {
		unlinkat(gather->to, name, 0);
	}
	return ret;
}

static void note_running(struct aspan_record_gather *gather, const char *name)
{
	char **place = ASPAN_ARRAY_APPEND(gather, running, running);

	if (place) {
		*place = strdup(name);
	}
}

static void note_lost(struct aspan_record_gather *gather, int error)
{
	gather->lost_count++;
	gather->error = gather->error ? gather->error : error;
}

static void take(struct aspan_record_gather *gather, int file, const char *name, bool is_final)
{
	/* Where the kernel has no answer, a process may still write. */
	bool is_running = ask_for_writers(file) < 0;
	struct stat status;
	int ret;

	/* An empty one says nothing yet: its process may just have made it, and not opened it again. */
	if (fstat(file, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size == 0 ||
	    (is_running && !is_final)) {
		return;
	}
	ret = copy(gather, file, name, status.st_size, is_running);
	if (ret == 0) {
		gather->count++;
		unlinkat(gather->from, name, 0);
	} else if (is_final) {
		note_lost(gather, ret);
	}
	if (ret == 0 && is_running) {
		note_running(gather, name);
	}
}

/* Calls `visit` for each ledger until one gives true. */
static bool visit_ledgers(const struct aspan_record_gather *gather,
			  bool (*visit)(int file, const char *name, void *data), void *data)
{
	int copy = openat(gather->from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	bool is_done = false;

	while (stream && !is_done && (entry = readdir(stream))) {
		int file = is_ledger_name(entry->d_name) ?
				   openat(gather->from, entry->d_name,
					  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) :
				   -1;

		if (file >= 0) {
			is_done = visit(file, entry->d_name, data);
			close(file);
		}
	}
	if (stream) {
		closedir(stream);
	} else if (copy >= 0) {
		close(copy);
	}
	return is_done;
}

static bool take_ended(int file, const char *name, void *gather)
{
	take(gather, file, name, false);
	return false;
}

static bool take_any(int file, const char *name, void *gather)
{
	take(gather, file, name, true);
	return false;
}

static bool take_or_list(int file, const char *name, void *data)
{
	struct aspan_record_gather *gather = data;

	if (ask_for_writers(file) < 0) {
		note_running(gather, name);
	} else {
		take(gather, file, name, true);
	}
	return false;
}

void aspan_record_gather_once(struct aspan_record_gather *gather)
{
	visit_ledgers(gather, take_or_list, gather);
}

void aspan_record_gather_ended(struct aspan_record_gather *gather)
{
	visit_ledgers(gather, take_ended, gather);
}

void aspan_record_gather_all(struct aspan_record_gather *gather)
{
	visit_ledgers(gather, take_any, gather);
}

struct seeking {
	bool (*found)(int file, const char *name, void *data);
	void *data;
};

static bool visit_if_written(int file, const char *name, void *data)
{
	const struct seeking *seeking = data;

	return ask_for_writers(file) == -EAGAIN && seeking->found(file, name, seeking->data);
}

bool aspan_record_gather_find_written(const struct aspan_record_gather *gather,
				      bool (*found)(int file, const char *name, void *data),
				      void *data)
{
	struct seeking seeking = { found, data };

	return gather->from >= 0 && visit_ledgers(gather, visit_if_written, &seeking);
}

bool aspan_record_gather_is_running(const struct aspan_record_gather *gather, const char *name)
{
	for (size_t i = 0; i < gather->running_count; i++) {
		if (gather->running[i] && strcmp(gather->running[i], name) == 0) {
			return true;
		}
	}
	return false;
}

void aspan_record_gather_fini(struct aspan_record_gather *gather)
{
	for (size_t i = 0; i < gather->running_count; i++) {
		free(gather->running[i]);
	}
	free(gather->running);
	if (gather->to >= 0) {
		close(gather->to);
	}
	*gather = (struct aspan_record_gather){ .from = -1, .output = -1, .to = -1 };
}

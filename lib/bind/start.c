/* SPDX-License-Identifier: MIT */
/*
 * The library's start: the bindings that the environment asks for.
 */
#include <allocspan/bind.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binding.h"
#include "lock.h"
#include "open-spans.h"
#include "record.h"
#include "spec.h"
#include "store.h"
#include "tell.h"

#define ENV_BIND "ALLOCSPAN_BIND"
#define ENV_BIND_FILE "ALLOCSPAN_BIND_FILE"
#define FILE_BYTES_MAX ((size_t) 1024 * 1024)

/* They live as long as the process. */
static void bind_list(const char *list)
{
	const char *start;
	size_t length;

	while ((length = aspan_bind_spec_next(&list, &start)) > 0) {
		char spec[ASPAN_BIND_SPEC_BYTES];
		char message[ASPAN_BIND_MESSAGE_BYTES];

		if (length >= sizeof(spec)) {
			aspan_bind_tell("a SPEC of more than %zu bytes is passed over",
					sizeof(spec) - 1);
			continue;
		}
		memcpy(spec, start, length);
		spec[length] = '\0';
		if (!allocspan_bind(spec, message, sizeof(message))) {
			aspan_bind_tell("'%s' is not bound: %s", spec,
					*message ? message : strerrordesc_np(errno));
		}
	}
}

static size_t read_all(int file, char *text, size_t size_bytes)
{
	size_t length = 0;
	ssize_t more;

	while (length < size_bytes && (more = read(file, text + length, size_bytes - length)) > 0) {
		length += (size_t) more;
	}
	return length;
}

static void bind_file(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status = { .st_size = 0 };
	size_t size_bytes;
	char *text;

	if (file < 0 || fstat(file, &status) != 0 || (size_t) status.st_size > FILE_BYTES_MAX) {
		aspan_bind_tell(ENV_BIND_FILE "=%s cannot be read: %s", path,
				file < 0 ? strerrordesc_np(errno) : "it is too large");
	} else if (status.st_size > 0) {
		size_bytes = (size_t) status.st_size + 1;
		text = aspan_bind_map(size_bytes);
		if (text) {
			read_all(file, text, size_bytes - 1);
			bind_list(text);
			aspan_bind_unmap(text, size_bytes);
		}
	}
	if (file >= 0) {
		close(file);
	}
}

static void after_fork_in_child(void)
{
	aspan_bind_threads_after_fork();
	aspan_bind_lock_after_fork();
}

__attribute__((constructor)) static void start(void)
{
	/* A set-user-id program is not steered by its environment. */
	const char *list = secure_getenv(ENV_BIND);
	const char *path = secure_getenv(ENV_BIND_FILE);
	int saved_errno = errno;
	uint32_t busy = aspan_record_internal_begin();

	aspan_bind_tell_init();
	aspan_bind_threads_init();
	pthread_atfork(aspan_bind_lock_before_fork, aspan_bind_lock_after_fork,
		       after_fork_in_child);
	if (list) {
		bind_list(list);
	}
	if (path && *path) {
		bind_file(path);
	}
	atexit(aspan_bind_bindings_tell);
	aspan_record_internal_end(busy);
	errno = saved_errno;
}

/* SPDX-License-Identifier: MIT */
/*
 * See open-file.h.
 */
#include "open-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int aspan_ledger_open_file(const char *path, struct aspan_ledger_error *error)
{
	/* A pipe without a writer does not block, and is then seen to be none. */
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (file >= 0) {
		return file;
	}
	if (errno == ELOOP) {
		return aspan_ledger_fail(error, -ELOOP, path,
					 "is a symbolic link (expected a ledger file)");
	}
	if (errno == ENXIO) {
		return aspan_ledger_fail(error, -EINVAL, path,
					 "is a socket or device (expected a ledger file)");
	}
	return aspan_ledger_fail(error, -errno, path, "cannot open it: %s", strerror(errno));
}

/* SPDX-License-Identifier: MIT */
/*
 * Brings liballocspan-bind into a program whose environment asks for bindings and that has only the interposer preloaded.
 *
 * Opened this late, it binds what the program was started with; objects that come later are bound as they come only
 * where it is preloaded itself, as `allocspan record --bind` does (allocspan-bind(7)).
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

#define BIND_FILE "liballocspan-bind.so.0"
#define ENV_BIND "ALLOCSPAN_BIND"
#define ENV_BIND_FILE "ALLOCSPAN_BIND_FILE"

static void open_beside(const void *us)
{
	char path[PATH_MAX];
	const char *slash;
	Dl_info library;
	int length;

	if (!dladdr(us, &library) || !library.dli_fname) {
		return;
	}
	slash = strrchr(library.dli_fname, '/');
	length = snprintf(path, sizeof(path), "%.*s" BIND_FILE,
			  slash ? (int) (slash - library.dli_fname) + 1 : 0, library.dli_fname);
	if (length > 0 && (size_t) length < sizeof(path)) {
		dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	}
}

/* A set-user-id program is not steered by its environment. */
static bool is_wanted(void)
{
	return secure_getenv(ENV_BIND) || secure_getenv(ENV_BIND_FILE);
}

__attribute__((constructor)) static void start(void)
{
	int saved_errno = errno;
	uint32_t busy;

	if (is_wanted()) {
		busy = aspan_record_internal_begin();
		open_beside((const void *) start);
		aspan_record_internal_end(busy);
	}
	errno = saved_errno;
}

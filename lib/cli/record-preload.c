/* SPDX-License-Identifier: MIT */
/*
 * Which libraries are preloaded into the command: the interposer, what LTTng needs around fork() and close(), and what the user preloads.
 */
#include "record-preload.h"

#include "locate.h"
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERPOSER "liballocspan-preload.so"
#define UST_PACKAGE "liblttng-ust1"

/* The interposer first: it hands on to whatever allocator the user preloads. */
int aspan_record_preload_find(const struct aspan_record_bind *bind, char **preload)
{
	static const char *const ust_names[] = { "liblttng-ust-fork.so.1", "liblttng-ust-fd.so.1" };
	const char *own = getenv("LD_PRELOAD");
	char *interposer, *ust_paths[2];
	int ret = aspan_locate_library(INTERPOSER, &interposer);

	if (ret < 0) {
		aspan_terminal_error("%s not found; build or install allocspan as a whole",
				     interposer ? interposer : INTERPOSER);
	} else if (strpbrk(interposer, ": ")) {
		aspan_terminal_error("%s cannot be preloaded: its path has a colon or a space; "
				     "install allocspan elsewhere",
				     interposer);
		ret = -EINVAL;
	} else if (aspan_locate_preloads(ust_names, 2, ust_paths) == 0) {
		if (!ust_paths[0] || !ust_paths[1]) {
			aspan_terminal_error("%s not found; install Debian's " UST_PACKAGE,
					     ust_names[ust_paths[0] ? 1 : 0]);
			ret = -ENOENT;
		}
		free(ust_paths[0]);
		free(ust_paths[1]);
	}
	if (ret == 0) {
		ret = aspan_record_bind_add_library(bind, &interposer);
	}
	if (ret == 0 && asprintf(preload, "%s:%s:%s%s%s", interposer, ust_names[0], ust_names[1],
				 own && *own ? ":" : "", own ? own : "") < 0) {
		*preload = NULL;
		ret = -ENOMEM;
	}
	free(interposer);
	return ret;
}

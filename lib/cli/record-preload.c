/* SPDX-License-Identifier: MIT */
/*
 * Selects the libraries that are preloaded into the command: the interposer, LTTng's helpers for close() and for fork(), and the
 * libraries that the user preloads.
 *
 * LTTng's helper for fork() loads LTTng into every process, and with it threads and buffers. The interposer does the helper's work for
 * our own events, and loads LTTng only where it is needed. So the helper is preloaded only if the user records more than
 * our events: it also keeps the contexts of users and namespaces up to date.
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

static bool needs_fork_helper(const struct aspan_record_options *options)
{
	return options->context_count + options->event_count + options->binding_count > 0;
}

/* The interposer first: it hands on to whatever allocator the user preloads. */
int aspan_record_preload_find(const struct aspan_record_options *options,
			      const struct aspan_record_bind *bind, char **preload)
{
	static const char *const ust_names[] = { "liblttng-ust-fd.so.1", "liblttng-ust-fork.so.1" };
	const char *own = getenv("LD_PRELOAD");
	bool has_helper = needs_fork_helper(options);
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
	if (ret == 0 &&
	    asprintf(preload, "%s:%s%s%s%s%s", interposer, ust_names[0], has_helper ? ":" : "",
		     has_helper ? ust_names[1] : "", own && *own ? ":" : "", own ? own : "") < 0) {
		*preload = NULL;
		ret = -ENOMEM;
	}
	free(interposer);
	return ret;
}

/* SPDX-License-Identifier: MIT */
/*
 * The files whose tracepoints a program has: its own and those of its libraries.
 */
#ifndef ASPAN_CLI_TRACEPOINTS_OBJECTS_H
#define ASPAN_CLI_TRACEPOINTS_OBJECTS_H

#include "tracepoints-list.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Adds the tracepoints of a program's file, and of the libraries that it would be started with, as its dynamic loader
 * lists them; what it opens later is not known. LTTng's own libraries and allocspan's are left out. 0 or negative errno.
 */
int aspan_tracepoints_of_program(struct aspan_tracepoint_list *list, const char *path);

/* Adds those of all that is mapped into a running process. 0 or negative errno. */
int aspan_tracepoints_of_process(struct aspan_tracepoint_list *list, pid_t pid);

#endif

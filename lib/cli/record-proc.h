/* SPDX-License-Identifier: MIT */
/*
 * What /proc says of a process. Nothing is stopped for that, so each answer may be stale when it is there.
 */
#ifndef ASPAN_CLI_RECORD_PROC_H
#define ASPAN_CLI_RECORD_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct aspan_proc_status {
	pid_t parent;
	bool is_zombie;
	uint64_t start_ticks; /* with the pid, which process it is */
	uint64_t stack; /* where its stack begins: differs after an exec; 0: not known */
	uint64_t
		environment; /* where its environment begins; 0: exec has not come that far, or not known */
	char name[64]; /* as ps has it */
};

/* False if there is no such process. */
bool aspan_proc_read_status(pid_t pid, struct aspan_proc_status *status);

/* Calls `found` for the children of all its threads. */
void aspan_proc_find_children(pid_t pid, void (*found)(pid_t child, void *data), void *data);

/* Calls `found` for all processes. */
void aspan_proc_find_all(void (*found)(pid_t pid, void *data), void *data);

enum aspan_proc_library {
	ASPAN_PROC_LIBRARY_UNKNOWN, /* the process may not be looked at, or is gone */
	ASPAN_PROC_LIBRARY_LOADING, /* the loader may still come to it */
	ASPAN_PROC_LIBRARY_ABSENT,
	ASPAN_PROC_LIBRARY_PRESENT,
};

/* Whether a file whose name begins with `name` is mapped. Preloaded libraries are mapped before others. */
enum aspan_proc_library aspan_proc_find_library(pid_t pid, const char *name);

/*
 * The file /proc/PID/NAME, at most `size` - 1 bytes of it and a 0 behind. How many bytes, or negative errno.
 */
ssize_t aspan_proc_read(pid_t pid, const char *name, char *bytes, size_t size);

/* A variable of the environment with which it was executed, in what aspan_proc_read(pid, "environ") gave; or NULL. */
const char *aspan_proc_get_variable(const char *environment, size_t size, const char *name);

/* The loader's secure mode: it ignores LD_PRELOAD. */
bool aspan_proc_is_secure(pid_t pid);

/* The effective user; -1 if not known. */
int64_t aspan_proc_get_user(pid_t pid);

/* Whether its root directory is another than ours. */
bool aspan_proc_has_other_root(pid_t pid);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A child process that has loaded a library with liballocspan's name, in which a ledger made by hand is found. The ledger was made by
 * the parent, at the address at which the child has it, too.
 */
#ifndef ASPAN_TEST_LEDGER_CHILD_H
#define ASPAN_TEST_LEDGER_CHILD_H

#include "ledger-support.h"

#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

struct ledger_child {
	const char *library; /* NULL: none is loaded */
	const struct ledger_maker *maker; /* NULL: it has no ledger */
	void (*before)(void); /* in the child, before it loads the library; NULL: nothing */
	void (*behind)(void); /* after; the child is ready when it returns */
	pid_t pid;
};

static inline void ledger_child_show(const struct ledger_child *child)
{
	void *library = dlopen(child->library, RTLD_NOW);
	struct aspan_ledger_locator *locator = library ? dlsym(library, ASPAN_LEDGER_SYMBOL) : NULL;

	if (!locator) {
		fprintf(stderr, "%s\n", dlerror());
		_exit(1);
	}
	if (child->maker) {
		locator->pid = getpid();
		locator->header = (uint64_t) (uintptr_t) child->maker->header;
	}
}

static inline void ledger_child_run(const struct ledger_child *child, int ready)
{
	/* A test that fails leaves nothing behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (child->before) {
		child->before();
	}
	if (child->library) {
		ledger_child_show(child);
	}
	if (child->behind) {
		child->behind();
	}
	if (write(ready, "", 1) == 1) {
		pause();
	}
	_exit(1);
}

/* Begins the child and waits until it is ready; false if it cannot be. */
static inline bool ledger_child_begin(struct ledger_child *child)
{
	int ends[2];
	char byte;
	bool is_ready;

	if (pipe(ends)) {
		abort();
	}
	child->pid = fork();
	if (child->pid == 0) {
		ledger_child_run(child, ends[1]);
	}
	close(ends[1]);
	is_ready = read(ends[0], &byte, 1) == 1;
	close(ends[0]);
	return is_ready;
}

static inline void ledger_child_end(const struct ledger_child *child)
{
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
}

/* Into the child's copy of the ledger, at the same address. */
static inline void ledger_child_poke(const struct ledger_child *child, void *bytes,
				     size_t size_bytes)
{
	struct iovec part = { bytes, size_bytes };

	if (process_vm_writev(child->pid, &part, 1, &part, 1, 0) != (ssize_t) size_bytes) {
		abort();
	}
}

/* A ledger at its real addresses. */
static inline void ledger_init_real(struct ledger_maker *maker)
{
	unsigned char *bytes = calloc(1, LEDGER_BYTES);

	ledger_init_at(maker, bytes, (uint64_t) (uintptr_t) bytes);
}

#endif

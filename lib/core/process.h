/* SPDX-License-Identifier: MIT */
/*
 * Which process this is, and how it notices that it is another one.
 *
 * A forked child has a copy of all our memory, and must not go on as its parent: counters and the ledger are the parent's. fork()
 * tells us by its handlers; _Fork(), clone() and direct system calls do not. So the word that all hot paths test anyway is on
 * a page that the kernel wipes in a child. While it says ASPAN_HOOK_KNOWN, this is the process that set it; a child
 * finds 0, leaves the hot path, and notices (life.h).
 *
 * A child of vfork() shares the memory, is not wiped, and counts as its parent.
 */
#ifndef ASPAN_CORE_PROCESS_H
#define ASPAN_CORE_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "compiler.h"
#include "trace-process.h"

/* Why an allocation or a free leaves the hot path, and that it need not; a set of bits. */
enum aspan_hook {
	ASPAN_HOOK_TRACKER = 1,
	ASPAN_HOOK_BUDGET = 2,
	ASPAN_HOOK_DISABLED = 4, /* new blocks are not tracked */
	ASPAN_HOOK_KNOWN = 8, /* this process is the one that the library knows */
};

/* The page, where that is not larger. */
#define ASPAN_PROCESS_WIPED_BYTES 4096

union aspan_process_wiped {
	struct {
		_Atomic uint32_t hooks; /* enum aspan_hook */
		uint32_t
			era_word; /* `fork_depth` as words of the owner map have it; with ASPAN_HOOK_KNOWN */
		_Atomic bool is_noticing; /* a thread makes this child known */
	};
	char page[ASPAN_PROCESS_WIPED_BYTES];
};

extern ASPAN_HIDDEN union aspan_process_wiped aspan_process_wiped;

/* Bits of a word of the owner map: 0 before the first fork, and the last one from the seventh on. */
#define ASPAN_PROCESS_ERA_SHIFT 29
#define ASPAN_PROCESS_LAST_ERA 7

static inline uint32_t aspan_process_hooks(void)
{
	/* Relaxed: switches that any thread may throw at any time. */
	return atomic_load_explicit(&aspan_process_wiped.hooks, memory_order_relaxed);
}

/* Whether nothing but the ordinary is wanted: what hot paths ask. */
static inline bool aspan_process_is_plain(void)
{
	return aspan_likely(aspan_process_hooks() == ASPAN_HOOK_KNOWN);
}

static inline bool aspan_process_has_hook(enum aspan_hook hook)
{
	return aspan_process_hooks() & hook;
}

void aspan_process_set_hook(enum aspan_hook hook, bool is_set);

struct aspan_process {
	pid_t pid; /* 0 before aspan_process_init() */
	uint64_t start_ns; /* CLOCK_MONOTONIC: when this program, or this forked child, began */
	uint64_t start_realtime_ns;
	uint64_t parent_start_ns; /* the parent's, if it forked us; else 0 */
	enum aspan_trace_begin_how how;
	uint32_t fork_depth; /* forks without exec */
	bool is_wiped_in_children; /* the kernel wipes; else only fork()'s handlers tell of a child */
};

extern ASPAN_HIDDEN struct aspan_process aspan_process;

/* Makes this process known, at the library's start, and its children wiped. Again is harmless. */
void aspan_process_init(void);

/* This is a child, and has an identity of its own. */
void aspan_process_begin_child(enum aspan_trace_begin_how how);

/* From here on hot paths are hot again. */
void aspan_process_become_known(void);

/* The inode of the PID namespace, or 0 if it cannot be known. A system call. */
uint64_t aspan_process_read_pid_ns(void);

/* The path of the program, cut off if it is longer; empty if it cannot be known. A system call. */
void aspan_process_read_exe(char *path, size_t size_bytes);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * See process.h.
 */
#include "process.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)

_Alignas(ASPAN_PROCESS_WIPED_BYTES) union aspan_process_wiped aspan_process_wiped;

struct aspan_process aspan_process;

/* The hooks that are wanted, where no child finds them wiped. */
static _Atomic uint32_t wanted_hooks;

void aspan_process_set_hook(enum aspan_hook hook, bool is_set)
{
	/* Relaxed: switches that any thread may throw at any time. */
	if (is_set) {
		atomic_fetch_or_explicit(&wanted_hooks, hook, memory_order_relaxed);
		/* Release: what a hook is for is set up before. */
		atomic_fetch_or_explicit(&aspan_process_wiped.hooks, hook, memory_order_release);
	} else {
		atomic_fetch_and_explicit(&wanted_hooks, ~(uint32_t) hook, memory_order_relaxed);
		atomic_fetch_and_explicit(&aspan_process_wiped.hooks, ~(uint32_t) hook,
					  memory_order_relaxed);
	}
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now = { 0 };

	clock_gettime(clock, &now);
	return (uint64_t) now.tv_sec * NS_PER_S + (uint64_t) now.tv_nsec;
}

static void begin(enum aspan_trace_begin_how how)
{
	aspan_process.pid = getpid();
	aspan_process.start_ns = now_ns(CLOCK_MONOTONIC);
	aspan_process.start_realtime_ns = now_ns(CLOCK_REALTIME);
	aspan_process.how = how;
}

void aspan_process_become_known(void)
{
	uint32_t era = aspan_process.fork_depth;

	if (era > ASPAN_PROCESS_LAST_ERA) {
		era = ASPAN_PROCESS_LAST_ERA;
	}
	aspan_process_wiped.era_word = era << ASPAN_PROCESS_ERA_SHIFT;
	/* Release: pairs with the acquire in aspan_life_know_slow(). */
	atomic_fetch_or_explicit(&aspan_process_wiped.hooks,
				 ASPAN_HOOK_KNOWN |
					 atomic_load_explicit(&wanted_hooks, memory_order_relaxed),
				 memory_order_release);
}

/* In a child the page is the same memory, wiped. */
static bool wipe_in_children(void)
{
	int saved_errno = errno;
	bool is_done =
		getpagesize() <= ASPAN_PROCESS_WIPED_BYTES &&
		madvise(&aspan_process_wiped, sizeof(aspan_process_wiped), MADV_WIPEONFORK) == 0;

	errno = saved_errno;
	return is_done;
}

void aspan_process_init(void)
{
	if (aspan_process.pid) {
		return;
	}
	aspan_process.is_wiped_in_children = wipe_in_children();
	begin(ASPAN_BEGIN_LOAD);
	aspan_process_become_known();
}

void aspan_process_begin_child(enum aspan_trace_begin_how how)
{
	aspan_process.parent_start_ns = aspan_process.start_ns;
	aspan_process.fork_depth++;
	begin(how);
}

uint64_t aspan_process_read_pid_ns(void)
{
	int saved_errno = errno;
	struct stat its;
	uint64_t inode = stat("/proc/self/ns/pid", &its) == 0 ? its.st_ino : 0;

	errno = saved_errno;
	return inode;
}

void aspan_process_read_exe(char *path, size_t size_bytes)
{
	int saved_errno = errno;
	ssize_t length = readlink("/proc/self/exe", path, size_bytes - 1);

	path[length > 0 ? length : 0] = '\0';
	errno = saved_errno;
}

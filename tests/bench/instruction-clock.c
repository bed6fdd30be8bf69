/* SPDX-License-Identifier: MIT */
/*
 * Time for counted runs, to be preloaded: how many instructions a program takes then depends on what it does alone.
 *
 * A recording program looks at the clock. How long a number for the time since the last record is, and how much the helper
 * thread encodes in place of the thread that is counted, follow from how fast the machine is and what else it does. So:
 *
 * - CLOCK_MONOTONIC moves by STEP_NS each time that somebody reads it, and not otherwise;
 * - a thread other than the main one that sleeps by clock_nanosleep() does not wake up.
 *
 * Runs inside of the interposer: no allocation, no lock.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* About what passes between two records of a busy thread: it is written in one byte, as there. */
#define STEP_NS 50
#define NS_PER_S UINT64_C(1000000000)

#define EXPORTED __attribute__((visibility("default")))

/* Some start: nothing is before it. */
static _Atomic uint64_t now_ns = NS_PER_S;

EXPORTED int clock_gettime(clockid_t clock, struct timespec *time)
{
	uint64_t ns;

	if (clock != CLOCK_MONOTONIC) {
		return (int) syscall(SYS_clock_gettime, clock, time);
	}
	/* Relaxed: no more is asked of it than that it grows. */
	ns = atomic_fetch_add_explicit(&now_ns, STEP_NS, memory_order_relaxed) + STEP_NS;
	time->tv_sec = (time_t) (ns / NS_PER_S);
	time->tv_nsec = (long) (ns % NS_PER_S);
	return 0;
}

EXPORTED int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
			     struct timespec *left)
{
	while (gettid() != getpid()) {
		pause();
	}
	return syscall(SYS_clock_nanosleep, clock, flags, time, left) == 0 ? 0 : errno;
}

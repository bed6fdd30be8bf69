/* SPDX-License-Identifier: MIT */
/*
 * The processor under a measurement: who has it, and whether it is disturbed.
 *
 * Tracers have threads of their own in the program: LTTng's listeners, allocspan's helper. Where there is a processor to spare they
 * do not run on that of the thread that is measured; so they are kept away from it here, in every variant alike.
 */
#include "bench-internal.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROBE_TURNS 4096

static void set_affinity(pid_t thread, const cpu_set_t *processors)
{
	/* A thread may have ended meanwhile. */
	if (sched_setaffinity(thread, sizeof *processors, processors) != 0 && errno != ESRCH) {
		bench_fail(1, "could not choose the processor of thread %d: %s", (int) thread,
			   strerror(errno));
	}
}

void bench_processor_separate(void)
{
	/* What the process began with, before this thread got one of its own. */
	static cpu_set_t others;
	cpu_set_t mine;
	struct dirent *entry;
	DIR *tasks;

	if (bench_options.processor < 0) {
		return;
	}
	CPU_ZERO(&mine);
	CPU_SET((size_t) bench_options.processor, &mine);
	if (CPU_COUNT(&others) == 0) {
		sched_getaffinity(0, sizeof others, &others);
		CPU_CLR((size_t) bench_options.processor, &others);
	}
	tasks = opendir("/proc/self/task");
	if (!tasks) {
		bench_fail(1, "/proc/self/task: %s", strerror(errno));
	}
	while ((entry = readdir(tasks))) {
		pid_t thread = atoi(entry->d_name);

		if (thread > 0) {
			set_affinity(thread, thread == gettid() ? &mine : &others);
		}
	}
	closedir(tasks);
}

/*
 * A few microseconds of independent additions, as many as the processor can do at once: they take longer while something
 * else runs on the same core (the other half of a hyper-threaded one, another guest's), on which nothing else
 * here can look. The driver compares with the fastest probe of its run and so knows which rounds were disturbed.
 */
uint64_t bench_processor_probe(void)
{
	uint64_t start_ns = bench_now_ns();
	uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6;

	for (unsigned int i = 0; i < PROBE_TURNS; i++) {
		__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
		a += i;
		b += i;
		c += i;
		d += i;
		e += i;
		f += i;
	}
	__asm__ volatile("" : : "r"(a), "r"(b), "r"(c), "r"(d), "r"(e), "r"(f));
	return bench_now_ns() - start_ns;
}

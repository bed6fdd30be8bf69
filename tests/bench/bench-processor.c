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
 * The probe: an allocator of eight free lists and its ring of live blocks. Fixed code of the kind that is measured: what else runs on
 * the same core (the other half of a hyper-threaded one, another guest's), on which nothing here can look, slows both. The
 * driver compares with the fastest probe of its run and so knows which rounds were disturbed. The lists never
 * run out: each begins with as many blocks as the ring can take of it.
 */
#define CLASSES 8
#define RING_BLOCKS 64
#define PROBE_TURNS 1024

struct probe_block {
	struct probe_block *next;
	uint64_t list;
	char bytes[112];
};

static struct probe_block blocks[CLASSES][RING_BLOCKS + 1];
static struct probe_block *lists[CLASSES];
static struct probe_block *ring[RING_BLOCKS];
static uint64_t ring_turn;

static void fill_lists(void)
{
	for (uint64_t list = 0; list < CLASSES; list++) {
		for (unsigned int i = 0; i <= RING_BLOCKS; i++) {
			blocks[list][i].list = list;
			blocks[list][i].next = lists[list];
			lists[list] = &blocks[list][i];
		}
	}
}

__attribute__((noinline, aligned(64))) static struct probe_block *take(size_t size)
{
	uint64_t list = size / 16 % CLASSES;
	struct probe_block *taken = lists[list];

	lists[list] = taken->next;
	taken->next = NULL;
	return taken;
}

__attribute__((noinline, aligned(64))) static void give(struct probe_block *given)
{
	if (given) {
		given->next = lists[given->list];
		lists[given->list] = given;
	}
}

/* At a place of its own in the cache lines: in each program the same code at the same speed. */
__attribute__((noinline, aligned(64))) static void turn_ring(unsigned int turns)
{
	for (unsigned int i = 0; i < turns; i++) {
		uint64_t turn = ring_turn++;
		struct probe_block **place = &ring[turn % RING_BLOCKS];

		give(*place);
		*place = take(turn * 37 % 128);
		(*place)->bytes[0] = 1;
	}
}

uint64_t bench_processor_probe(void)
{
	uint64_t start_ns;

	if (!lists[0]) {
		fill_lists();
	}
	/* What the round before left of the caches is not what is asked for. */
	turn_ring(PROBE_TURNS / 4);
	start_ns = bench_now_ns();
	turn_ring(PROBE_TURNS);
	return bench_now_ns() - start_ns;
}

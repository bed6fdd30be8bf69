/* SPDX-License-Identifier: MIT */
/*
 * Allocates at random in groups on several threads, and comes to an end that is chosen: fault-program ACCOUNT FAULT SEED, for
 * recorded-faults.py. It keeps an account of itself (ledger-account.h).
 *
 * FAULT is a name of FAULTS, behind `grow_` where nothing shall be freed. Those that others do to it work on until it is
 * killed, or until the account says that the deed is done. An alarm ends it if nobody does.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ledger-work.h"

#define OTHERS 3
#define OPERATIONS 20000
#define LONGEST_LIFE_S 120
#define MIB ((rlim_t) 1 << 20)

static pthread_t others[OTHERS];
static unsigned int other_count;
static _Atomic unsigned int running_count;
static bool is_last_to_exit;

static void finish(void)
{
	atomic_store(&atomic_load(&row)->is_finished, 1);
}

struct start {
	unsigned int number;
	uint64_t seed;
	uint32_t operations;
};

static void *run_other(void *argument)
{
	const struct start *start = argument;

	number = start->number;
	seed_thread(start->seed);
	work(start->operations);
	if (atomic_fetch_sub(&running_count, 1) == 1 && is_last_to_exit) {
		finish();
		exit(0);
	}
	return NULL;
}

/* As many as there can be. */
static void start_others(uint32_t operations)
{
	static struct start starts[OTHERS];

	for (unsigned int i = 0; i < OTHERS; i++) {
		starts[i] = (struct start){ i + 1, draw(1U << 30), operations };
		atomic_fetch_add(&running_count, 1);
		if (pthread_create(&others[other_count], NULL, run_other, &starts[i]) == 0) {
			other_count++;
		} else {
			atomic_fetch_sub(&running_count, 1);
		}
	}
}

static void join_others(void)
{
	for (unsigned int i = 0; i < other_count; i++) {
		pthread_join(others[i], NULL);
	}
}

/* Until the process ends, all others go on. */
static void work_among_others(void)
{
	start_others(UINT32_MAX);
	work(draw(OPERATIONS));
}

static void do_exit(void)
{
	work_among_others();
	finish();
	exit(0);
}

static void do_quick_exit(void)
{
	work_among_others();
	finish();
	quick_exit(0);
}

static void do__exit(void)
{
	work_among_others();
	finish();
	_exit(0);
}

static void do_exit_group(void)
{
	work_among_others();
	finish();
	syscall(SYS_exit_group, 0);
}

static void do_abort(void)
{
	work_among_others();
	finish();
	abort();
}

static void do_segv(void)
{
	int *volatile nowhere = NULL;

	work_among_others();
	finish();
	*nowhere = 1;
}

static void do_term(void)
{
	work_among_others();
	finish();
	kill(getpid(), SIGTERM);
}

static void do_kill_self(void)
{
	work_among_others();
	finish();
	kill(getpid(), SIGKILL);
}

static void do_kill_outside(void)
{
	start_others(UINT32_MAX);
	work(UINT32_MAX);
}

/*
 * The main thread is gone while others work, and the last of them ends the process: with LTTng's threads in it, it would not end
 * by itself.
 */
static void do_main_thread_exit(void)
{
	is_last_to_exit = true;
	start_others(OPERATIONS + draw(OPERATIONS));
	work(draw(OPERATIONS));
	pthread_exit(NULL);
}

static void work_to_the_end(uint32_t operations)
{
	start_others(operations);
	work(operations);
	join_others();
	finish();
}

static rlim_t measure_address_space(void)
{
	char text[32] = "";
	int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t bytes = read(file, text, sizeof(text) - 1);

	close(file);
	return bytes > 0 ? strtoull(text, NULL, 10) * (rlim_t) sysconf(_SC_PAGESIZE) : 0;
}

/* From nothing at all to nearly what a leaf of the owner map takes. */
static void limit_address_space(void)
{
	static const rlim_t slacks_mib[] = { 0, 1, 10, 40, 80, 250 };
	rlim_t slack = slacks_mib[draw(sizeof(slacks_mib) / sizeof(slacks_mib[0]))] * MIB;
	struct rlimit limit;

	limit.rlim_cur = limit.rlim_max = measure_address_space() + slack;
	setrlimit(RLIMIT_AS, &limit);
}

static void do_rlimit_at_once(void)
{
	manner.largest = 200000;
	limit_address_space();
	work_to_the_end(OPERATIONS / 8);
}

static void do_rlimit_later(void)
{
	manner.largest = 200000;
	start_others(OPERATIONS / 8);
	work(draw(OPERATIONS / 8));
	limit_address_space();
	work(OPERATIONS / 8);
	join_others();
	finish();
}

/* $FAULT_CGROUP is the file that takes in processes. */
static void do_cgroup(void)
{
	const char *path = getenv("FAULT_CGROUP");
	FILE *file = path ? fopen(path, "we") : NULL;

	if (!file || fprintf(file, "%d\n", getpid()) < 0 || fclose(file) != 0) {
		exit(2);
	}
	manner = (struct manner){ .largest = 20000, .is_growing = true, .is_touching = true };
	start_others(UINT32_MAX);
	work(UINT32_MAX);
}

/* The judge kills a daemon meanwhile, and says when it is dead. */
static void do_daemon(void)
{
	start_others(UINT32_MAX);
	while (!atomic_load(&account->is_told)) {
		work(100);
	}
	work(OPERATIONS);
	atomic_store(&is_over, true);
	join_others();
	finish();
}

static void do_disk(void)
{
	work_to_the_end(draw(6 * OPERATIONS));
}

#define FAULTS(X)                                                                                  \
	X(exit)                                                                                    \
	X(quick_exit)                                                                              \
	X(_exit)                                                                                   \
	X(exit_group)                                                                              \
	X(abort)                                                                                   \
	X(segv)                                                                                    \
	X(term)                                                                                    \
	X(kill_self)                                                                               \
	X(kill_outside)                                                                            \
	X(main_thread_exit)                                                                        \
	X(rlimit_at_once)                                                                          \
	X(rlimit_later)                                                                            \
	X(cgroup)                                                                                  \
	X(daemon)                                                                                  \
	X(disk)

static const struct {
	const char *name;
	void (*run)(void);
} faults[] = {
#define FAULT(name) { #name, do_##name },
	FAULTS(FAULT)
};

int main(int argc, char **argv)
{
	const char *name = argc == 4 ? argv[2] : "";
	bool is_growing = strncmp(name, "grow_", strlen("grow_")) == 0;

	name += is_growing ? strlen("grow_") : 0;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (strcmp(name, faults[i].name) == 0 &&
		    begin(argv[1], strtoull(argv[3], NULL, 10))) {
			alarm(LONGEST_LIFE_S);
			manner.is_growing = is_growing;
			faults[i].run();
			return 0;
		}
	}
	return 2;
}

/* SPDX-License-Identifier: MIT */
/*
 * The oracle: see oracle.h.
 *
 *    oracle [--seed N] [--rounds N] [--seconds N] [--threads N] [--steps N]
 *           [--mode plain|tracker|reentered|timer] [--account FILE]
 *
 * Each round is one seed, the next after the one before. A round is some phases of work by all threads, after each of which
 * everything is compared. With --seconds rounds go on until the time is over.
 */
#include "oracle.h"

#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PHASES 4
#define THREADS_MAX 64

struct oracle oracle = { .rounds = 1, .threads = 4, .steps = 1000 };

static const char *const mode_names[] = { "plain", "tracker", "reentered", "timer" };

static pthread_barrier_t barrier;
static struct worker workers[THREADS_MAX + 1]; /* the first is the main thread's */

void oracle_fail(const char *format, ...)
{
	char line[600];
	va_list arguments;
	int length;

	length = snprintf(line, sizeof(line),
			  "oracle: --seed %llu --threads %u --steps %u --mode %s: ",
			  (unsigned long long) oracle.seed, oracle.threads, oracle.steps,
			  mode_names[oracle.mode]);
	va_start(arguments, format);
	length += vsnprintf(line + length, sizeof(line) - (size_t) length - 1, format, arguments);
	va_end(arguments);
	line[length] = '\n';
	if (write(STDERR_FILENO, line, (size_t) length + 1) < 0) {
		/* Nobody to tell. */
	}
	if (getenv("ALLOCSPAN_ORACLE_ABORT")) {
		abort();
	}
	_exit(EXIT_FAILURE);
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	worker_start(worker);
	if (oracle.mode == MODE_TIMER) {
		/* LTTng wants it so: no thread's first contact may be in a signal handler (guard.h). */
		struct allocspan_guard guard = allocspan_untracked_enter();

		allocspan_guard_exit(&guard);
		timer_start_thread();
	}
	for (int phase = 0; phase < PHASES; phase++) {
		pthread_barrier_wait(&barrier);
		for (unsigned int step = 0; step < oracle.steps / PHASES; step++) {
			worker_step(worker);
		}
		/* All have stopped; then everything is compared. */
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
	}
	worker_end(worker);
	if (oracle.mode == MODE_TIMER) {
		timer_stop_thread();
	}
	return NULL;
}

/* Every other thread inherits a context from its creator. */
static void create(pthread_t *thread, struct worker *worker)
{
	if (worker->index % 2) {
		EXPECT_EQUAL(pthread_create(thread, NULL, work, worker), 0);
		return;
	}
	worker_enter_inheritance(worker);
	EXPECT_EQUAL(allocspan_thread_create(thread, NULL, work, worker), 0);
	stack_exit(workers[0].fiber, workers[0].fiber->depth - 1);
}

static void set_switches(enum switch_state tracking, enum switch_state root)
{
	oracle.tracking = tracking;
	oracle.root = root;
	if (tracking == SWITCH_OFF) {
		allocspan_tracking_disable();
	} else {
		allocspan_tracking_enable();
	}
	if (root == SWITCH_ON) {
		allocspan_root_enable();
	} else {
		allocspan_root_disable();
	}
}

static void run_phase(int phase)
{
	static const enum switch_state states[] = { SWITCH_ON, SWITCH_OFF, SWITCH_THROWN };
	struct worker *main_worker = &workers[0];

	if (phase % 2 == 0) {
		set_switches(SWITCH_ON, SWITCH_OFF);
	} else {
		set_switches(states[random_below(main_worker, 3)],
			     states[random_below(main_worker, 3)]);
	}
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	set_switches(SWITCH_ON, SWITCH_OFF);
	worker_compare_round();
	pthread_barrier_wait(&barrier);
}

static void run_round(uint64_t seed)
{
	pthread_t threads[THREADS_MAX];

	oracle.seed = seed;
	memset(workers, 0, sizeof(workers));
	for (unsigned int i = 0; i <= oracle.threads; i++) {
		workers[i].index = i;
		workers[i].random = seed * 1000 + i;
	}
	worker_start(&workers[0]);
	worker_prepare_round();
	for (unsigned int i = 0; i < oracle.threads; i++) {
		create(&threads[i], &workers[i + 1]);
	}
	for (int phase = 0; phase < PHASES; phase++) {
		run_phase(phase);
	}
	for (unsigned int i = 0; i < oracle.threads; i++) {
		pthread_join(threads[i], NULL);
	}
	worker_end_round();
}

static _Noreturn void usage(void)
{
	fprintf(stderr,
		"usage: oracle [--seed N] [--rounds N] [--seconds N] [--threads N] [--steps N] "
		"[--mode plain|tracker|reentered|timer] [--account FILE]\n");
	exit(2);
}

static enum oracle_mode parse_mode(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(mode_names); i++) {
		if (strcmp(name, mode_names[i]) == 0) {
			return (enum oracle_mode) i;
		}
	}
	usage();
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "threads", required_argument, NULL, 't' },
		{ "steps", required_argument, NULL, 'n' },
		{ "mode", required_argument, NULL, 'm' },
		{ "account", required_argument, NULL, 'a' },
		{ "seconds", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	oracle.seed = (uint64_t) time(NULL) * 1000 + (uint64_t) getpid() % 1000;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			oracle.seed = strtoull(optarg, NULL, 10);
			break;
		case 'r':
			oracle.rounds = (unsigned int) strtoul(optarg, NULL, 10);
			break;
		case 't':
			oracle.threads = (unsigned int) strtoul(optarg, NULL, 10);
			break;
		case 'n':
			oracle.steps = (unsigned int) strtoul(optarg, NULL, 10);
			break;
		case 'm':
			oracle.mode = parse_mode(optarg);
			break;
		case 'a':
			oracle.account_path = optarg;
			break;
		case 'l':
			oracle.seconds = (unsigned int) strtoul(optarg, NULL, 10);
			break;
		default:
			usage();
		}
	}
	if (optind != argc || oracle.threads < 1 || oracle.threads > THREADS_MAX) {
		usage();
	}
}

int main(int argc, char **argv)
{
	uint64_t first_seed;
	unsigned int round = 0;
	time_t end;

	parse(argc, argv);
	first_seed = oracle.seed;
	end = time(NULL) + (time_t) oracle.seconds;
	printf("oracle: seed %llu, mode %s\n", (unsigned long long) first_seed,
	       mode_names[oracle.mode]);
	fflush(stdout);
	account_start();
	block_prepare();
	pthread_barrier_init(&barrier, NULL, oracle.threads + 1);
	if (oracle.mode == MODE_TRACKER || oracle.mode == MODE_REENTERED) {
		tracker_start();
	} else if (oracle.mode == MODE_TIMER) {
		timer_start();
	}
	do {
		run_round(first_seed + round++);
	} while (oracle.seconds ? time(NULL) < end : round < oracle.rounds);
	if (oracle.account_path) {
		account_write(oracle.account_path);
	}
	printf("oracle: %u seeds agree, %llu groups\n", round,
	       (unsigned long long) account_last_id());
	return EXIT_SUCCESS;
}

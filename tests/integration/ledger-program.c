/* SPDX-License-Identifier: MIT */
/*
 * Allocates at random in groups, on several threads, and forks in all ways there are, keeping an account of it
 * (ledger-account.h): ledger-program ACCOUNT TRIAL SEED. It is killed by the judge at some time, or comes to its end.
 *
 * What a handler interrupted when it forked is in no account of the child: that call is one that nobody completed there.
 */
#include <allocspan/allocspan.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger-work.h"

#define OPERATIONS 6000
#define CHILD_OPERATIONS 1500
#define CHILDREN 6
#define OTHERS 8

extern char **environ;
pid_t _Fork(void);

/* In a child, before anything else. */
static void become_child(struct account_process *its)
{
	atomic_store(&its->pid, (int32_t) syscall(SYS_getpid));
	atomic_store(&row, its);
	inherit_blocks();
}

static void __attribute__((noreturn)) end_child(void)
{
	atomic_store(&atomic_load(&row)->is_finished, 1);
	switch (draw(4)) {
	case 0:
		kill((pid_t) syscall(SYS_getpid), SIGKILL);
		break;
	case 1:
		syscall(SYS_exit_group, 0);
		break;
	case 2:
		raise(SIGSEGV);
		break;
	default:
		break;
	}
	_exit(0);
}

enum way { FORK, BARE_FORK, RAW_FORK };

static pid_t fork_by(enum way way)
{
	switch (way) {
	case BARE_FORK:
		return _Fork();
	case RAW_FORK:
		return (pid_t) syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	default:
		return fork();
	}
}

static void fork_child(enum way way)
{
	struct account_process *its = take_row(getpid());
	uint64_t seed = draw(1U << 30);
	pid_t child = fork_by(way);

	if (child == 0) {
		become_child(its);
		seed_thread(seed);
		work(draw(CHILD_OPERATIONS));
		end_child();
	}
	/* Beside it. */
	work(draw(CHILD_OPERATIONS));
	waitpid(child, NULL, 0);
}

static void fork_children(enum way way)
{
	for (int i = 0; i < CHILDREN; i++) {
		work(draw(OPERATIONS / CHILDREN));
		fork_child(way);
	}
}

struct other {
	pthread_t thread;
	unsigned int number;
	uint64_t seed;
	unsigned int operations;
};

static void *run_other(void *argument)
{
	const struct other *other = argument;

	number = other->number;
	seed_thread(other->seed);
	work(other->operations);
	return NULL;
}

static void start_other(struct other *other, unsigned int its_number, unsigned int operations)
{
	*other = (struct other){ .number = its_number,
				 .seed = draw(1U << 30),
				 .operations = operations };
	pthread_create(&other->thread, NULL, run_other, other);
}

static void do_fork_among_threads(void)
{
	struct other others[OTHERS];

	for (unsigned int i = 0; i < OTHERS; i++) {
		start_other(&others[i], i + 1, UINT32_MAX);
	}
	fork_children(FORK);
	atomic_store(&is_over, true);
	for (unsigned int i = 0; i < OTHERS; i++) {
		pthread_join(others[i].thread, NULL);
	}
}

/* What ended threads counted is the group's. */
static void do_thread_churn(void)
{
	for (int i = 0; i < 60; i++) {
		struct other other;

		start_other(&other, 1 + draw(OTHERS), draw(200));
		work(draw(100));
		pthread_join(other.thread, NULL);
	}
}

static void on_timer(int signal)
{
	struct account_process *before = atomic_load(&row);
	struct account_process *its;
	pid_t child;

	(void) signal;
	if (!is_in_call || atomic_load(&account->process_count) >= ACCOUNT_PROCESSES / 2) {
		return;
	}
	its = take_row(atomic_load(&before->pid));
	child = _Fork();
	if (child == 0) {
		/* What was interrupted goes on, and so does the loop of work(). */
		become_child(its);
	} else if (child < 0) {
		atomic_store(&its->parent_pid, 0);
	}
}

static void do_fork_in_handler(void)
{
	const struct sigaction action = { .sa_handler = on_timer, .sa_flags = SA_RESTART };
	const struct itimerval often = { { 0, 700 }, { 0, 700 } };
	pid_t first = getpid();

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	work(OPERATIONS * 10);
	if ((pid_t) syscall(SYS_getpid) != first) {
		end_child();
	}
	setitimer(ITIMER_REAL, &(const struct itimerval){ { 0, 0 }, { 0, 0 } }, NULL);
	while (waitpid(-1, NULL, 0) > 0) {
	}
}

static void allocate_and_free(size_t bytes)
{
	struct account_tally *tally = &atomic_load(&row)->tallies[number][ACCOUNT_PASSING];
	void *volatile block;

	note(&tally->allocs_begun, bytes);
	block = malloc(bytes);
	note(&tally->allocs_done, bytes);
	note(&tally->frees_begun, bytes);
	free(block);
	note(&tally->frees_done, bytes);
}

/* Groups that come and go, whose slots are used again: only what they are together is known then. */
static void do_group_churn(void)
{
	for (unsigned int i = 0; i < 400; i++) {
		char value[16];
		struct allocspan_tag tag = { "number", value };
		struct allocspan_token *token;

		snprintf(value, sizeof(value), "%u", i);
		token = allocspan_token_register("passing", &tag, 1);
		for (int j = 0; token && j < 3; j++) {
			struct allocspan_guard guard = allocspan_token_enter(token);

			allocate_and_free(10);
			allocspan_guard_exit(&guard);
		}
		allocspan_token_release(token);
		work(5);
	}
}

static void do_churn(void)
{
	work(OPERATIONS * 4);
}

static void do_fork(void)
{
	fork_children(FORK);
}

static void do_bare_fork(void)
{
	fork_children(BARE_FORK);
}

static void do_raw_fork(void)
{
	fork_children(RAW_FORK);
}

/* The child shares the parent's memory and does nothing with it. */
static void do_vfork(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		pid_t child;

		work(draw(OPERATIONS / CHILDREN));
		child = vfork();
		if (child == 0) {
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
}

static void do_spawn(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		char *const arguments[] = { (char *) "true", NULL };
		pid_t child;

		work(draw(OPERATIONS / CHILDREN));
		if (posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ) == 0) {
			waitpid(child, NULL, 0);
		}
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} trials[] = {
#define TRIAL(name) { #name, do_##name },
	ACCOUNT_TRIALS(TRIAL)
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 4 && i < sizeof(trials) / sizeof(trials[0]); i++) {
		if (strcmp(argv[2], trials[i].name) == 0 &&
		    begin(argv[1], strtoull(argv[3], NULL, 10))) {
			trials[i].run();
			atomic_store(&atomic_load(&row)->is_finished, 1);
			return 0;
		}
	}
	return 2;
}

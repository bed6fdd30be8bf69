/* SPDX-License-Identifier: MIT */
/*
 * Processes that make processes: fork while other threads are at work in groups, in spans and with tokens, vfork,
 * posix_spawn, clone, daemon, exec. Children go on with counters and events of their own.
 */
#include "life.h"

#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define WORKERS 3
#define CHILDREN 12
/* Of all workers, for each fork: so that a trace is as long on a machine that is busy. */
#define ROUNDS_PER_FORK 900

static const char *own_path;
static atomic_bool is_working;
static atomic_int rounds_left;

/* Is in the midst of everything that takes a lock or is done in steps. */
static void work_a_round(struct allocspan_span *span, int group)
{
	struct allocspan_token *token = allocspan_token_register("short-lived", NULL, 0);
	struct allocspan_guard guard = allocspan_span_enter(span);

	free(kept(malloc(100)));
	allocspan_guard_exit(&guard);
	life_work(group, 3, NULL);
	guard = allocspan_token_enter(token);
	free(kept(calloc(3, 100)));
	allocspan_guard_exit(&guard);
	allocspan_token_release(token);
}

static void *work_until_told(void *argument)
{
	int group = (int) (intptr_t) argument % LIFE_GROUPS;
	struct allocspan_span *span = allocspan_span_create("worker");

	allocspan_span_attach(span, life_groups[group]);
	while (atomic_load(&is_working)) {
		if (atomic_fetch_sub(&rounds_left, 1) > 0) {
			work_a_round(span, group);
		} else {
			usleep(1000);
		}
	}
	allocspan_span_release(span);
	return NULL;
}

static void wait_until_workers_are_at_work(void)
{
	atomic_store(&rounds_left, ROUNDS_PER_FORK);
	while (atomic_load(&rounds_left) == ROUNDS_PER_FORK) {
		sched_yield();
	}
}

static void *work_once(void *argument)
{
	life_work(1, 50, NULL);
	return argument;
}

/* A child uses all that its parent has, and threads. */
static int live_as_child(void *inherited, int status)
{
	struct allocspan_token *token = allocspan_token_register("of a child", NULL, 0);
	void *left = NULL;
	pthread_t thread;

	life_start();
	free(inherited);
	life_work(0, 100, &left);
	free(left);
	if (pthread_create(&thread, NULL, work_once, NULL) || pthread_join(thread, NULL)) {
		return 1;
	}
	allocspan_token_release(token);
	life_account();
	return status;
}

static void wait_for(pid_t child, int expected)
{
	int status = -1;

	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status));
	CHECK_EQUAL(WEXITSTATUS(status), expected);
}

static void fork_while_threads_are_at_work(void)
{
	pthread_t workers[WORKERS];

	atomic_store(&is_working, true);
	for (intptr_t i = 0; i < WORKERS; i++) {
		pthread_create(&workers[i], NULL, work_until_told, (void *) i);
	}
	for (int i = 0; i < CHILDREN; i++) {
		void *inherited = NULL;
		pid_t child;

		life_work(2, 10, &inherited);
		wait_until_workers_are_at_work();
		child = fork();
		if (child == 0) {
			_exit(live_as_child(inherited, i));
		}
		wait_for(child, i);
		free(inherited);
	}
	atomic_store(&is_working, false);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(workers[i], NULL);
	}
}

/* What was entered in the parent is entered in the child, and in its child. */
static void guards_are_inherited_over_generations(void)
{
	struct allocspan_guard guard = allocspan_token_enter(life_groups[0]);
	uint64_t id = allocspan_token_id(life_groups[0]);
	pid_t child = fork();

	if (child == 0) {
		life_start();
		if (allocspan_current_group_id() != id) {
			_exit(1);
		}
		free(kept(malloc(1000)));
		child = fork();
		if (child == 0) {
			life_start();
			free(kept(malloc(2000)));
			allocspan_guard_exit(&guard);
			if (allocspan_current_group_id() != 0) {
				_exit(1);
			}
			life_account();
			_exit(5);
		}
		wait_for(child, 5);
		life_account();
		_exit(claim_failures ? 1 : 6);
	}
	wait_for(child, 6);
	CHECK_EQUAL(allocspan_current_group_id(), id);
	allocspan_guard_exit(&guard);
	CHECK_EQUAL(allocspan_current_group_id(), 0);
}

static void vfork_leaves_the_parent_as_it_was(void)
{
	struct allocspan_guard guard = allocspan_token_enter(life_groups[1]);

	for (int i = 0; i < CHILDREN; i++) {
		struct watched watched = claim_watch(life_groups[1]);
		char *argument = kept(strdup("exec-child"));
		char *arguments[] = { (char *) (uintptr_t) own_path, argument, NULL };
		pid_t child = vfork();

		if (child == 0) {
			if (i % 2) {
				_exit(7);
			}
			execv(own_path, arguments);
			_exit(127);
		}
		wait_for(child, i % 2 ? 7 : 9);
		free(argument);
		CHECK_COUNTED(watched, 1, 11, 1, 11);
		CHECK_EQUAL(allocspan_current_group_id(), allocspan_token_id(life_groups[1]));
	}
	allocspan_guard_exit(&guard);
}

static void a_spawned_program_starts_anew(void)
{
	struct allocspan_guard guard = allocspan_token_enter(life_groups[1]);
	char *arguments[] = { (char *) (uintptr_t) own_path, (char *) (uintptr_t) "exec-child",
			      NULL };

	for (int i = 0; i < 3; i++) {
		pid_t child;

		CHECK_EQUAL(posix_spawn(&child, own_path, NULL, NULL, arguments, environ), 0);
		wait_for(child, 9);
	}
	allocspan_guard_exit(&guard);
}

static void exec_starts_anew(void)
{
	pid_t child = fork();

	if (child == 0) {
		struct allocspan_guard guard = allocspan_token_enter(life_groups[2]);

		life_start();
		free(kept(malloc(123)));
		life_account();
		execl(own_path, own_path, "exec-child", (char *) NULL);
		allocspan_guard_exit(&guard);
		_exit(127);
	}
	wait_for(child, 9);
}

static int live_as_clone(void *inherited)
{
	life_start();
	free(inherited);
	life_work(0, 100, NULL);
	life_account();
	_exit(8);
}

/* Holds the library's lock as often as can be; the C library's own are not for a child of clone() to find free. */
static void *look_until_told(void *unused)
{
	struct allocspan_stats stats;

	while (atomic_load(&is_working)) {
		allocspan_token_stats(life_groups[1], &stats);
	}
	return unused;
}

static void clone_without_shared_memory_is_like_fork(void)
{
	const size_t stack_bytes = 256 * 1024;
	char *stack =
		mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t watcher;

	atomic_store(&is_working, true);
	pthread_create(&watcher, NULL, look_until_told, NULL);
	for (int i = 0; i < CHILDREN; i++) {
		void *inherited = NULL;
		pid_t child;

		life_work(2, 10, &inherited);
		child = clone(live_as_clone, stack + stack_bytes, SIGCHLD, inherited);
		CHECK(child > 0);
		wait_for(child, 8);
		free(inherited);
	}
	atomic_store(&is_working, false);
	pthread_join(watcher, NULL);
	munmap(stack, stack_bytes);
}

static void a_daemon_goes_on(void)
{
	int ends[2];
	char byte;
	pid_t child;

	CHECK_EQUAL(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		life_start();
		if (daemon(1, 1) != 0) {
			_exit(1);
		}
		_exit(live_as_child(NULL, 0) || write(ends[1], "d", 1) != 1);
	}
	wait_for(child, 0);
	close(ends[1]);
	CHECK_EQUAL(read(ends[0], &byte, 1), 1);
	/* Its end, after the account. */
	CHECK_EQUAL(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

static void shells_and_pipes_work(void)
{
	struct allocspan_guard guard = allocspan_token_enter(life_groups[0]);
	char line[20] = "";
	FILE *stream;

	CHECK_EQUAL(system("exit 3") >> 8, 3);
	stream = popen("echo piped", "r");
	CHECK(stream && fgets(line, sizeof(line), stream) && strcmp(line, "piped\n") == 0);
	CHECK_EQUAL(pclose(stream), 0);
	allocspan_guard_exit(&guard);
}

int main(int argc, char **argv)
{
	static const struct claim claims[] = {
		CLAIM(fork_while_threads_are_at_work),
		CLAIM(guards_are_inherited_over_generations),
		CLAIM(vfork_leaves_the_parent_as_it_was),
		CLAIM(a_spawned_program_starts_anew),
		CLAIM(exec_starts_anew),
		CLAIM(clone_without_shared_memory_is_like_fork),
		CLAIM(a_daemon_goes_on),
		CLAIM(shells_and_pipes_work),
	};
	int status;

	own_path = argv[0];
	life_register();
	if (argc > 1 && strcmp(argv[1], "exec-child") == 0) {
		return live_as_child(NULL, 9);
	}
	status = check_claims(claims, COUNT_OF(claims), argc, argv);
	life_account();
	return status;
}

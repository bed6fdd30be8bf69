/* SPDX-License-Identifier: MIT */
/*
 * What hurts where nobody is told: record-untold locked WAY, or free, or destructors COUNT, or late. WAY is _Fork or clone.
 * The exit status is 1 if a child hangs.
 */
#include <allocspan/allocspan.h>

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 5000
#define BLOCK_BYTES 100

pid_t _Fork(void);

static struct allocspan_token *token;

static void *kept(void *block)
{
	void *volatile pointer = block;

	return pointer;
}

/* What hangs must not outlive the one that says so. */
static pid_t fork_by(const char *way)
{
	pid_t child = strcmp(way, "fork") == 0 ?
			      fork() :
		      strcmp(way, "_Fork") == 0 ?
			      _Fork() :
			      (pid_t) syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	}
	return child;
}

/* Its status; ends the program if it hangs. */
static int wait_for(pid_t child)
{
	int status = -1;

	for (int i = 0; i < WAIT_MS * 2; i++) {
		if (waitpid(child, &status, WNOHANG) == child) {
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		}
		usleep(500);
	}
	fprintf(stderr, "a child hangs\n");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	_exit(1);
}

typedef void lttng_function(sigset_t *signals);

static atomic_bool are_locks_held;

/* For ever, as far as the others are concerned: what LTTng does around a fork takes all of its locks. */
static void *hold_locks_of_lttng(void *argument)
{
	void *library = dlopen("liblttng-ust.so.1", RTLD_LAZY | RTLD_NOLOAD);
	lttng_function *before =
		library ? (lttng_function *) dlsym(library, "lttng_ust_before_fork") : NULL;
	sigset_t signals;

	if (before) {
		before(&signals);
		atomic_store(&are_locks_held, true);
	}
	pause();
	return argument;
}

static void *count(void *argument)
{
	struct allocspan_guard guard = allocspan_token_enter(token);

	kept(malloc(BLOCK_BYTES));
	allocspan_guard_exit(&guard);
	return argument;
}

/* A child that nobody told, and one that it forks; each counts, also on a thread that LTTng does not know. */
static void live_without_lttng(void)
{
	pthread_t thread;
	pid_t child;

	kept(malloc(BLOCK_BYTES));
	pthread_create(&thread, NULL, count, NULL);
	pthread_join(thread, NULL);
	child = fork_by("fork");
	if (child == 0) {
		count(NULL);
		_exit(0);
	}
	_exit(wait_for(child));
}

static int make_child_while_locks_are_held(const char *way)
{
	pthread_t thread;
	pid_t child;

	pthread_create(&thread, NULL, hold_locks_of_lttng, NULL);
	for (int i = 0; i < WAIT_MS && !atomic_load(&are_locks_held); i++) {
		usleep(1000);
	}
	if (!atomic_load(&are_locks_held)) {
		_exit(2);
	}
	child = fork_by(way);
	if (child == 0) {
		live_without_lttng();
	}
	_exit(wait_for(child));
}

/* What a child counts first is a block of its parent's that it frees. */
static int free_in_child(void)
{
	void *inherited = kept(malloc(BLOCK_BYTES));
	pid_t child = fork();

	if (child == 0) {
		free(inherited);
		for (int i = 0; i < 50; i++) {
			kept(malloc(BLOCK_BYTES));
		}
		raise(SIGKILL);
	}
	return waitpid(child, NULL, 0) == child ? 0 : 1;
}

static pthread_key_t key;

/* In each round of destructors that there may be: in the last one the library's own has run, before or after. */
static void allocate_in_destructor(void *value)
{
	uintptr_t round = (uintptr_t) value;
	struct allocspan_guard guard = allocspan_token_enter(token);

	kept(malloc(BLOCK_BYTES));
	allocspan_guard_exit(&guard);
	if (round < 4) {
		pthread_setspecific(key, (void *) (round + 1));
	}
}

static void *end_with_destructor(void *argument)
{
	count(NULL);
	pthread_setspecific(key, (void *) 1);
	return argument;
}

static void *end_with_first_use(void *argument)
{
	pthread_setspecific(key, (void *) 1);
	return argument;
}

#define STACK_BYTES ((size_t) 1024 * 1024)

/* A thread that comes to the library so late that its end is not noticed; its memory is gone when the program ends at once. */
static int allocate_first_in_destructor(void)
{
	char *stack =
		mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_key_create(&key, allocate_in_destructor);
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, stack, STACK_BYTES);
	pthread_create(&thread, &attributes, end_with_first_use, NULL);
	pthread_join(thread, NULL);
	munmap(stack, STACK_BYTES);
	_exit(0);
}

static int allocate_in_destructors(int count)
{
	pthread_t thread;

	pthread_key_create(&key, allocate_in_destructor);
	for (int i = 0; i < count; i++) {
		pthread_create(&thread, NULL, end_with_destructor, NULL);
		pthread_join(thread, NULL);
	}
	return 0;
}

int main(int argument_count, char **arguments)
{
	const char *what = argument_count > 1 ? arguments[1] : "";

	token = allocspan_token_intern("g", NULL, 0);
	if (strcmp(what, "destructors") == 0 && argument_count == 3) {
		return allocate_in_destructors(atoi(arguments[2]));
	}
	if (strcmp(what, "late") == 0) {
		return allocate_first_in_destructor();
	}
	allocspan_token_enter(token);
	if (strcmp(what, "locked") == 0 && argument_count == 3) {
		return make_child_while_locks_are_held(arguments[2]);
	}
	return strcmp(what, "free") == 0 ? free_in_child() : 2;
}

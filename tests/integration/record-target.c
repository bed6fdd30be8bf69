/* SPDX-License-Identifier: MIT */
/*
 * A program to be recorded: does what its arguments say, in order, and returns 0.
 *
 *	enter GROUP	enters the group GROUP, with the tag kind=test
 *	exit		exits what was entered last
 *	misuse		exits once more what was exited last
 *	register GROUP	registers a group and does not enter it
 *	alloc COUNT	allocates COUNT blocks of 100 bytes
 *	free		frees all blocks
 *	fork COUNT	the rest is done by COUNT children; the parent waits for them
 *	ready		prints "ready"
 *	sleep		waits for a signal
 *	catch NAME	on this signal (TERM, HUP, USR1, USR2, INT), which comes during a `sleep`:
 *			prints "caught NAME" and goes on
 *	status N	returns N at once
 *	kill N		sends itself the signal N
 */
#include <allocspan/allocspan.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_BLOCKS 4000000
#define MAX_DEPTH 16
#define BLOCK_BYTES 100

static void *blocks[MAX_BLOCKS];
static size_t block_count;
static struct allocspan_guard guards[MAX_DEPTH];
static size_t depth;

static struct allocspan_token *register_group(const char *name)
{
	const struct allocspan_tag tag = { "kind", "test" };
	struct allocspan_token *token = allocspan_token_register(name, &tag, 1);

	if (!token) {
		perror("register");
		exit(99);
	}
	return token;
}

static void allocate(const char *argument)
{
	long count = strtol(argument, NULL, 10);

	while (count-- > 0 && block_count < MAX_BLOCKS) {
		blocks[block_count++] = malloc(BLOCK_BYTES);
	}
}

static void free_all(const char *unused)
{
	(void) unused;
	while (block_count > 0) {
		free(blocks[--block_count]);
	}
}

/* Without stdio, which allocates. */
static void print(const char *text)
{
	ssize_t ret = write(STDOUT_FILENO, text, strlen(text));

	(void) ret;
}

static const struct {
	const char *name;
	int number;
	const char *caught;
} signals[] = {
	{ "TERM", SIGTERM, "caught TERM\n" }, { "HUP", SIGHUP, "caught HUP\n" },
	{ "USR1", SIGUSR1, "caught USR1\n" }, { "USR2", SIGUSR2, "caught USR2\n" },
	{ "INT", SIGINT, "caught INT\n" },
};

#define SIGNAL_COUNT (sizeof(signals) / sizeof(signals[0]))

static void say_caught(int number)
{
	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		if (signals[i].number == number) {
			print(signals[i].caught);
		}
	}
}

static void catch_signal(const char *name)
{
	struct sigaction action = { .sa_handler = say_caught };
	sigset_t set;

	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		if (strcmp(name, signals[i].name) == 0) {
			sigemptyset(&set);
			sigaddset(&set, signals[i].number);
			sigprocmask(SIG_BLOCK, &set, NULL);
			sigaction(signals[i].number, &action, NULL);
		}
	}
}

/* Returns in the children. */
static void fork_children(const char *argument)
{
	long count = strtol(argument, NULL, 10);

	for (long i = 0; i < count; i++) {
		if (fork() == 0) {
			return;
		}
	}
	while (wait(NULL) > 0) {
	}
	exit(0);
}

static void enter(const char *name)
{
	guards[depth++] = allocspan_token_enter(register_group(name));
}

static void leave(const char *unused)
{
	(void) unused;
	allocspan_guard_exit(&guards[--depth]);
}

static void exit_again(const char *unused)
{
	(void) unused;
	allocspan_guard_exit(&guards[depth]);
}

static void say_ready(const char *unused)
{
	(void) unused;
	print("ready\n");
}

static void wait_for_signal(const char *unused)
{
	sigset_t none;

	(void) unused;
	sigemptyset(&none);
	sigsuspend(&none);
}

static void register_only(const char *name)
{
	register_group(name);
}

static void end(const char *status)
{
	exit((int) strtol(status, NULL, 10));
}

static void kill_itself(const char *signal_number)
{
	kill(getpid(), atoi(signal_number));
}

static const struct {
	const char *word;
	bool has_argument;
	void (*run)(const char *argument);
} words[] = {
	{ "enter", true, enter },
	{ "exit", false, leave },
	{ "misuse", false, exit_again },
	{ "register", true, register_only },
	{ "alloc", true, allocate },
	{ "free", false, free_all },
	{ "fork", true, fork_children },
	{ "ready", false, say_ready },
	{ "sleep", false, wait_for_signal },
	{ "catch", true, catch_signal },
	{ "status", true, end },
	{ "kill", true, kill_itself },
};

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		size_t w = 0;

		while (w < sizeof(words) / sizeof(words[0]) &&
		       strcmp(argv[i], words[w].word) != 0) {
			w++;
		}
		if (w == sizeof(words) / sizeof(words[0]) ||
		    (words[w].has_argument && i + 1 >= argc)) {
			fprintf(stderr, "record-target: what is '%s'?\n", argv[i]);
			return 98;
		}
		i += words[w].has_argument;
		words[w].run(argv[i]);
	}
	return 0;
}

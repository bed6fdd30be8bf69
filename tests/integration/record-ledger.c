/* SPDX-License-Identifier: MIT */
/*
 * A program that keeps a ledger made by hand in $ALLOCSPAN_LEDGER, and then does what its arguments say, in order:
 *
 *	close		marks the ledger as closed
 *	lose N		says in it that N allocations made no event
 *	grow MIB	writes that much behind it
 *	ready		prints "ready"
 *	sleep		waits for a signal
 *	kill N		sends itself the signal N
 *	leave		ends, without the C library
 */
#include "ledger-support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)

static struct ledger_maker maker;
static int file;

static void __attribute__((noreturn)) fail(const char *what)
{
	perror(what);
	exit(99);
}

static void fill_process(void)
{
	struct aspan_ledger_process *process = maker.process;
	struct timespec now;
	struct stat status;

	clock_gettime(CLOCK_MONOTONIC, &now);
	process->vpid = getpid();
	process->parent_vpid = getppid();
	process->pid_ns = stat("/proc/self/ns/pid", &status) == 0 ? status.st_ino : 0;
	process->start_ns = (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
	if (readlink("/proc/self/exe", process->exe, sizeof(process->exe) - 1) < 0) {
		fail("/proc/self/exe");
	}
}

static void make_ledger(void)
{
	const char *folder = getenv("ALLOCSPAN_LEDGER");
	char path[4096];
	void *bytes;

	snprintf(path, sizeof(path), "%s/by-hand-%d.ledger", folder ? folder : "none", getpid());
	file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0 || posix_fallocate(file, 0, LEDGER_BYTES)) {
		fail(path);
	}
	bytes = mmap(NULL, LEDGER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (bytes == MAP_FAILED) {
		fail("mmap");
	}
	ledger_init_at(&maker, bytes, LEDGER_FIRST_ADDRESS);
	memset(maker.process->exe, 0, sizeof(maker.process->exe));
	fill_process();
}

static void grow(const char *argument)
{
	static char block[MIB];

	memset(block, 1, sizeof(block));
	for (long i = strtol(argument, NULL, 10); i > 0; i--) {
		if (lseek(file, 0, SEEK_END) < 0 ||
		    write(file, block, sizeof(block)) != (ssize_t) sizeof(block)) {
			fail("grow");
		}
	}
}

static void wait_for_signal(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigsuspend(&none);
}

/* How many arguments it took. */
static int obey(const char *word, const char *argument)
{
	if (strcmp(word, "close") == 0) {
		maker.header->end_how = ASPAN_END_EXIT;
		maker.header->state = ASPAN_LEDGER_CLOSED;
	} else if (strcmp(word, "ready") == 0) {
		puts("ready");
		fflush(stdout);
	} else if (strcmp(word, "sleep") == 0) {
		wait_for_signal();
	} else if (strcmp(word, "leave") == 0) {
		syscall(SYS_exit_group, 5);
	} else if (argument && strcmp(word, "lose") == 0) {
		maker.losses->unrecorded_allocs = strtoull(argument, NULL, 10);
		return 2;
	} else if (argument && strcmp(word, "grow") == 0) {
		grow(argument);
		return 2;
	} else if (argument && strcmp(word, "kill") == 0) {
		kill(getpid(), (int) strtol(argument, NULL, 10));
		return 2;
	} else {
		fprintf(stderr, "record-ledger: what is '%s'?\n", word);
		exit(98);
	}
	return 1;
}

int main(int argc, char **argv)
{
	make_ledger();
	for (int i = 1; i < argc;) {
		i += obey(argv[i], argv[i + 1]);
	}
	return 0;
}

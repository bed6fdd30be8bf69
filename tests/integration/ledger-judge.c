/* SPDX-License-Identifier: MIT */
/*
 * Holds ledgers against the account of the program that they are of: ledger-judge PROGRAM SEED TRIALS.
 *
 * Each trial, chosen by the seed, runs ledger-program under the environment's LD_PRELOAD, with a ledger folder of its own,
 * and kills it after a random time, or not at all. Then every process of the account must have a ledger, which counts every
 * completed call of every group, and no call that has not begun; and that of a process that came to its end tells how many children
 * it forked.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ledger-account.h"
#include "reader.h"

#define LONGEST_LIFE_US 60000

static const char *const trial_names[] = {
#define TRIAL_NAME(name) #name,
	ACCOUNT_TRIALS(TRIAL_NAME)
};

#define TRIAL_COUNT (sizeof(trial_names) / sizeof(trial_names[0]))

static char work_folder[] = "/dev/shm/ledger-judge-XXXXXX";
static unsigned int failure_count;
static char trial_text[128];

#define FAIL(...)                                                                                  \
	do {                                                                                       \
		fprintf(stderr, "%s: ", trial_text);                                               \
		fprintf(stderr, __VA_ARGS__);                                                      \
		fputc('\n', stderr);                                                               \
		failure_count++;                                                                   \
	} while (0)

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (*state >> 33) % below;
}

struct bounds {
	struct account_sum least;
	struct account_sum most;
};

static void add(struct account_sum *to, const struct account_sum *sum)
{
	to->count += sum->count;
	to->bytes += sum->bytes;
}

static void judge_one(const char *what, const char *group, int pid, uint64_t count, uint64_t bytes,
		      const struct bounds *bounds)
{
	if (count < bounds->least.count || count > bounds->most.count ||
	    bytes < bounds->least.bytes || bytes > bounds->most.bytes) {
		FAIL("process %d, group %s: %s: the ledger says %" PRIu64 " blocks, %" PRIu64
		     " bytes; the account %" PRIu64 " to %" PRIu64 ", %" PRIu64 " to %" PRIu64,
		     pid, group, what, count, bytes, bounds->least.count, bounds->most.count,
		     bounds->least.bytes, bounds->most.bytes);
	}
}

/* What a handler that forked interrupted goes on in the child, in nobody's account. */
static void allow_one_in_flight(struct bounds *bounds)
{
	bounds->most.count += 1;
	bounds->most.bytes += 600;
}

struct all_bounds {
	struct bounds allocs, frees, inherited;
};

static void add_bounds(struct all_bounds *bounds, const struct account_process *process,
		       unsigned int group)
{
	for (size_t i = 0; i < ACCOUNT_THREADS; i++) {
		const struct account_tally *tally = &process->tallies[i][group];

		add(&bounds->allocs.least, &tally->allocs_done);
		add(&bounds->allocs.most, &tally->allocs_begun);
		add(&bounds->frees.least, &tally->frees_done);
		add(&bounds->frees.most, &tally->frees_begun);
		add(&bounds->inherited.least, &tally->inherited_frees_done);
		add(&bounds->inherited.most, &tally->inherited_frees_begun);
	}
}

static void judge_counts(const struct account_process *process, const char *group,
			 const struct aspan_account_counts *counts, struct all_bounds *bounds,
			 bool has_call_in_flight)
{
	if (has_call_in_flight) {
		allow_one_in_flight(&bounds->allocs);
		allow_one_in_flight(&bounds->frees);
		allow_one_in_flight(&bounds->inherited);
	}
	judge_one("allocated", group, process->pid, counts->alloc_count, counts->alloc_bytes,
		  &bounds->allocs);
	judge_one("freed", group, process->pid, counts->free_count, counts->free_bytes,
		  &bounds->frees);
	judge_one("freed of what it inherited", group, process->pid, counts->inherited_free_count,
		  counts->inherited_free_bytes, &bounds->inherited);
}

static const struct aspan_account_counts *find_group(const struct aspan_account *ledger,
						     const char *name)
{
	static const struct aspan_account_counts nothing;
	char tags[64];

	snprintf(tags, sizeof(tags), ",group=%s,", name);
	for (size_t i = 0; i < ledger->group_count; i++) {
		if (strcmp(ledger->groups[i].tags, tags) == 0) {
			return &ledger->groups[i].counts;
		}
	}
	return &nothing;
}

static void judge_process(const struct account_process *process, const struct aspan_account *ledger,
			  bool has_call_in_flight)
{
	struct all_bounds total = { 0 };

	if (!ledger->is_exact) {
		FAIL("process %d: its ledger is not exact", process->pid);
	}
	for (unsigned int group = 0; group < ACCOUNT_TALLIES; group++) {
		struct all_bounds bounds = { 0 };

		add_bounds(&total, process, group);
		add_bounds(&bounds, process, group);
		if (group < ACCOUNT_GROUPS) {
			judge_counts(process, account_group_name(group),
				     find_group(ledger, account_group_name(group)), &bounds,
				     has_call_in_flight);
		}
	}
	judge_counts(process, "(all)", &ledger->total, &total, has_call_in_flight);
}

/* Of the children that fork() made: those that a process makes in other ways are in no number. */
static void judge_forks(const struct account *account, const struct account_process *process,
			const struct aspan_account *ledger)
{
	uint64_t count = account->process_count, children = 0;

	for (uint64_t i = 0; i < count && i < ACCOUNT_PROCESSES; i++) {
		children += account->processes[i].parent_pid == process->pid;
	}
	if (ledger->losses.forks != children) {
		FAIL("process %d: the ledger says that it forked %" PRIu64
		     " children; the account %" PRIu64,
		     process->pid, ledger->losses.forks, children);
	}
}

/* A process that has done nothing makes none, if it was forked. */
static bool has_done_anything(const struct account_process *process)
{
	for (size_t i = 0; i < ACCOUNT_THREADS; i++) {
		for (size_t j = 0; j < ACCOUNT_TALLIES; j++) {
			const struct account_tally *tally = &process->tallies[i][j];

			if (tally->allocs_done.count || tally->frees_done.count ||
			    tally->inherited_frees_done.count) {
				return true;
			}
		}
	}
	return false;
}

#define MOST_LEDGERS 256

struct ledgers {
	struct aspan_account *accounts[MOST_LEDGERS];
	size_t count;
};

static void read_ledgers(const char *folder, struct ledgers *ledgers)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;

	ledgers->count = 0;
	while (directory && (entry = readdir(directory)) != NULL) {
		char path[4096 + 256];
		struct aspan_ledger_error error;
		int result;

		if (entry->d_name[0] == '.' || ledgers->count == MOST_LEDGERS) {
			continue;
		}
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		result = aspan_ledger_read_file(path, &ledgers->accounts[ledgers->count], &error);
		if (result == 0) {
			ledgers->count++;
		} else if (result != -ENODATA) {
			FAIL("%s", error.text);
		}
		unlink(path);
	}
	if (directory) {
		closedir(directory);
	}
}

static const struct aspan_account *find_ledger(const struct ledgers *ledgers, int pid)
{
	for (size_t i = 0; i < ledgers->count; i++) {
		if (ledgers->accounts[i]->vpid == pid) {
			return ledgers->accounts[i];
		}
	}
	return NULL;
}

static void judge(const struct account *account, const struct ledgers *ledgers, const char *trial,
		  bool is_killed)
{
	bool is_in_handler = strcmp(trial, "fork_in_handler") == 0;
	bool does_fork = strcmp(trial, "fork") == 0 || strcmp(trial, "fork_among_threads") == 0;
	uint64_t count = account->process_count;

	for (uint64_t i = 0; i < count && i < ACCOUNT_PROCESSES; i++) {
		const struct account_process *process = &account->processes[i];
		const struct aspan_account *ledger = find_ledger(ledgers, process->pid);

		if (process->pid && !is_killed && !process->is_finished) {
			FAIL("process %d did not come to its end", process->pid);
		}
		if (process->pid && ledger) {
			judge_process(process, ledger, is_in_handler && process->parent_pid);
			if (does_fork && !is_killed) {
				judge_forks(account, process, ledger);
			}
		} else if (process->pid && has_done_anything(process)) {
			FAIL("process %d has no ledger", process->pid);
		}
	}
}

static struct account *make_account(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct account *account = MAP_FAILED;

	if (file >= 0 && ftruncate(file, sizeof(*account)) == 0) {
		account = mmap(NULL, sizeof(*account), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	}
	close(file);
	return account == MAP_FAILED ? NULL : account;
}

static void __attribute__((noreturn))
run_program(const char *program, const char *account, const char *trial, uint64_t seed,
	    const char *folder)
{
	char number[24];

	setpgid(0, 0);
	snprintf(number, sizeof(number), "%" PRIu64, seed);
	setenv("ALLOCSPAN_LEDGER", folder, 1);
	setenv("LD_PRELOAD", getenv("LEDGER_PRELOAD"), 1);
	execl(program, program, account, trial, number, (char *) NULL);
	_exit(127);
}

/* Waits until nobody of the process group is left. */
static void wait_for_group(pid_t group)
{
	while (kill(-group, 0) == 0) {
		kill(-group, SIGKILL);
		usleep(1000);
	}
}

static void run_trial(const char *program, uint64_t *state)
{
	const char *trial = trial_names[draw(state, TRIAL_COUNT)];
	uint64_t seed = draw(state, 1U << 30);
	bool is_killed = draw(state, 3) > 0;
	useconds_t life_us = draw(state, LONGEST_LIFE_US);
	char folder[4096], path[4096];
	struct account *account;
	struct ledgers ledgers;
	int status = 0;
	pid_t child;

	snprintf(folder, sizeof(folder), "%s/ledgers", work_folder);
	snprintf(path, sizeof(path), "%s/account", work_folder);
	snprintf(trial_text, sizeof(trial_text), "%s, seed %" PRIu64 "%s", trial, seed,
		 is_killed ? ", killed" : "");
	mkdir(folder, 0700);
	account = make_account(path);
	child = account ? fork() : -1;
	if (child == 0) {
		run_program(program, path, trial, seed, folder);
	}
	if (child < 0) {
		FAIL("no account or no process");
		return;
	}
	if (is_killed) {
		usleep(life_us);
		kill(child, SIGKILL);
	}
	waitpid(child, &status, 0);
	if (!is_killed && status != 0) {
		FAIL("the program ended with status %#x", (unsigned int) status);
	}
	wait_for_group(child);
	read_ledgers(folder, &ledgers);
	judge(account, &ledgers, trial, is_killed);
	for (size_t i = 0; i < ledgers.count; i++) {
		aspan_account_destroy(ledgers.accounts[i]);
	}
	munmap(account, sizeof(*account));
	unlink(path);
	rmdir(folder);
}

int main(int argc, char **argv)
{
	uint64_t state;
	unsigned long trials;

	if (argc != 4 || !getenv("LEDGER_PRELOAD")) {
		fprintf(stderr, "usage: LEDGER_PRELOAD=... %s PROGRAM SEED TRIALS\n", argv[0]);
		return 2;
	}
	if (!mkdtemp(work_folder)) {
		perror(work_folder);
		return 2;
	}
	state = strtoull(argv[2], NULL, 10);
	trials = strtoul(argv[3], NULL, 10);
	printf("seed %s, %lu trials\n", argv[2], trials);
	fflush(stdout);
	for (unsigned long i = 0; i < trials && failure_count < 20; i++) {
		run_trial(argv[1], &state);
	}
	rmdir(work_folder);
	printf("%u failures\n", failure_count);
	return failure_count ? 1 : 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Recorded processes that go on when the command has ended: daemons, jobs in the background.
 *
 * They are not waited for as children: for that, this process would have to become their parent in place of init, which they
 * would see. A ledger that somebody may still write to is that of a living process, wherever it went. Those that have none, as
 * with --no-ledger or while they execute a program, are found in /proc by their environment.
 */
#include "record-background.h"

#include "record-signals.h"
#include "terminal.h"

#include "array.h"
#include "reader.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS 100
/* Those that end by themselves in that time are not worth a word. */
#define QUIET_POLLS 5
#define MAX_NAMED 10

void aspan_record_background_init(struct aspan_record_background *background,
				  const struct aspan_record_gather *gather,
				  struct aspan_record_watch *watch)
{
	*background = (struct aspan_record_background){ .gather = gather, .watch = watch };
}

static bool is_known(const struct aspan_record_background *background, pid_t pid)
{
	for (size_t i = 0; i < background->process_count; i++) {
		if (background->processes[i].pid == pid && !background->processes[i].is_elsewhere) {
			return true;
		}
	}
	return false;
}

static void add(struct aspan_record_background *background, pid_t pid, bool is_elsewhere,
		const char *name)
{
	struct aspan_background_process *process =
		ASPAN_ARRAY_APPEND(background, processes, process);

	if (process) {
		process->pid = pid;
		process->is_elsewhere = is_elsewhere;
		snprintf(process->name, sizeof(process->name), "%s", name);
	}
}

static bool add_watched(pid_t pid, const char *name, void *data)
{
	struct aspan_record_background *background = data;

	if (!is_known(background, pid)) {
		add(background, pid, false, name);
	}
	return false;
}

/* A child of a fork has the mapping of its parent, too, until it made its own. */
static bool is_gone(const struct aspan_account *account, bool is_elsewhere)
{
	struct aspan_proc_status status;

	return !is_elsewhere &&
	       (!aspan_proc_read_status(account->vpid, &status) || status.is_zombie);
}

static uint64_t own_pid_ns(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) == 0 ? (uint64_t) status.st_ino : 0;
}

/* A ledger that has just been made, or damaged, is in use as well. */
static bool add_written(int file, const char *file_name, void *data)
{
	struct aspan_record_background *background = data;
	struct aspan_account *account = NULL;
	struct aspan_ledger_error error;
	const char *slash;
	bool is_elsewhere;

	if (aspan_ledger_read_fd(file, file_name, &account, &error) < 0) {
		add(background, 0, true, file_name);
		return false;
	}
	slash = account->exe ? strrchr(account->exe, '/') : NULL;
	is_elsewhere = account->pid_ns != own_pid_ns();
	if (!is_gone(account, is_elsewhere) && !is_known(background, account->vpid)) {
		add(background, account->vpid, is_elsewhere, slash ? slash + 1 : "a process");
	}
	aspan_account_destroy(account);
	return false;
}

static void list(struct aspan_record_background *background)
{
	background->process_count = 0;
	aspan_record_gather_find_written(background->gather, add_written, background);
	aspan_record_watch_find_recorded(background->watch, add_watched, background);
}

static bool is_one(int file, const char *name, void *unused)
{
	(void) file;
	(void) name;
	(void) unused;
	return true;
}

static bool is_another(pid_t pid, const char *name, void *unused)
{
	(void) pid;
	(void) name;
	(void) unused;
	return true;
}

static bool is_any_known(const struct aspan_record_background *background)
{
	return aspan_record_gather_find_written(background->gather, is_one, NULL) ||
	       aspan_record_watch_find_recorded(background->watch, is_another, NULL);
}

/* A process that executes a program has no ledger for a moment, and may have lost its parent. */
static bool is_any_left(const struct aspan_record_background *background)
{
	if (is_any_known(background)) {
		return true;
	}
	aspan_record_watch_search(background->watch);
	return is_any_known(background);
}

static void print_process(FILE *stream, const struct aspan_background_process *process)
{
	char *name = aspan_text_escape(process->name);

	fprintf(stream, "%s", name ? name : "?");
	if (process->pid > 0) {
		fprintf(stream, " (pid %d%s)", process->pid,
			process->is_elsewhere ? " in a PID namespace of its own" : "");
	}
	free(name);
}

/* "a (pid 1), b (pid 2) and 3 more". The caller frees it. */
static char *join(const struct aspan_record_background *background)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	if (!stream) {
		return NULL;
	}
	for (size_t i = 0; i < background->process_count && i < MAX_NAMED; i++) {
		fputs(i > 0 ? ", " : "", stream);
		print_process(stream, &background->processes[i]);
	}
	if (background->process_count > MAX_NAMED) {
		fprintf(stream, " and %zu more", background->process_count - MAX_NAMED);
	}
	fclose(stream);
	return text;
}

static void say_waiting(struct aspan_record_background *background)
{
	char *names;

	list(background);
	names = join(background);

	aspan_terminal_note("the command has ended; waiting for %s; Ctrl-C or SIGTERM ends the "
			    "recording without them, and so does --no-wait",
			    names && *names ? names : "others");
	free(names);
}

/* True if the user wants an end. */
static bool take_signals(pid_t *daemon_pid, int timeout_ms)
{
	siginfo_t info;
	int number = aspan_record_signals_take(&info, timeout_ms);

	if (number == SIGCHLD && *daemon_pid > 0 &&
	    waitpid(*daemon_pid, NULL, WNOHANG) == *daemon_pid) {
		*daemon_pid = 0;
	}
	return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

void aspan_record_background_wait(struct aspan_record_background *background, pid_t *daemon_pid,
				  int (*look)(void *data), void *data)
{
	bool is_over = false;

	for (unsigned int polls = 0; !is_over && is_any_left(background); polls++) {
		int next_ms = look(data);

		if (next_ms < 0) {
			return;
		}
		if (polls == QUIET_POLLS) {
			say_waiting(background);
		}
		is_over = take_signals(daemon_pid, next_ms < POLL_MS ? next_ms : POLL_MS);
	}
}

void aspan_record_background_tell(struct aspan_record_background *background, bool can_wait)
{
	char *names;

	aspan_record_watch_search(background->watch);
	list(background);
	if (background->process_count == 0) {
		return;
	}
	names = join(background);
	aspan_terminal_note(
		"still running: %s; what they allocate from now on is not in the trace%s",
		names && *names ? names : "others", can_wait ? " (--wait waits for them)" : "");
	free(names);
}

void aspan_record_background_fini(struct aspan_record_background *background)
{
	free(background->processes);
	*background = (struct aspan_record_background){ 0 };
}

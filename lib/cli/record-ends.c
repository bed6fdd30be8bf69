/* SPDX-License-Identifier: MIT */
/*
 * How the processes of a recording ended, and what they lost, by the ledgers that were gathered.
 *
 * A ledger that nobody writes to and that is not closed is that of a process which ended without a word. Why is known only of the
 * command itself, by waitpid(): to wait for its children, this process would have to become their parent in place of
 * init, which they would see.
 */
#include "record-ends.h"

#include "record-signals.h"
#include "terminal.h"

#include "array.h"
#include "reader.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_LINES 10

static uint64_t own_pid_ns(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) == 0 ? (uint64_t) status.st_ino : 0;
}

static void add_losses(struct aspan_account_losses *sum, const struct aspan_account_losses *losses)
{
	sum->untracked_blocks += losses->untracked_blocks;
	sum->unrecorded_allocs += losses->unrecorded_allocs;
	sum->unrecorded_frees += losses->unrecorded_frees;
	sum->unseen_frees += losses->unseen_frees;
	sum->misuses += losses->misuses;
	sum->uncounted += losses->uncounted;
}

static void add_end(struct aspan_record_ends *ends, const struct aspan_account *account,
		    const char *file, bool is_running)
{
	struct aspan_record_end *end = ASPAN_ARRAY_APPEND(ends, ends, end);

	if (end) {
		*end = (struct aspan_record_end){
			.vpid = account->vpid,
			.pid_ns = account->pid_ns,
			.start_ns = account->start_ns,
			.exe = strdup(account->exe ? account->exe : ""),
			.file = strdup(file),
			.is_silent = !account->is_closed && !is_running,
			.is_exact = account->is_exact,
			.lost_count = account->losses.unrecorded_allocs +
				      account->losses.unrecorded_frees,
		};
	}
}

/* Where the kernel could not tell whether the file is still written to, the pid may. */
static bool is_running(const struct aspan_account *account,
		       const struct aspan_record_gather *gather, const char *file)
{
	if (!aspan_record_gather_is_running(gather, file)) {
		return false;
	}
	return account->pid_ns != own_pid_ns() || kill(account->vpid, 0) == 0 || errno != ESRCH;
}

static void read_ledger(struct aspan_record_ends *ends, const struct aspan_record_gather *gather,
			int file, const char *name)
{
	struct aspan_ledger_error error;
	struct aspan_account *account = NULL;
	int ret = aspan_ledger_read_fd(file, name, &account, &error);

	if (ret == -ENODATA) {
		/* The process was killed before it had counted anything. */
		return;
	}
	if (ret < 0) {
		if (ends->unreadable_count++ == 0) {
			snprintf(ends->unreadable, sizeof(ends->unreadable), "%s", error.text);
		}
		return;
	}
	add_losses(&ends->sum, &account->losses);
	add_end(ends, account, name, is_running(account, gather, name));
	aspan_account_destroy(account);
}

void aspan_record_ends_read(struct aspan_record_ends *ends,
			    const struct aspan_record_gather *gather)
{
	int folder = gather->to < 0 ? -1 :
				      openat(gather->to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = folder < 0 ? NULL : fdopendir(folder);
	const struct dirent *entry;

	*ends = (struct aspan_record_ends){ 0 };
	while (stream && (entry = readdir(stream)) && !aspan_record_signals_interrupted(0)) {
		int file = entry->d_name[0] == '.' ?
				   -1 :
				   openat(gather->to, entry->d_name,
					  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

		if (file >= 0) {
			read_ledger(ends, gather, file, entry->d_name);
			close(file);
		}
	}
	if (stream) {
		closedir(stream);
	} else if (folder >= 0) {
		close(folder);
	}
}

const struct aspan_record_end *aspan_record_ends_find(const struct aspan_record_ends *ends,
						      pid_t pid)
{
	const struct aspan_record_end *last = NULL;
	uint64_t pid_ns = own_pid_ns();

	for (size_t i = 0; i < ends->end_count; i++) {
		const struct aspan_record_end *end = &ends->ends[i];

		if (end->vpid == pid && end->pid_ns == pid_ns &&
		    (!last || end->start_ns > last->start_ns)) {
			last = end;
		}
	}
	return last;
}

static const char *figures(const struct aspan_record_end *end)
{
	if (!end) {
		return "it left no ledger";
	}
	return end->is_exact ? "its final figures come from its ledger" :
			       "its ledger says what it allocated at least";
}

/* The last part of a path, fit for a terminal. The caller frees it. */
static char *short_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return aspan_text_escape(slash ? slash + 1 : path);
}

static void tell_command(const struct aspan_record_end *end, const char *program, pid_t pid,
			 int status)
{
	char *name = short_name(end && *end->exe ? end->exe : program);

	if (WIFSIGNALED(status)) {
		aspan_terminal_note("%s (pid %d) was killed by signal %d; %s", name ? name : "?",
				    pid, WTERMSIG(status), figures(end));
	} else if (end && end->is_silent) {
		aspan_terminal_note("%s (pid %d) ended with status %d past the C library; %s",
				    name ? name : "?", pid, WEXITSTATUS(status), figures(end));
	}
	free(name);
}

static void tell_other(const struct aspan_record_end *end, uint64_t pid_ns)
{
	char *name = short_name(end->exe);

	aspan_terminal_note("%s (pid %d%s) ended without saying so (killed, or crashed); %s",
			    name && *name ? name : "?", end->vpid,
			    end->pid_ns == pid_ns ? "" : " in a PID namespace of its own",
			    figures(end));
	free(name);
}

void aspan_record_ends_tell(const struct aspan_record_ends *ends, const char *program, pid_t pid,
			    int status)
{
	const struct aspan_record_end *command = aspan_record_ends_find(ends, pid);
	uint64_t pid_ns = own_pid_ns();
	size_t lines = 0;

	tell_command(command, program, pid, status);
	for (size_t i = 0; i < ends->end_count; i++) {
		const struct aspan_record_end *end = &ends->ends[i];

		if (end->is_silent && end != command && lines++ < MAX_LINES) {
			tell_other(end, pid_ns);
		}
	}
	if (lines > MAX_LINES) {
		aspan_terminal_note("... and %zu more ended without saying so", lines - MAX_LINES);
	}
	if (ends->unreadable_count > 0) {
		aspan_terminal_error("%zu ledgers cannot be read; the first: %s",
				     ends->unreadable_count, ends->unreadable);
	}
}

void aspan_record_ends_fini(struct aspan_record_ends *ends)
{
	for (size_t i = 0; i < ends->end_count; i++) {
		free(ends->ends[i].exe);
		free(ends->ends[i].file);
	}
	free(ends->ends);
	*ends = (struct aspan_record_ends){ 0 };
}

/* SPDX-License-Identifier: MIT */
/*
 * Runs work in a child process.
 *
 * Signals: what the terminal sends, parent and child both get; what another process sends to the parent, the
 * parent passes on. The child ends cleanly at the first, and at once at the second.
 */
#include "report-guard.h"

#include "terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t caught_signal;
static volatile pid_t child;

bool aspan_report_guard_is_ending(void)
{
	return caught_signal;
}

static void catch_signal(int signal_number, siginfo_t *info, void *context)
{
	(void) context;
	caught_signal = signal_number;
	if (child > 0 && info->si_code != SI_KERNEL) {
		kill(child, signal_number);
	}
}

static void set_action(const struct sigaction *action)
{
	struct sigaction current;

	for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++) {
		/* What nohup and the shell's & made ignored stays so. */
		sigaction(ending_signals[i], NULL, &current);
		if (current.sa_handler != SIG_IGN) {
			sigaction(ending_signals[i], action, NULL);
		}
	}
}

void aspan_report_guard_begin(void)
{
	set_action(&(struct sigaction){
		.sa_sigaction = catch_signal,
		/* A second signal does not wait for the end of a step. */
		.sa_flags = SA_SIGINFO | (int) SA_RESETHAND,
	});
}

void aspan_report_guard_end(void)
{
	set_action(&(struct sigaction){ .sa_handler = SIG_DFL });
	if (caught_signal) {
		raise(caught_signal);
	}
}

static void __attribute__((noreturn))
work_in_child(int (*work)(void *data), void *data, pid_t parent)
{
	int status;

	/* If the parent is killed, nobody waits for the report. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) {
		exit(EXIT_FAILURE);
	}
	status = work(data);
	aspan_report_guard_end();
	exit(status);
}

static bool is_ending_signal(int signal_number)
{
	for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++) {
		if (ending_signals[i] == signal_number) {
			return true;
		}
	}
	return false;
}

static int wait_for_child(void)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR) {
			return EXIT_FAILURE;
		}
	}
	if (WIFEXITED(status)) {
		return WEXITSTATUS(status);
	}
	if (is_ending_signal(WTERMSIG(status))) {
		caught_signal = WTERMSIG(status);
	} else {
		aspan_terminal_error("babeltrace2 gave up on the trace (%s): it is damaged, or has "
				     "changed meanwhile",
				     strsignal(WTERMSIG(status)));
	}
	return EXIT_FAILURE;
}

int aspan_report_guard_run(int (*work)(void *data), void *data)
{
	pid_t parent = getpid();
	int status;

	child = fork();
	if (child < 0) {
		aspan_terminal_error("cannot start a process: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	if (child == 0) {
		work_in_child(work, data, parent);
	}
	status = wait_for_child();
	child = 0;
	return status;
}
